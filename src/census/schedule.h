/*
 * The census loop of a run: takes one census after another for as long as the run wants them, or
 * waits for the one that another process takes. A census that is interrupted by a passing failure
 * is begun anew, after a wait that grows: what it told the ledger stays told.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/engine.h"

#include <stdatomic.h>

/*
 * Counts until dispatch wants no more. On the census's thread.
 *   begun_us   when the run began (wall clock): a census that anybody closed since will do
 *   closed_r   whether the newest census was closed
 * Fails with what ends the run: the source could not be counted for a quarter of an hour, the file
 * was rebuilt, a setting is wrong, ERR_DATABASE, ERR_CANCELED.
 */
must_check bool schedule_run(struct engine *engine, int64_t begun_us, atomic_bool *closed_r,
                             struct err *err);
