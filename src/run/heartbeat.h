/*
 * While the others work, the thread that called run_all() shows how the run stands, and a thread of
 * its own tells the ledger every few seconds that the process lives, looks for peers that died, and
 * takes its part of the source's sessions: that one stands still while the database is away.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/engine.h"
#include "ledger/peer_locks.h"
#include "run/view.h"

#include <stdatomic.h>

/* All borrowed. */
struct heartbeat {
    struct engine *engine;
    struct peer_locks *peer_locks;
    const atomic_bool *census_closed;
    int64_t begun_us;     /* monotonic                              */
    int64_t to_do_before; /* documents not done when the run began */
};

struct run_view heartbeat_view(const struct heartbeat *heartbeat);

/* The view, as the ledger notes it. */
struct ledger_progress heartbeat_progress(const struct run_view *view);

/* Takes our part of the source's sessions. Fails as the writer does. */
must_check bool heartbeat_share_sessions(const struct heartbeat *heartbeat, struct err *err);

/* Beats until no thread is left. A failure stops the run. `watcher` may be NULL. */
void heartbeat_run(const struct heartbeat *heartbeat, const atomic_int *threads_alive,
                   const struct run_watcher *watcher);
