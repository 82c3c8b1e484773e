/*
 * Leases and sessions: the signs of life of several runs of one source, and their fair share of the
 * sessions that it allows. Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "ledger/ledger.h"

/*
 * In a change: renews the run's lease: the run lives, and renews it before `for_us` is over. With
 * SQLite the lease means nothing: peer_locks.h. Fails with LEDGER_TAKEN_FOR_DEAD.
 */
must_check bool ledger_run_lease(struct ledger *ledger, int64_t for_us, struct err *err);

/*
 * In a change: fails with LEDGER_TAKEN_FOR_DEAD unless this run is still open; until the change
 * ends it stays open.
 */
must_check bool ledger_run_still_open(struct ledger *ledger, struct err *err);

/* In a change: whether other runs of this source hold documents now. */
must_check bool ledger_held_elsewhere(struct ledger *ledger, bool *held_r, struct err *err);

/* How the sessions that all runs of a source may have together are shared. */
struct ledger_share {
    int runs;    /* open runs, this one among them                                      */
    int current; /* sessions that this run may have now                                 */
    int fair;    /* sessions that it should have                                        */
    int spare;   /* sessions that no run has: it may take at most these beyond `current`      */
};

/*
 * In a change: reads how the sessions are shared. Until the change ends no other run alters its
 * share.
 *   most   sessions of all runs together; at least 1
 */
must_check bool ledger_sessions_share(struct ledger *ledger, int most, struct ledger_share *share_r,
                                      struct err *err);

/*
 * In a change, after ledger_sessions_share(): sets how many sessions this run may have from now
 * on.
 */
must_check bool ledger_sessions_take(struct ledger *ledger, int sessions, struct err *err);
