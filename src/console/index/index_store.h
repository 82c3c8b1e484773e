/*
 * The index: STATE/index.db, a SQLite file with what is needed to find documents and patients
 * (index_sql/schema_made.sql). It is derived from ledger and registry: it may be deleted, and is made
 * anew if it is missing, damaged, of another form, or of another ledger. One thread writes
 * (indexer.h), all others read.
 */
#pragma once

#include "base/cancel.h"
#include "base/err.h"
#include "console/server/lender.h"
#include "sql/sql.h"

struct index_store;

/* What it is of. */
struct index_of {
    const char *source; /* its name in the ledger      */
    int64_t lineage;    /* when the ledger met it: ledger_source_created_us() */
};

/*
 * Opens it, and makes it if need be; only this user may read the file.
 *   folder    of the console
 *   cancel    outlives it
 *   store_r   caller closes with index_close()
 * Fails with ERR_DATABASE, ERR_OS.
 */
must_check bool index_open(const char *folder, const struct index_of *of,
                           const struct cancel *cancel, struct index_store **store_r,
                           struct err *err);
void index_close(struct index_store *store); /* NULL is allowed; nothing is lent any more */

/* The connection that writes, for the one thread that does. */
struct sql *index_writer(struct index_store *store);

/*
 * Lends a connection that reads. Any thread.
 *   loan   `auto_loan loan = { 0 };` of the caller, who has the connection until that scope is left
 * Fails as sql_open_reader().
 */
must_check bool index_borrow(struct index_store *store, struct loan *loan, struct sql **sql_r,
                             struct err *err);
