/*
 * PostgreSQL over libpq: connections, transactions, and the statements in them. Statements are sent
 * and answered in postgres_pipeline.c; the rows of a query are read in postgres_rows.c.
 *
 * Keep-alives notice a dead network within half a minute. After that, or when the server goes,
 * every call fails with SQL_AWAY until sql_reconnect(); a COMMIT whose answer was lost fails with
 * SQL_COMMIT_LOST.
 *
 * Settings are made for one transaction only: a pooler gives the session to others afterwards, who
 * would find our settings in it. Behind one that shares sessions (`is_pooled`) no statement is
 * prepared under a name, either, and no query is canceled, because that might hit somebody else's.
 */
#include "sql/postgres_inside.h"

#include "base/mem.h"

#include <assert.h>
#include <libpq-fe.h>

enum { SENT_MAX = 100 };

/* --- statements ----------------------------------------------------------------------------- */

static bool postgres_prepare(struct sql *sql, struct statement *statement, struct err *err)
{
    struct postgres_connection *pg = postgres_of(sql);
    auto_free char *name = mem_printf("s%u", ++pg->statements);

    postgres_rows_fetch_ahead(pg);
    if (!postgres_pipeline_drain(pg, err))
        return false;
    if (!pg->sql.is_pooled
        && !postgres_result_finish(
            pg,
            postgres_answer(pg->connection, PQsendPrepare(pg->connection, name,
                                                          statement->text->postgres, 0, NULL)),
            err))
        return false;
    statement->prepared = take(name);
    return true;
}

static void postgres_unprepare(struct sql *sql, struct statement *statement)
{
    (void)sql;
    free(statement->prepared);
}

/* --- transactions --------------------------------------------------------------------------- */

static const char *const writing[] = { "begin", "set local synchronous_commit = on",
                                       "set local idle_in_transaction_session_timeout = '1min'",
                                       "set local statement_timeout = '10min'" };

static bool refuse_to_write(struct err *err)
{
    return err_set(err, ERR_DATABASE, SQL_READ_ONLY, "nothing is written over this connection");
}

/* A transaction that writes begins in the pipeline, together with its first statement. */
static bool postgres_begin(struct sql *sql, bool writes, struct err *err)
{
    struct postgres_connection *pg = postgres_of(sql);

    assert(pg->own_transactions == 0);
    if (!writes)
        return postgres_script(sql, postgres_begin_reading, err);
    if (!pg->may_write)
        return refuse_to_write(err);
    for (size_t i = 0; i < lengthof(writing); i++)
        if (!postgres_pipeline_push_text(pg, writing[i], err))
            return false;
    return true;
}

/*
 * The commit goes with what was sent before it. If some of that fails, the server passes over all
 * that follows, the commit too. `changed` stays that of the last statement.
 */
static bool postgres_commit(struct sql *sql, struct err *err)
{
    struct postgres_connection *pg = postgres_of(sql);
    int64_t changed = sql->changed;
    bool good = postgres_pipeline_push_text(pg, "commit", err) && postgres_pipeline_drain(pg, err);

    sql->changed = changed;
    if (good)
        return true;
    if (err->code == SQL_AWAY)
        err->code = SQL_COMMIT_LOST;
    return false;
}

static void postgres_rollback(struct sql *sql)
{
    struct err ignored = { 0 };

    (void)postgres_pipeline_drain(postgres_of(sql), &ignored);
    (void)postgres_script(sql, "rollback", &ignored);
}

/* A statement outside of a transaction gets its own, with the settings that we rely on. */
static bool postgres_run(struct sql *sql, struct statement *statement, struct sql_args args,
                         struct err *err)
{
    struct postgres_connection *pg = postgres_of(sql);

    if (sql->in_transaction)
        return postgres_statement_run(pg, statement, args, err);
    if (!postgres_begin(sql, true, err))
        return false;
    if (postgres_statement_run(pg, statement, args, err))
        return postgres_commit(sql, err);
    postgres_rollback(sql);
    return false;
}

/* Outside of a transaction no later call could report a failure, so the statement is run. */
static bool postgres_send(struct sql *sql, struct statement *statement, struct sql_args args,
                          struct err *err)
{
    struct postgres_connection *pg = postgres_of(sql);

    if (!sql->in_transaction)
        return postgres_run(sql, statement, args, err);
    return postgres_pipeline_push(pg, statement, args, err)
           && (pg->sent < SENT_MAX || postgres_pipeline_drain(pg, err));
}

/* --- connecting ----------------------------------------------------------------------------- */

static bool postgres_connect(struct postgres_connection *pg, struct err *err)
{
    bool pooled;

    if (!postgres_dial(pg->url, &pg->connection, &pooled, err))
        return false;
    pg->sql.is_pooled = pg->sql.is_pooled || pooled;
    return true;
}

static bool postgres_reconnect(struct sql *sql, struct err *err)
{
    struct postgres_connection *pg = postgres_of(sql);

    PQfinish(pg->connection);
    pg->connection = NULL;
    pg->active = NULL;
    pg->sent = 0;
    pg->own_transactions = 0;
    return postgres_connect(pg, err);
}

static void postgres_close(struct sql *sql)
{
    struct postgres_connection *pg = postgres_of(sql);

    PQfinish(pg->connection);
    free(pg->url);
    free(pg);
}

static const struct sql_driver driver = {
    .kind = SQL_POSTGRES,
    .close = postgres_close,
    .reconnect = postgres_reconnect,
    .prepare = postgres_prepare,
    .unprepare = postgres_unprepare,
    .run = postgres_run,
    .send = postgres_send,
    .script = postgres_script,
    .query = postgres_query,
    .next = postgres_next,
    .rows_close = postgres_rows_close,
    .is_null = postgres_is_null,
    .get_i64 = postgres_get_i64,
    .get_text = postgres_get_text,
    .get_bytes = postgres_get_bytes,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
};

bool sql_postgres_open(const char *url, bool may_write, const struct cancel *cancel,
                       struct sql **sql_r, struct err *err)
{
    struct postgres_connection *pg = mem_new(struct postgres_connection);

    pg->sql = (struct sql){ .driver = &driver, .cancel = cancel };
    pg->url = mem_text(url);
    pg->may_write = may_write;
    if (!postgres_connect(pg, err)) {
        postgres_close(&pg->sql);
        return err_ctx(err, "connecting to PostgreSQL");
    }
    *sql_r = &pg->sql;
    return true;
}
