/* The causes of failures in words: for people at a terminal, and for the console. */
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

/* "739 documents failed: records 1-739, created 3-9 March 2015 by Admin" */
void cause_group_words(const struct cause_group *group, struct str *to);

/* "container-empty, 1-1,056: 190 Referral, 65 File Notes" */
void cause_head_words(const struct failure_cause *cause, struct str *to);

/* "download, try 5: no answer"; nothing if nothing was read yet. */
void cause_evidence_words(const struct failure_cause *cause, struct str *to);
