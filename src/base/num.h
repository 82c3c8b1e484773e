/* Numbers from text: the whole text, within a range, or not at all. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Reads decimal digits; no sign, no blanks, no other base.
 *   min, max   inclusive
 * Fails with ERR_DATA; the message quotes the text and the range.
 */
must_check bool num_u64(struct span text, uint64_t min, uint64_t max, uint64_t *n_r,
                        struct err *err);

/* As num_u64(), with an optional leading '-'. */
must_check bool num_i64(struct span text, int64_t min, int64_t max, int64_t *n_r, struct err *err);

/*
 * Reads a size: digits, then optionally K, M, G or T (powers of 1024), e.g. "48M".
 * Fails with ERR_DATA.
 */
must_check bool num_bytes(struct span text, uint64_t min, uint64_t max, uint64_t *n_r,
                          struct err *err);
