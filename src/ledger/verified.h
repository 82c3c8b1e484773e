/*
 * What a verification leaves behind: a run of the kind "verify" that moved nothing, and in its
 * audit chain what was compared and what came of it. So it can be looked up who verified when, and
 * nobody can take it away or alter it unseen.
 */
#pragma once

#include "ledger/ledger.h"

/* A verification that came to its end. */
struct ledger_verified {
    int64_t run; /* 0: there was none */
    int64_t at_us;
    char version[32], host[72];
    char *found; /* as it was noted */
};
void ledger_verified_clear(struct ledger_verified *verified);
#define auto_verified __attribute__((cleanup(ledger_verified_clear))) struct ledger_verified

/* A difference in bytes that was found, or agrees now. Texts are borrowed. */
struct ledger_finding {
    bool is_open;
    struct span kind, place; /* "object-hash"; an object's key, or a row's id */
    uint64_t record_id;
};

/* Tells the next one; `is_r` false: there is no further one. */
typedef bool ledger_next_finding(void *arg, struct ledger_finding *finding_r, bool *is_r,
                                 struct err *err);

/*
 * Notes a verification, in a change of its own; a run may be under way meanwhile.
 *   process   whose kind is "verify"
 *   found     one line: what was compared, and what came of it; NULL: it broke off
 *   next      gives the differences that are to be remembered, until they agree
 *   run_r     under which number it is noted
 */
must_check bool ledger_verified_note(struct ledger *ledger, const struct ledger_process *process,
                                     const char *found, ledger_next_finding *next, void *arg,
                                     int64_t *run_r, struct err *err);

/* What verifications found and none saw mended. */
struct ledger_open_findings {
    int64_t count, since_us; /* since_us 0: nothing is open */
};
must_check bool ledger_verified_open_findings(struct ledger *ledger,
                                              struct ledger_open_findings *open_r, struct err *err);

/* The newest verification. The caller clears it. */
must_check bool ledger_verified_last(struct ledger *ledger, struct ledger_verified *last_r,
                                     struct err *err);
