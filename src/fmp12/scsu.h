/*
 * Text in FileMaker's files: the Standard Compression Scheme for Unicode (Unicode Technical
 * Standard 6), under a mask of one byte.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum { FMP12_MASK = 0x5A };

/* One text: what to read, how far, and what was found. */
struct scsu {
    struct span rest;     /* masked bytes; what was read is cut off               */
    uint64_t units_most;  /* stop after as many UTF-16 units; UINT64_MAX: at the end */
    uint64_t units_count; /* UTF-16 units read                                    */
    bool repaired;        /* half of a surrogate pair was replaced                */
};

/*
 * Reads a text and appends it to `to` in UTF-8. A half of a surrogate pair without the other becomes
 * U+FFFD.
 *   masked   whether the bytes lie under FileMaker's mask
 * Fails with ERR_DATA: a reserved byte, a text that ends within a character, or beyond the cap.
 */
must_check bool scsu_read(struct scsu *scsu, bool masked, struct str *to, struct err *err);
