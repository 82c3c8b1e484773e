/*
 * Sign-offs: each row of the ledger must be what the audit chain of its run tells, and each that a
 * chain tells of must be there. Private to verify/.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

struct verifier;

/* What the chains tell of, in the order of runs. */
struct told_signoff {
    int64_t run;
    char *evidence;
    bool is_met; /* the ledger has it */
};
struct told_signoffs {
    struct told_signoff *items;
    size_t count;
};
void told_signoffs_clear(struct told_signoffs *told);

/* Keeps an entry of an audit chain if it tells of a sign-off. */
void signoff_collect(struct verifier *v, int64_t run, struct span after, struct span evidence);

/* Once all chains are read. Fails with ERR_DATABASE. */
must_check bool signoffs_judge(struct verifier *v, struct err *err);
