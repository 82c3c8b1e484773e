/* Reads a sorter group by group: the entries that share what they were sorted by. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "verify/sorter.h"

/*
 * Of a larger group the rest is counted, not kept: something is badly wrong, and the first entries
 * show it.
 */
enum { GROUP_MAX = 64 };

struct fact_group {
    struct span key;                /* that they share             */
    struct span entries[GROUP_MAX]; /* what follows it; borrowed   */
    size_t count, left_out;

    struct sorter *sorter;
    size_t key_bytes; /* 0: the key ends with the first zero byte */
    struct str text;  /* owns the entries */
    struct span next; /* the first entry of the next group */
    bool has_next, begun;
};

/* `auto_group group = GROUP_OF(sorter, 16);` makes an empty group of a sorter. */
#define GROUP_OF(a_sorter, size_of_key)                                                            \
    {                                                                                              \
        .sorter = (a_sorter), .key_bytes = (size_of_key), .text = STR_MAX(MIB(8))                  \
    }
void fact_group_clear(struct fact_group *group);
#define auto_group __attribute__((cleanup(fact_group_clear))) struct fact_group

/* Reads the next group, which is valid until the next call. STEP_ERROR: as sorter_next(). */
must_check enum step fact_group_next(struct fact_group *group, struct err *err);
