/* The shared inside of the PostgreSQL driver. Private to sql/. */
#pragma once

#include "base/cancel.h"
#include "base/err.h"
#include "sql/driver.h"

struct pg_conn; /* libpq's PGconn and PGresult */
struct pg_result;

/* --- values --------------------------------------------------------------------------------- */

enum { POSTGRES_PARAMS_MAX = 32 };

struct postgres_params {
    char *texts[POSTGRES_PARAMS_MAX];
    size_t count;
};

void postgres_params_make(struct postgres_params *params, struct sql_args args);
void postgres_params_clear(struct postgres_params *params);
#define auto_postgres_params __attribute__((cleanup(postgres_params_clear))) struct postgres_params

/* --- answers -------------------------------------------------------------------------------- */

/*
 * Describes the failure in a result; NULL: in the connection. The code of `err` is a cause of
 * sql.h.
 *
 * A server that refuses a value repeats it in its words (classes 22 and 23, a trigger's message,
 * the context of a function). Of these errors only the SQLSTATE and the names of table, column,
 * constraint and type are reported, and never DETAIL, HINT or CONTEXT.
 *
 * Always returns false.
 */
bool postgres_failed(const struct pg_conn *connection, const struct pg_result *result,
                     struct err *err);

/*
 * The answer to a statement that was sent: its last result, or the first with a failure. libpq
 * itself would give the last, which at the end of a connection no longer says why.
 *   sent   the result of the call that sent it: 0 if it failed
 * The caller frees with PQclear().
 */
struct pg_result *postgres_answer(struct pg_conn *connection, int sent);

/*
 * Connects as the URL says; servers beyond this machine are checked as postgres_dial.c says.
 *   pooled_r   whether a pooler that shares connections answers, such as PgBouncer
 * Fails with ERR_USAGE (the URL, or its server, cannot be used), ERR_DATABASE.
 */
must_check bool postgres_dial(const char *url, struct pg_conn **connection_r, bool *pooled_r,
                              struct err *err);

/* --- for the unit tests --------------------------------------------------------------------- */

/* Whether libpq stays on this machine with this host and address ("" for none). */
bool postgres_is_local(const char *host, const char *address);

/*
 * The file of the authorities that this system trusts, as libpq wants it: a bundle, or the gathered
 * certificates of a folder. Borrowed for the life of the process. Fails with ERR_USAGE.
 */
must_check bool postgres_roots(const char **file_r, struct err *err);

/* --- a connection and the rows of its query ------------------------------------------------- */

struct postgres_connection {
    struct sql sql;
    struct pg_conn *connection;
    char *url;
    bool may_write;
    size_t own_transactions;        /* queries of a reader that hold its own transaction open */
    unsigned statements;            /* how many were prepared; makes their names              */
    struct postgres_cursor *active; /* whose rows still come; or NULL                         */
    size_t sent;                    /* statements in the pipeline; 0: there is no pipeline    */
};

/* The rows of a query. */
struct postgres_cursor {
    struct postgres_connection *postgres;
    struct pg_result **kept; /* fetched ahead because another statement came between */
    size_t kept_count, kept_read;
    struct pg_result *row; /* the result with the present row                 */
    int at;                /* its place there; 0 unless all rows came at once */
    bool ended;
    bool is_whole;           /* `row` holds all rows */
    bool in_own_transaction; /* it holds the reader's own transaction open */
    struct err failure;      /* the failure while fetching ahead */
    unsigned char *decoded;  /* the bytes of the column asked for last */
};

static inline struct postgres_connection *postgres_of(const struct sql *sql)
{
    return (struct postgres_connection *)sql;
}

/* --- postgres_pipeline.c -------------------------------------------------------------------- */

/* As postgres_failed(); also notes a pooler that mixed up the statements of sessions. */
bool postgres_result_failed(struct postgres_connection *pg, const struct pg_result *result,
                            struct err *err);

/* Whether a result is good; frees it. */
must_check bool postgres_result_finish(struct postgres_connection *pg, struct pg_result *result,
                                       struct err *err);

/*
 * The next result of the query under way, which the caller frees with PQclear(); NULL at its end,
 * with `err` set if it ended badly.
 */
struct pg_result *postgres_next_result(struct postgres_cursor *c, struct err *err);

/* Makes the connection free for another statement: rows that still come are fetched into memory. */
void postgres_rows_fetch_ahead(struct postgres_connection *pg);

/*
 * Sends a statement with its parameters, without waiting. Returns 1 if it was sent, as libpq does.
 */
int postgres_statement_send(struct postgres_connection *pg, const struct statement *statement,
                            const struct postgres_params *params);

/* Runs a statement in the open transaction, after all that were only sent. */
must_check bool postgres_statement_run(struct postgres_connection *pg,
                                       const struct statement *statement, struct sql_args args,
                                       struct err *err);

/* Sends a statement into the pipeline; a later call reports its result. */
must_check bool postgres_pipeline_push(struct postgres_connection *pg,
                                       const struct statement *statement, struct sql_args args,
                                       struct err *err);

/* As postgres_pipeline_push(), for a statement that is neither prepared nor has parameters. */
must_check bool postgres_pipeline_push_text(struct postgres_connection *pg, const char *text,
                                            struct err *err);

/*
 * Sends a query after all that was only sent, and reads the answers in one wait.
 *   rows_r   all its rows; the caller frees with PQclear()
 */
must_check bool postgres_pipeline_query(struct postgres_connection *pg,
                                        const struct statement *statement, struct sql_args args,
                                        struct pg_result **rows_r, struct err *err);

/*
 * Reads the answers to all that was sent; fails with the first failure. Afterwards `changed` is the
 * last statement's.
 */
bool postgres_pipeline_drain(struct postgres_connection *pg, struct err *err);

/* Runs statements that have no parameters, as driver.h's `script`. */
bool postgres_script(struct sql *sql, const char *script, struct err *err);

/* --- postgres_rows.c: the driver's functions for queries (sql/driver.h) ---------------------- */

/* Begins a transaction that reads one state of the database and cannot write. */
extern const char postgres_begin_reading[];

must_check bool postgres_query(struct sql_rows *rows, struct sql_args args, struct err *err);
must_check enum step postgres_next(struct sql_rows *rows, struct err *err);
void postgres_rows_close(struct sql_rows *rows);
bool postgres_is_null(const struct sql_rows *rows, int column);
int64_t postgres_get_i64(const struct sql_rows *rows, int column);
struct span postgres_get_text(const struct sql_rows *rows, int column);
struct span postgres_get_bytes(const struct sql_rows *rows, int column);
