/*
 * One run: every document is moved, or has a reason. The other files of this folder are the parts
 * of a run, and the other commands that work on all documents.
 *
 *   run, heartbeat, view   a run, the loop of its caller's thread, and how it stands
 *   enter                  how a command that writes enters the ledger
 *   relink, relink_item    documents to their patients, after they were moved; one of them
 *   relocate               the copy of an object under another key
 *   reconcile              compares FileMaker, ledger, objects and rows
 *   dry_run                what a run would do
 *   decisions              retry, accept and waive, by a person
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/engine.h"
#include "run/view.h"

struct run_result {
    struct run_view view;
    int64_t states[LEDGER_STATES]; /* documents of the whole source, by state           */
    int64_t deleted_rows;          /* rows of ours that people deleted in the application */
    int64_t patients; /* that the application has, with a FileMaker id; -1: it keeps none    */
    bool census_closed;
    bool was_stopped; /* somebody asked us to stop                         */
    bool has_moved;   /* it came to moving: `view` is known                */
    bool is_kept;     /* the ledger has its end: everything here is known  */
};

/*
 * Moves everything that has not been moved yet.
 *   cancel     set: leave at once. For a graceful end see run_finish()
 *   watcher    or NULL
 *   result_r   how it ended; also set if the run failed, as far as `has_moved` and `is_kept` say
 * Fails with what stopped the run: ERR_USAGE (a setting is wrong, or not what it was),
 * ERR_DATABASE, ERR_REMOTE, ERR_NET, ERR_DATA, ERR_OS.
 */
must_check bool run_all(const struct engine_settings *settings, struct cancel *cancel,
                        const struct run_watcher *watcher, struct run_result *result_r,
                        struct err *err);

/*
 * Lets the run of this process end after the documents at hand. Returns whether there is one; while it
 * is being prepared, there is none yet. Safe from any thread.
 */
bool run_finish(void);
