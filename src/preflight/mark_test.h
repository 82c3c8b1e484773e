/* Tests on one record whether the mark can be written, and takes it back. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "engine/engine.h"

/*
 * Marks a record, reads that back, empties the mark again and reads that back. Each write is
 * guarded by the modification id, so that nothing that somebody edits meanwhile is touched. The
 * ledger, made if there is none, knows the mark before it is written, so that no run takes it for
 * an earlier importer's.
 *   record_id   of a record whose mark is empty
 *   said_r      what was done, and with which edits the source answered; the caller frees
 * Fails with ERR_USAGE (there is no mark field, the record is marked already), ERR_REMOTE, ERR_NET,
 * ERR_DATABASE (the ledger), ERR_DATA (another text stands there than was written); the words say
 * what stands in the record now.
 */
must_check bool mark_test_run(const struct engine_settings *settings, struct source_reader *reader,
                              struct cancel *cancel, uint64_t record_id, char **said_r,
                              struct err *err);
