/* One run: everything is moved, or has a reason. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/engine.h"
#include "ledger/ledger.h"

/* How a run stands, for those who watch it. */
struct run_view {
    int64_t elapsed_us;
    struct counts_snapshot counts;
    int64_t to_do; /* not done when the run began, or come up since */
    bool census_closed;
    char recent[COUNTS_RECENT][COUNTS_RECENT_SIZE];
};

/* Who watches a run; called now and then by the thread that called run_all(). May be NULL. */
struct run_watcher {
    void (*on_view)(void *arg, const struct run_view *view);
    void *arg;
    int64_t every_us;
};

struct run_result {
    struct run_view view;
    int64_t states[LEDGER_STATES]; /* documents, by state, of the whole source */
    int64_t deleted_rows;          /* of ours, which people deleted in the application   */
    bool census_closed;
    bool was_stopped; /* somebody asked us to */
};

/*
 * Moves everything that has not been moved yet.
 *   cancel     set: leave at once. For a graceful end see run_finish()
 *   result_r   how it ended; also when the run as such went well but documents are left
 * Fails with what stopped the run: ERR_USAGE (another process is at work, the registry is not what
 * it should be), ERR_DATABASE, ERR_REMOTE, ERR_NET, ERR_DATA, ERR_OS.
 */
must_check bool run_all(const struct engine_settings *settings, struct cancel *cancel,
                        const struct run_watcher *watcher, struct run_result *result_r,
                        struct err *err);

/* Lets the run of this process end after the documents at hand. Safe from any thread. */
void run_finish(void);
