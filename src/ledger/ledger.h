/*
 * The ledger: what happened to each document. Every change of a document's state is written in one
 * transaction together with its entry in the run's audit chain and with the tallies, so that none
 * of the three is ever there without the others. docs/ledger.md describes the tables.
 *
 * This header opens a ledger and makes changes. Each kind of change has its own header:
 *
 *   census     documents that the source has, and records that are gone
 *   claims     which document a worker does next
 *   versions   which bytes are meant to be stored under which key
 *   documents  the outcome of a claimed document: stored, done, failed, waiting again
 *   last_failures  what each document failed with, for later runs
 *   siblings   the other documents of a record, which is marked once for all of them
 *   refused    bytes that came for a document and were not taken for its file
 *   edits      marks written to the source, at most so many an hour
 *   links      documents that move to another patient
 *   undos      documents that are taken back
 *   uploads    documents that the console took
 *   decisions  people's decisions: retry, waive, accept
 *   runs       processes and their audit chains
 *   leases     the signs of life of runs, and their sessions
 *   read       everything that people and reports read
 *
 *   corrections    changes that follow from a comparison with source and store
 *   verifications  the findings of `fmferry verify`
 *   findings       what is known to be wrong with a document
 *   signoffs       that somebody took the migration for complete
 *   peer_locks     locks that tell which processes live
 *
 * One handle belongs to one thread. Functions marked "in a change" are called between
 * ledger_begin() and ledger_commit(). All fail with ERR_DATABASE, and with ERR_DATA if another
 * program altered the ledger. The code LEDGER_NOT_OURS means that the document's claim has passed
 * to another run, which completes it: nothing was changed. The code LEDGER_TAKEN_FOR_DEAD means
 * that all claims of this run have passed on.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "ledger/states.h"
#include "sql/sql.h"

enum { LEDGER_NOT_OURS = 100, LEDGER_TAKEN_FOR_DEAD };

struct ledger;

/*
 * Opens a ledger; makes its tables or brings them up to date.
 *   url        as for sql_open()
 *   source     the name of one of the ledger's sources; added if it is new
 *   ledger_r   caller closes with ledger_close()
 * Fails with ERR_DATABASE, ERR_USAGE (made by a newer program, no such URL).
 */
must_check bool ledger_open(const char *url, const char *source, const struct cancel *cancel,
                            struct ledger **ledger_r, struct err *err);

/*
 * As ledger_open(), for reading only: nothing is made or changed.
 * Fails with ERR_DATABASE, ERR_USAGE (there is no such ledger or source, a newer program made it).
 */
must_check bool ledger_open_reader(const char *url, const char *source, const struct cancel *cancel,
                                   struct ledger **ledger_r, struct err *err);
void ledger_close(struct ledger *ledger); /* NULL is allowed */
void auto_ledger_cleanup(struct ledger **ledger);
#define auto_ledger __attribute__((cleanup(auto_ledger_cleanup))) struct ledger

/* The connection, for tables of other parts in the same database. It stays the ledger's. */
struct sql *ledger_sql(struct ledger *ledger);

/* The number of the source in the tables. */
int64_t ledger_source(const struct ledger *ledger);

/* The step of the schema that this program knows: a ledger of a later one is refused. */
int64_t ledger_schema_step(void);

/* When the source was added to the ledger: of two ledgers of one source, the later one counts. */
int64_t ledger_source_created_us(const struct ledger *ledger);

/* --- changes ---------------------------------------------------------------------------------- */

struct ledger_change {
    struct ledger *ledger;
    struct sql_tx tx;
};

/* `auto_change change = { 0 };` is rolled back unless committed. */
void auto_change_cleanup(struct ledger_change *change);
#define auto_change __attribute__((cleanup(auto_change_cleanup))) struct ledger_change

must_check bool ledger_begin(struct ledger *ledger, struct ledger_change *change, struct err *err);
must_check bool ledger_commit(struct ledger_change *change, struct err *err);

/*
 * Connects again after a change failed with SQL_AWAY or SQL_COMMIT_LOST and was given up.
 *   committed_r   whether the change was committed all the same
 */
must_check bool ledger_reconnect(struct ledger *ledger, bool *committed_r, struct err *err);

/* --- notes ------------------------------------------------------------------------------------ */

/* In a change: keeps a note about the source under a name. */
must_check bool ledger_note_write(struct ledger *ledger, const char *name, const char *value,
                                  struct err *err);

/* Reads a note; NULL if there is none. The caller frees. */
must_check bool ledger_note_read(struct ledger *ledger, const char *name, char **value_r,
                                 struct err *err);

/*
 * Finds another source of this ledger that has documents and the same database, layout and
 * containers in its notes.
 *   name_r   its name; NULL: there is none. The caller frees
 */
must_check bool ledger_twin_source(struct ledger *ledger, const char *database, const char *layout,
                                   const char *containers, char **name_r, struct err *err);
