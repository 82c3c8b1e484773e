/* Carries out a person's decisions about documents; each is noted in the documents' audit chain. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "ledger/decisions.h"

/* A decision. `who` and `reason` are NULL for one that needs no name. */
struct decision_request {
    const char *kind; /* "retry", "accept" or "waive" */
    struct ledger_selection choice;
    const char *who, *reason;
};

/*
 * Carries out a decision in one transaction; a run may be under way meanwhile.
 *   count_r   how many documents it changed
 * Fails with ERR_DATABASE, ERR_USAGE, ERR_OS.
 */
must_check bool decision_carry_out(const char *ledger_url, const char *source_name,
                                   const struct decision_request *decision, struct cancel *cancel,
                                   int64_t *count_r, struct err *err);
