/* Quiet hours: spans of the source's week in which nothing is asked of FileMaker. */
#pragma once

#include "base/base.h"
#include "base/err.h"

enum { QUIET_SPANS_MAX = 16 };

struct quiet_span {
    unsigned days;   /* on which it begins: 1 << 0 is Monday                             */
    int from, until; /* minutes of the day; it ends on the next one if `until` is not later */
};

struct quiet_hours {
    struct quiet_span spans[QUIET_SPANS_MAX];
    size_t count; /* 0: there are none */
};

/*
 * Reads "08:00-18:30" or "Mon-Fri 08:00-18:00, Sat 09:00-12:00"; "" gives none. A span without days is one of
 * every day; one that is empty is none.
 * Fails with ERR_USAGE.
 */
must_check bool quiet_read(const char *text, struct quiet_hours *hours_r, struct err *err);

/*
 * Whether an instant is within them, by the wall clock of the source's zone.
 *   until_r   if so: the minute of the day at which that span ends; may be NULL
 */
bool quiet_at(const struct quiet_hours *hours, int64_t at_us, int *until_r);
