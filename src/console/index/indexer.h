/*
 * The thread that keeps the index: it reads the ledger's audit chains, which name the documents that
 * changed, and asks afresh whether each may be shown. Once a day, and at first, it walks over all
 * documents; once an hour over all patients. Then it reads the words of documents, one at a time. It
 * yields to everybody else.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"

struct console;
struct indexer;

/*
 * Starts the thread. `console` is borrowed until indexer_end(); its index is open.
 * Fails with ERR_OS.
 */
must_check bool indexer_start(struct console *console, struct indexer **indexer_r, struct err *err);

/* Ends it, after the batch in hand. NULL is allowed. */
void indexer_end(struct indexer *indexer);

/*
 * Says that a document changed of which no audit chain tells: it is looked at next. Any thread.
 *   document   the ledger's number
 */
void indexer_look(struct indexer *indexer, int64_t document);

/*
 * How far the first filling is. Any thread.
 *   listed_r, total_r   documents
 * Returns whether it still goes on.
 */
bool indexer_is_filling(const struct indexer *indexer, int64_t *listed_r, int64_t *total_r);

/* How far the reading of words is, as of some moments ago. */
struct indexer_words {
    int64_t documents, waiting;
    int64_t wordless; /* of a kind without words, or they cannot be read */
};

/* Any thread. */
struct indexer_words indexer_words(const struct indexer *indexer);
