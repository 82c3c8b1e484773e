/* When the migration is complete: six criteria, each computed, with its figure beside it. */
#pragma once

#include "report/sums.h"

struct checklist_item {
    const char *what;
    bool met;
    char figure[160];
};

/* In the order of the list. */
enum {
    CRITERION_EXHAUSTED,
    CRITERION_ACCESSIBLE,
    CRITERION_LINKED,
    CRITERION_METADATA,
    CRITERION_MARKED,
    CRITERION_CAPTURED,
    CRITERIA
};

/* Computes all criteria. */
void checklist_of(const struct status *s, struct checklist_item criteria_r[CRITERIA]);
