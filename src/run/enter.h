/*
 * How a command that writes enters the ledger: it opens the databases, and then, under the start
 * lock and in one change, begins a run of its own, releases the claims of processes that died, and
 * maps the application's patients. `run` and `link` enter alike; a mover, which needs sessions of
 * the source, does more.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "engine/engine.h"
#include "ledger/peer_locks.h"

struct run_entry {
    const struct engine_settings *settings;
    struct cancel *cancel;
    const char *command; /* "run", "link"            */
    bool is_mover;       /* it moves what has not been moved */
    bool is_alone;       /* it refuses to begin while another run is under way */
    bool maps_nobody;    /* it knows its patients already: nobody is looked for by FileMaker's id */

    struct ledger *ledger;
    struct registry *registry;
    struct peer_locks *peer_locks;
    int64_t patients; /* in the application, with a FileMaker id; set as the run begins */
};

/* Opens ledger, peer locks and registry. Caller closes with run_entry_close(), also if it fails. */
must_check bool run_entry_open(struct run_entry *entry, struct err *err);
void run_entry_close(struct run_entry *entry);

/*
 * Begins a run. A mover needs at least one session of the source, and waits here for its place; it
 * also compares and keeps the pinned settings. If it is the only mover, it gives failed documents
 * new tries.
 * Fails with ERR_USAGE (a pinned setting was changed, another machine is at work), ERR_DATABASE,
 * ERR_OS, ERR_CANCELED.
 */
must_check bool run_entry_begin(struct run_entry *entry, struct err *err);

/*
 * Begins a run that does its work and ends in one change, as a person's decision does: nobody waits
 * for it, and it holds nothing. The end commits.
 *   command   "reconcile", "retry", ...
 */
must_check bool run_short_begin(struct ledger *ledger, const char *command,
                                struct ledger_change *change, struct err *err);
must_check bool run_short_end(struct ledger *ledger, const struct ledger_progress *progress,
                              struct ledger_change *change, struct err *err);
