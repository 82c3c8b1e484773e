/*
 * One way to speak SQL to SQLite and PostgreSQL. Statements are texts compiled in from .sql files,
 * one text for both databases where it can be; their parameters are $1, $2, ... and bound by name.
 * A connection belongs to one thread.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/str.h"

struct sql;
struct sql_rows;

/* A statement. `sqlite` and `postgres` are the same text where one serves both. */
struct sql_text {
    const char *name;
    const char *sqlite, *postgres;
};

/* The cause of an ERR_DATABASE is its `code`; its `reason` is the driver's own number. */
enum sql_cause {
    SQL_BROKEN = 1,  /* the database or its file is not in order, or an I/O error               */
    SQL_CONSTRAINT,  /* this row violates a constraint                                          */
    SQL_BUSY,        /* another user was in the way: deadlock, serialisation, lock; do it again */
    SQL_FULL,        /* no room on the disk                                                     */
    SQL_AWAY,        /* the connection is gone; earlier commits are safe                        */
    SQL_COMMIT_LOST, /* the connection broke during a COMMIT: look whether it happened          */
    SQL_MISSING,     /* a table or column that is needed is missing, or SQLite's file      */
    SQL_READ_ONLY,   /* nothing may be written here                                             */
    SQL_REFUSED,     /* the database does not let us in                                         */
    SQL_NEWER,       /* with ERR_USAGE: a newer program made the tables                         */
};

enum sql_kind { SQL_SQLITE, SQL_POSTGRES };

/* --- values --------------------------------------------------------------------------------- */

enum sql_type { SQL_TYPE_NULL, SQL_TYPE_I64, SQL_TYPE_TEXT, SQL_TYPE_BYTES };

struct sql_value {
    enum sql_type type;
    int64_t i64;
    struct span bytes; /* borrowed for the call */
};

static inline struct sql_value sql_null(void)
{
    return (struct sql_value){ .type = SQL_TYPE_NULL };
}

static inline struct sql_value sql_i64(int64_t n)
{
    return (struct sql_value){ .type = SQL_TYPE_I64, .i64 = n };
}

static inline struct sql_value sql_span(struct span text)
{
    return (struct sql_value){ .type = text.at ? SQL_TYPE_TEXT : SQL_TYPE_NULL, .bytes = text };
}

static inline struct sql_value sql_text(const char *text)
{
    return sql_span(span_of(text)); /* NULL becomes null */
}

static inline struct sql_value sql_bytes(const void *bytes, size_t size)
{
    return (struct sql_value){ .type = bytes ? SQL_TYPE_BYTES : SQL_TYPE_NULL,
                               .bytes = { bytes, size } };
}

struct sql_args {
    const struct sql_value *values;
    size_t count;
};

#define SQL_NO_ARGS ((struct sql_args){ NULL, 0 })
#define sql_args(...)                                                                              \
    ((struct sql_args){ (const struct sql_value[]){ __VA_ARGS__ },                                 \
                        sizeof((const struct sql_value[]){ __VA_ARGS__ })                          \
                            / sizeof(struct sql_value) })

/* --- connections ---------------------------------------------------------------------------- */

/*
 * Call once, before there are threads. It makes PostgreSQL give dates as 1961-12-25, whatever role,
 * database or environment say. libpq takes that from the environment alone, and sends it when it
 * connects, which a pooler keeps apart for each client.
 */
void sql_setup(void);

/*
 * Opens a database.
 *   url      "sqlite:PATH" (made if it is not there) or "postgresql://...", also through a pooler
 *            in transaction or session mode. Beyond this machine the server's certificate must be
 *            valid, name included, unless the scheme is "postgresql+unverified"
 *   cancel   waits for other users of the database listen to it; must outlive the connection
 *   sql_r    caller closes with sql_close() (or auto_sql)
 * Fails with ERR_USAGE (no such kind of URL; a pooler in statement mode; a database that does not
 * keep its texts in UTF-8 or does not give dates as asked), ERR_DATABASE, ERR_OS.
 */
must_check bool sql_open(const char *url, const struct cancel *cancel, struct sql **sql_r,
                         struct err *err);

/* As sql_open(), but nothing can be written and nothing is made. */
must_check bool sql_open_reader(const char *url, const struct cancel *cancel, struct sql **sql_r,
                                struct err *err);

/*
 * Connects anew after SQL_AWAY or SQL_COMMIT_LOST; uncommitted changes are lost.
 * Fails with ERR_DATABASE (still away).
 */
must_check bool sql_reconnect(struct sql *sql, struct err *err);

void sql_close(struct sql *sql); /* NULL is allowed; rolls back what is open */
void auto_sql_cleanup(struct sql **sql);
#define auto_sql __attribute__((cleanup(auto_sql_cleanup))) struct sql

enum sql_kind sql_kind_of(const struct sql *sql);

