/*
 * Verifications in the ledger: each is a run of the kind "verify" that moved nothing, with an entry
 * in its audit chain that says what was compared and found. So people can look up who verified
 * when, and nobody can remove or alter it unseen. Threads and failures as in ledger.h.
 */
#pragma once

#include "ledger/findings.h"
#include "ledger/runs.h"

/* A difference in bytes that was found, or agrees now. Texts are borrowed. */
struct ledger_finding {
    bool is_open;
    struct span kind, place; /* "object-hash"; an object's key, or a row's id */
    uint64_t record_id;
};

/* Gives the next finding; `is_r` false: there are no more. */
typedef bool ledger_next_finding(void *arg, struct ledger_finding *finding_r, bool *is_r,
                                 struct err *err);

/* What a verification leaves in the ledger. */
struct ledger_verification {
    const char *found; /* one line: what was compared and what was found; NULL: it was broken off */
    ledger_next_finding *next; /* gives the differences in bytes, remembered until they agree */
    void *arg;
    struct looked_documents looked; /* what it says of single documents */
};

/*
 * Notes a verification, in a change of its own; a run may be under way meanwhile.
 *   process   its kind is "verify"
 *   run_r     the number under which it is noted
 */
must_check bool ledger_verified_note(struct ledger *ledger, const struct ledger_process *process,
                                     const struct ledger_verification *verification, int64_t *run_r,
                                     struct err *err);
