/*
 * Decisions about failures, from a page or a program: the rights, the reason, the proof that many
 * want, and the number of documents that was seen before.
 */
#pragma once

#include "console/server/exchange.h"
#include "console/server/request.h"
#include "ledger/decisions.h"

enum {
    DECIDING_MOST = REQUEST_FIELDS, /* documents by number               */
    REASON_LEAST = 10,              /* characters                        */
    WAIVED_UNPROVED = 20,           /* more than these want a new proof  */
    PROOF_MINUTES = 5,              /* for which a proof is good         */
};

/* What is to be decided. Texts are borrowed. */
struct deciding {
    const char *kind;  /* "retry" or "waive"                    */
    const char *class; /* all of this class; NULL: the documents */
    int64_t documents[DECIDING_MOST];
    size_t count;
    int64_t expect; /* how many change; not asked where one only looks */
    const char *reason;
};

/* Whether documents are to be given up, not put back. */
bool deciding_is_waiver(const struct deciding *d);

/*
 * Counts what would be done, and does nothing. Refuses who has not the right, an unknown class, and
 * a document that is not there. Fails with ERR_DATABASE, ERR_OS.
 */
must_check bool deciding_look(struct exchange *x, const struct deciding *d,
                              struct ledger_decided *decided_r, struct err *err);

/*
 * Carries it out. Refuses also a waiver whose reason is short, and with PROBLEM_CHANGED when another
 * number of documents than expected would change; then nothing is done.
 */
must_check bool deciding_carry_out(struct exchange *x, const struct deciding *d,
                                   struct ledger_decided *decided_r, struct err *err);

/* Whether so many may be decided about only after password and code were given once more. */
bool deciding_wants_proof(const struct exchange *x, const struct deciding *d, int64_t documents);
