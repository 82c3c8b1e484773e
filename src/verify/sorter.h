/*
 * Sorts more entries than fit into memory: full buffers are sorted, written to files without a
 * name, and merged when they are read back. Entries are ordered by their bytes, so what they are
 * sorted by comes first in them.
 *
 * Memory does not grow with the number of entries. One thread at a time.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum { SORTER_ENTRY_MAX = 60 * 1024 };

struct sorter;

/* Spills to files in $TMPDIR, else /tmp, that have no name, so that nobody else can open them. */
struct sorter *sorter_new(size_t memory_bytes);
void sorter_free(struct sorter *sorter); /* NULL is allowed */

/* Adds an entry of 1 .. SORTER_ENTRY_MAX bytes. Fails with ERR_OS. */
must_check bool sorter_add(struct sorter *sorter, struct span entry, struct err *err);

/* Ends adding; from now on entries can be read. Fails with ERR_OS. */
must_check bool sorter_end(struct sorter *sorter, struct err *err);

/* The next entry in order, borrowed until the next call. STEP_ERROR: ERR_OS. */
must_check enum step sorter_next(struct sorter *sorter, struct span *entry_r, struct err *err);

/* How many entries were added. */
uint64_t sorter_count(const struct sorter *sorter);
