/* The way of one document: fetch, intend, put, record, mark, confirm. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/assignment.h"
#include "engine/engine.h"

/*
 * Takes a document as far as it goes, and tells the desk what became of it: done, waiting for a
 * later try, failed with a class, or gone.
 *   assignment   the caller's; not used afterwards by anybody else
 * Fails only if the whole run should stop.
 */
must_check bool transfer_run(struct engine_worker *worker, struct assignment *assignment,
                             struct err *err);
