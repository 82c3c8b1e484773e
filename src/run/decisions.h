/* Carries out a person's decisions about documents; each is noted in the documents' audit chain. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "ledger/decisions.h"

/* A document that a list names. */
struct decision_name {
    char *identity;   /* in lower case, or NULL                     */
    int64_t record;   /* if there is no identity                    */
    int64_t document; /* its number in the ledger, instead of both  */
    size_t line;      /* of the list, for messages                  */
};

/* A decision. `who` and `reason` are NULL for one that needs no name. */
struct decision_request {
    const char *kind; /* "retry", "accept" or "waive" */
    struct ledger_selection choice;
    const struct decision_name *names; /* instead of a choice; or NULL */
    size_t name_count;
    const char *who, *reason;
    bool only_looks; /* everything is done, counted, and rolled back */
    int64_t expect;  /* rolled back, too, if not so many are changed; 0: any number may be */
};

/*
 * Carries out a decision in one transaction: all of it or nothing. A run may be under way meanwhile.
 *   decided_r   what it did, or would do; if `expect` is set and is not `changed`, nothing was done
 * Fails with ERR_DATABASE, ERR_USAGE (a document that was named does not exist), ERR_OS.
 */
must_check bool decision_carry_out(const char *ledger_url, const char *source_name,
                                   const struct decision_request *decision, struct cancel *cancel,
                                   struct ledger_decided *decided_r, struct err *err);
