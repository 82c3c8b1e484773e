/*
 * Which documents changed since one looked last: read from the runs' audit chains, in which every
 * change of a document has an entry. Threads and failures as in read.h.
 */
#pragma once

#include "ledger/ledger.h"

/* A run's chain. */
struct ledger_feed_run {
    int64_t run;
    int64_t last; /* the number of its last entry; 0: it has none */
    bool is_over; /* nothing is added any more     */
    struct span kind;
};

/* Calls `each` for every run of this source from `run` on, in order. */
must_check bool ledger_feed_runs(struct ledger *ledger, int64_t run,
                                 void (*each)(void *arg, const struct ledger_feed_run *run),
                                 void *arg, struct err *err);

/*
 * Calls `each` for the first `limit` entries of a run's chain behind one.
 *   document   0: the entry is about none
 */
must_check bool ledger_feed_entries(struct ledger *ledger, int64_t run, int64_t after,
                                    int64_t limit,
                                    void (*each)(void *arg, int64_t seq, int64_t document),
                                    void *arg, struct err *err);
