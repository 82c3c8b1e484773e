/* When the migration is complete: six criteria, each computed, with its figure beside it. */
#pragma once

#include "report/sums.h"

struct checklist_item {
    const char *what;
    bool met;
    char figure[160];
};

enum { CRITERIA = 6 };

/* Computes all criteria. */
void checklist_of(const struct status *s, struct checklist_item criteria_r[CRITERIA]);
