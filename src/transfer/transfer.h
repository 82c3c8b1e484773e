/*
 * The transfer of one document, from its claim to its outcome. The steps stand in
 * transfer/state.h.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/assignment.h"
#include "engine/engine.h"

/*
 * Takes a document as far as it goes, and posts its outcome: done, waiting for a later try, failed
 * with a class, or gone.
 *   assignment   the caller's; its claim is used up
 * Fails only if the whole run should stop.
 */
must_check bool transfer_run(struct engine_worker *worker, struct assignment *assignment,
                             struct err *err);
