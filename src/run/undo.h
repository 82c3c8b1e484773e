/*
 * Takes a migration back as far as it is ours (docs/decisions/0114-what-is-ours.md). For each document:
 * the ledger notes that it is taken back, its mark is emptied, its row is removed, its object is removed
 * last. Whatever people have changed stays, and is told. A call that was interrupted is completed by the
 * next one.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "engine/engine.h"
#include "run/undo_told.h"

/*
 * Takes all documents of the source back.
 *   result_r   also set after a failure: what was done until then
 * Fails with ERR_USAGE (another run is alive; a pinned setting was changed), ERR_DATABASE, ERR_OS,
 * ERR_REMOTE, ERR_NET, ERR_CANCELED.
 */
must_check bool undo_all(const struct engine_settings *settings, const struct undo_request *request,
                         struct cancel *cancel, struct undo_result *result_r, struct err *err);
