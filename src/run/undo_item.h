/*
 * One document that is taken back, or would be. First everything is looked at; then, unless it is only
 * looked, come the ledger's note, the mark, the row, and the object last.
 */
#pragma once

#include "engine/engine.h"
#include "engine/kept_rules.h"
#include "engine/writes_undo.h"
#include "run/undo_keys.h"
#include "run/undo_told.h"

/* The means of taking back. */
struct undoer {
    const struct engine_settings *settings;
    const struct undo_request *request;
    struct undo_result *result;
    struct source_reader *reader;
    struct store *store;
    struct undo_keys *keys;
    struct kept_rules kept; /* of what was filled with the marks */
    struct writer *writer;  /* NULL: it only looks */
};

/*
 * Takes a document back, and counts what became of it.
 * Fails with ERR_DATABASE, ERR_OS, ERR_REMOTE, ERR_NET, ERR_DATA, ERR_CANCELED; what was done until then
 * is completed by another call.
 */
must_check bool undo_item(struct undoer *undoer, struct undo_candidate *candidate, struct err *err);
