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

/*
 * Notes a verification, in a change of its own; a run may be under way meanwhile.
 *   process   whose kind is "verify"
 *   found     one line: what was compared, and what came of it
 *   run_r     under which number it is noted
 */
must_check bool ledger_verified_note(struct ledger *ledger, const struct ledger_process *process,
                                     const char *found, int64_t *run_r, struct err *err);

/* The newest verification. The caller clears it. */
must_check bool ledger_verified_last(struct ledger *ledger, struct ledger_verified *last_r,
                                     struct err *err);
