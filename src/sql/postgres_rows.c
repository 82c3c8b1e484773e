/* The rows of a query in PostgreSQL: they come one by one, or all at once through a pooler. */
#include "sql/postgres_inside.h"

#include "base/mem.h"
#include "base/num.h"

#include <libpq-fe.h>

const char postgres_begin_reading[] =
    "begin transaction isolation level repeatable read, read only";

/* --- a reader's own transaction ------------------------------------------------------------- */

/* A reader's query outside of a transaction gets its own, in which nothing can be written. */
static bool own_transaction_begin(struct postgres_connection *pg, struct postgres_cursor *cursor,
                                  struct err *err)
{
    if (pg->may_write || pg->sql.in_transaction)
        return true;
    if (pg->own_transactions == 0 && !postgres_script(&pg->sql, postgres_begin_reading, err))
        return false;
    cursor->in_own_transaction = true;
    pg->own_transactions++;
    return true;
}

/* Ends it without an error: a failure here shows in the next statement. */
static void own_transaction_end(struct postgres_connection *pg, struct postgres_cursor *cursor)
{
    struct err ignored = { 0 };

    if (cursor->in_own_transaction && pg->own_transactions > 0 && --pg->own_transactions == 0)
        (void)postgres_script(&pg->sql, "commit", &ignored);
    cursor->in_own_transaction = false;
}

/* --- queries -------------------------------------------------------------------------------- */

/* All rows of a query are there, to be read by postgres_next(). */
static void rows_keep(struct postgres_cursor *cursor, PGresult *rows)
{
    cursor->row = rows;
    cursor->at = -1;
    cursor->is_whole = true;
}

/* Reads all rows, to free a connection of a pool: others may wait for it, and so may we. */
static bool all_at_once(struct postgres_connection *pg, struct postgres_cursor *cursor,
                        struct err *err)
{
    PGresult *result = postgres_answer(pg->connection, 1);

    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        (void)postgres_result_failed(pg, result, err);
        PQclear(result);
        return false;
    }
    rows_keep(cursor, result);
    own_transaction_end(pg, cursor);
    return true;
}

bool postgres_query(struct sql_rows *rows, struct sql_args args, struct err *err)
{
    struct postgres_connection *pg = postgres_of(rows->sql);
    struct postgres_cursor *cursor = mem_new(struct postgres_cursor);
    auto_postgres_params params = { 0 };

    rows->cursor = cursor;
    cursor->postgres = pg;
    cursor->ended = true;
    postgres_rows_fetch_ahead(pg);
    if (pg->sent > 0 && rows->is_one_row) {
        PGresult *result = NULL;

        if (!postgres_pipeline_query(pg, rows->statement, args, &result, err))
            return false;
        rows_keep(cursor, result);
        return true;
    }
    if (!postgres_pipeline_drain(pg, err) || !own_transaction_begin(pg, cursor, err))
        return false;
    postgres_params_make(&params, args);
    if (postgres_statement_send(pg, rows->statement, &params) != 1)
        return postgres_result_failed(pg, NULL, err);
    if (pg->sql.is_pooled && !rows->sql->in_transaction)
        return all_at_once(pg, cursor, err);
    (void)PQsetSingleRowMode(pg->connection);
    cursor->ended = false;
    pg->active = cursor;
    return true;
}

enum step postgres_next(struct sql_rows *rows, struct err *err)
{
    struct postgres_cursor *c = rows->cursor;
    struct err failure = { 0 };

    if (c->is_whole)
        return ++c->at < PQntuples(c->row) ? STEP_ROW : STEP_END;
    PQclear(c->row);
    c->row = NULL;
    if (c->kept_read < c->kept_count) {
        c->row = c->kept[c->kept_read];
        c->kept[c->kept_read++] = NULL;
    } else if (!c->ended) {
        c->row = postgres_next_result(c, &failure);
    } else {
        failure = c->failure;
    }
    if (c->row)
        return STEP_ROW;
    if (failure.kind == ERR_NONE)
        return STEP_END;
    *err = failure;
    return STEP_ERROR;
}

/* Stops at the server a query whose rows nobody wants any more, and throws its rows away. */
static void rows_abandon(struct postgres_cursor *c)
{
    PGcancel *stop = PQgetCancel(c->postgres->connection);
    char said[256];
    struct err ignored = { 0 };

    if (stop)
        (void)PQcancel(stop, said, sizeof said);
    PQfreeCancel(stop);
    while (!c->ended)
        PQclear(postgres_next_result(c, &ignored));
}

/* In a transaction that goes on a cancel would fail the rest; through a pooler it may come late. */
static bool query_may_be_cancelled(const struct postgres_connection *pg)
{
    return !pg->sql.is_pooled && !pg->sql.in_transaction && pg->own_transactions <= 1;
}

void postgres_rows_close(struct sql_rows *rows)
{
    struct postgres_cursor *c = rows->cursor;
    struct postgres_connection *pg;

    if (!c)
        return;
    pg = c->postgres;
    while (!c->ended) { /* usually the end comes next */
        struct err ignored = { 0 };
        PGresult *result = postgres_next_result(c, &ignored);

        PQclear(result);
        if (result && !c->ended && query_may_be_cancelled(pg))
            rows_abandon(c);
    }
    own_transaction_end(pg, c);
    PQclear(c->row);
    for (size_t i = c->kept_read; i < c->kept_count; i++)
        PQclear(c->kept[i]);
    free(c->kept);
    PQfreemem(c->decoded);
    free(c);
}

bool postgres_is_null(const struct sql_rows *rows, int column)
{
    const struct postgres_cursor *c = rows->cursor;

    return PQgetisnull(c->row, c->at, column) == 1;
}

struct span postgres_get_text(const struct sql_rows *rows, int column)
{
    const struct postgres_cursor *c = rows->cursor;

    if (PQgetisnull(c->row, c->at, column))
        return SPAN_NONE;
    return (struct span){ PQgetvalue(c->row, c->at, column),
                          (size_t)PQgetlength(c->row, c->at, column) };
}

int64_t postgres_get_i64(const struct sql_rows *rows, int column)
{
    struct span text = postgres_get_text(rows, column);
    struct err ignored;
    int64_t n;

    if (span_is(text, "t"))
        return 1;
    return num_i64(text, INT64_MIN, INT64_MAX, &n, &ignored) ? n : 0;
}

struct span postgres_get_bytes(const struct sql_rows *rows, int column)
{
    struct postgres_cursor *c = rows->cursor;
    size_t size = 0;

    if (PQgetisnull(c->row, c->at, column))
        return SPAN_NONE;
    PQfreemem(c->decoded);
    c->decoded = PQunescapeBytea((const unsigned char *)PQgetvalue(c->row, c->at, column), &size);
    return (struct span){ (const char *)c->decoded, size };
}
