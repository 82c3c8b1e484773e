/*
 * How a run is let through to FileMaker at this moment: its requests at once, its sessions, how long
 * they take. Noted with each sign of life, for those who watch; forgotten when the run ends.
 * Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "ledger/ledger.h"

struct ledger_gate {
    int64_t width;      /* requests that may be on their way at once */
    int64_t sessions;   /* that are open                             */
    int64_t average_us; /* of calls, the newest weighs most          */
    bool rests;         /* these are quiet hours                     */
};

/* In a change: notes this run's. */
must_check bool ledger_gate_note(struct ledger *ledger, const struct ledger_gate *gate,
                                 struct err *err);

/* In a change: forgets a run's. `run`: 0: this one's. */
must_check bool ledger_gate_forget(struct ledger *ledger, int64_t run, struct err *err);

/*
 * Reads a run's.
 *   has_r   false: it noted none, or has ended; then `gate_r` is untouched
 */
must_check bool ledger_gate_read(struct ledger *ledger, int64_t run, struct ledger_gate *gate_r,
                                 bool *has_r, struct err *err);
