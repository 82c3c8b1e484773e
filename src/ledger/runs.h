/*
 * Runs: each process that changes the ledger is one, with its own audit chain. A run that dies
 * leaves its documents claimed; another run releases them. Threads, changes and failures as in
 * ledger.h.
 */
#pragma once

#include "ledger/ledger.h"

struct ledger_process {
    const char *machine; /* a lasting name of this machine    */
    const char *host;    /* its name for people               */
    int64_t pid;
    const char *version;
    const char *kind; /* "run", or the command of a person: "retry", "waive", ... */
};

/* The progress of a run. All count documents, none counts attempts. */
struct ledger_progress {
    int64_t found;      /* not done when the run began              */
    int64_t processed;  /* tried at least once                      */
    int64_t successful; /* done                                     */
    int64_t failed;     /* ended failed                             */
    int64_t waiting;    /* were tried and wait for a later time     */
};

/* In a change: begins a run of this process. Everything written from then on belongs to it. */
must_check bool ledger_run_begin(struct ledger *ledger, const struct ledger_process *process,
                                 int64_t *run_r, struct err *err);

/*
 * In a change: notes the run's progress.
 *   status   "running", or how it ended
 */
must_check bool ledger_run_note(struct ledger *ledger, const struct ledger_progress *progress,
                                const char *status, bool ended, struct err *err);

/* In a change: releases everything that this run still holds. `freed_r`: how many documents. */
must_check bool ledger_run_release(struct ledger *ledger, int64_t *freed_r, struct err *err);

/*
 * In a change: releases everything that a dead run held, and notes that it died.
 *   freed_r   how many documents; 0 also if another run was faster
 */
must_check bool ledger_run_release_dead(struct ledger *ledger, int64_t run, int64_t *freed_r,
                                        struct err *err);

/*
 * In a change: makes everything due that waits for a later time, and forgets how often it was
 * tried.
 */
must_check bool ledger_make_waiting_due(struct ledger *ledger, struct err *err);

/* A run that has not ended. */
struct ledger_open_run {
    int64_t run, pid;
    bool is_late; /* its lease has run out; never with SQLite */
    char machine[72], host[72];
};

/*
 * Reads the runs of this source that have not ended, other than this one. The caller frees.
 *   lease_us   how long a lease lasts; for so long after the start of the database no run is late
 */
must_check bool ledger_open_runs(struct ledger *ledger, int64_t lease_us,
                                 struct ledger_open_run **runs_r, size_t *count_r, struct err *err);
