/* The causes of failures for people at a terminal. */
#pragma once

#include "report/causes.h"
#include "report/status.h"

struct causes_form {
    struct status_form screen;
    int64_t limit; /* causes at most; what is left out is counted. 0: no limit */
};

/*
 * Writes each cause with its documents, its evidence and what to do, then the commands to go on
 * with.
 *   causes   at least one
 *   choice   what they were read with: the commands choose the same documents
 */
void failure_causes_text(const struct failure_causes *causes, const struct failures_choice *choice,
                         const struct causes_form *form, struct str *to);