/* Whether a pooler, which shares sessions among its clients, is in front of the database. */
bool sql_is_pooled(const struct sql *sql);

/* Whether two URLs name the same database. */
bool sql_same_database(const char *a, const char *b);

/* Transactions committed on this connection so far. */
uint64_t sql_commits(const struct sql *sql);

/* --- statements ----------------------------------------------------------------------------- */

/*
 * The function that a SQLite connection has for a number made of up to SQL_PRINT_MOST values, to tell
 * whether they were changed. PostgreSQL has what it takes.
 */
#define SQL_PRINT "fmferry_print"
enum { SQL_PRINT_MOST = 64 };

/* Runs a statement for its effect. Fails with ERR_DATABASE. */
must_check bool sql_run(struct sql *sql, const struct sql_text *text, struct sql_args args,
                        struct err *err);

/*
 * As sql_run(), for a statement whose result nobody needs, in a transaction. Its failure may be
 * reported only by a later statement of the transaction, which then did nothing itself, or by the
 * commit. It need not wait for a database over a network.
 */
must_check bool sql_send(struct sql *sql, const struct sql_text *text, struct sql_args args,
                         struct err *err);

/* Rows that the last sql_run() inserted, updated or deleted. */
int64_t sql_changed(const struct sql *sql);

/* Runs a script: several statements without parameters, for schemas. Fails with ERR_DATABASE. */
must_check bool sql_script(struct sql *sql, const char *script, struct err *err);

/*
 * Starts a query.
 *   rows_r   caller closes with sql_rows_close() (or auto_rows) before the same statement runs
 *            again
 * Fails with ERR_DATABASE.
 */
must_check bool sql_query(struct sql *sql, const struct sql_text *text, struct sql_args args,
                          struct sql_rows **rows_r, struct err *err);

/* Moves to the next row. STEP_ERROR: ERR_DATABASE, ERR_CANCELED. */
must_check enum step sql_next(struct sql_rows *rows, struct err *err);

void sql_rows_close(struct sql_rows *rows); /* NULL is allowed */
void auto_rows_cleanup(struct sql_rows **rows);
#define auto_rows __attribute__((cleanup(auto_rows_cleanup))) struct sql_rows

/* Columns of the present row, from 0. Texts and bytes are borrowed until the next sql_next(). */
bool sql_is_null(const struct sql_rows *rows, int column);
int64_t sql_get_i64(const struct sql_rows *rows, int column);       /* null gives 0         */
struct span sql_get_text(const struct sql_rows *rows, int column);  /* null gives SPAN_NONE */
struct span sql_get_bytes(const struct sql_rows *rows, int column); /* null gives SPAN_NONE */

/* The first column of the one row of a query; `fallback` if there is no row, or it is null. */
must_check bool sql_number(struct sql *sql, const struct sql_text *text, struct sql_args args,
                           int64_t fallback, int64_t *n_r, struct err *err);

/* --- transactions --------------------------------------------------------------------------- */

/* `auto_tx tx = { 0 };` rolls back when the scope is left without sql_commit(). */
struct sql_tx {
    struct sql *sql;
};

void auto_tx_cleanup(struct sql_tx *tx);
#define auto_tx __attribute__((cleanup(auto_tx_cleanup))) struct sql_tx

/* Begins writing; waits for other writers. Fails with ERR_DATABASE, ERR_CANCELED. */
must_check bool sql_begin(struct sql *sql, struct sql_tx *tx, struct err *err);

/* Begins reading one unchanging state. Fails with ERR_DATABASE. */
must_check bool sql_begin_reading(struct sql *sql, struct sql_tx *tx, struct err *err);

/*
 * Commits. Fails with ERR_DATABASE; with SQL_COMMIT_LOST the commit may have happened all the same,
 * with any other cause it has not.
 */
must_check bool sql_commit(struct sql_tx *tx, struct err *err);

/* --- schema --------------------------------------------------------------------------------- */

/* As sql_begin(), for making tables: waits until no one else makes any. Fails as sql_begin(). */
must_check bool sql_begin_schema(struct sql *sql, struct sql_tx *tx, struct err *err);

/*
 * Brings the tables of one part up to date: runs the numbered steps that this database does not
 * have yet, in one transaction each.
 *   part    "ledger", "registry"
 *   steps   ended by one whose name is NULL; never change one that was released
 * Fails with ERR_DATABASE; with ERR_USAGE if the database is newer than this program.
 */
must_check bool sql_upgrade(struct sql *sql, const char *part, const struct sql_text *steps,
                            struct err *err);

/*
 * Refuses a schema of a later step than this program knows: for readers, who change nothing.
 *   part          as for sql_upgrade()
 *   done, known   the step that the database has, and the last one of this program
 * Fails with ERR_USAGE, SQL_NEWER.
 */
must_check bool sql_schema_fits(const char *part, int64_t done, int64_t known, struct err *err);
