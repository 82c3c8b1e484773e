/* The options by which people choose among the failures: a class, and records. */
#pragma once

#include "base/base.h"
#include "base/err.h"

/* Checks that there is a failure class of this name; NULL is allowed. Fails with ERR_USAGE. */
must_check bool choice_class_check(const char *name, struct err *err);

/*
 * Reads "4711", or "1-1056" for a range; NULL is no record: both are set to 0.
 * Fails with ERR_USAGE.
 */
must_check bool choice_records_read(const char *text, int64_t *first_r, int64_t *last_r,
                                    struct err *err);
