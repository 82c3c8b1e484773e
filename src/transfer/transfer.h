/*
 * The transfer of one document, from its claim to its outcome. The steps stand in
 * transfer/state.h.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/assignment.h"
#include "engine/engine.h"

/* A worker's transfers; only its thread uses them. */
struct transfers;

/*
 * Makes them, for auto_transfers. At the end, documents whose marks were not read back stay stored,
 * for a later run.
 */
struct transfers *transfers_new(struct engine_worker *worker);
void auto_transfers_cleanup(struct transfers **transfers);
#define auto_transfers __attribute__((cleanup(auto_transfers_cleanup))) struct transfers

/*
 * Takes a document as far as it goes, and posts its outcome: done, waiting for a later try, failed
 * with a class, or gone. The outcome of one that was marked may follow later, once its mark is read
 * back together with those of the next documents.
 *   assignment   taken, and freed
 * Fails only if the whole run should stop.
 */
must_check bool transfer_run(struct transfers *transfers, struct assignment *assignment,
                             struct err *err);

/*
 * Reads back the marks that wait for it: before the worker waits for others, gives up its session,
 * or ends. Fails as transfer_run().
 */
must_check bool transfers_confirm(struct transfers *transfers, struct err *err);
