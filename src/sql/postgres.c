/*
 * PostgreSQL over libpq. Rows of a query come one by one; if another statement is run before they
 * were all read, the rest is fetched into memory first.
 *
 * Statements that are only sent go into a pipeline, and what became of them is heard together with
 * the next one's answer: over a network each answer is worth waiting for once.
 *
 * A dead network is noticed by keep-alives within half a minute. After that, or when the server
 * goes, everything fails with SQL_AWAY until sql_reconnect(); a COMMIT whose answer was lost says
 * so.
 *
 * Whatever is set is set for one transaction: a pooler gives the session to others afterwards, who
 * would find what we left. Behind one that shares sessions (`is_pooled`) nothing is prepared under
 * a name, either, and no query is called off, which might hit somebody else's.
 */
#include "sql/driver.h"

#include "base/mem.h"
#include "base/num.h"
#include "sql/postgres_inside.h"

#include <assert.h>
#include <libpq-fe.h>

enum { SENT_MAX = 100 };

struct postgres_connection {
    struct sql sql;
    PGconn *connection;
    char *url;
    bool may_write;
    size_t own_transactions; /* a reader's queries that hold a transaction of their own open */
    unsigned statements;     /* how many were prepared: names them */
    struct postgres_cursor *active; /* rows that still come; NULL: none  */
    size_t sent;                    /* statements in the pipeline; 0: there is no pipeline */
};

/* The rows of a query. */
struct postgres_cursor {
    struct postgres_connection *postgres;
    PGresult **kept; /* fetched ahead because another statement came between */
    size_t kept_count, kept_read;
    PGresult *row; /* where the present one stands */
    int at;        /* its place there: 0 but where all rows came at once */
    bool ended;
    bool is_whole;           /* `row` holds all rows */
    bool in_own_transaction; /* it holds the reader's own transaction open */
    struct err failure;      /* what came while fetching ahead */
    unsigned char *decoded;  /* the bytes of the column asked for last */
};

static struct postgres_connection *postgres_of(const struct sql *sql)
{
    return (struct postgres_connection *)sql;
}

/* A pooler that gave no sign of itself is found out by its mixing up the statements of sessions. */
static bool result_failed(struct postgres_connection *pg, const PGresult *result, struct err *err)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    if (state && (strcmp(state, "26000") == 0 || strcmp(state, "42P05") == 0))
        pg->sql.is_pooled = true;
    return postgres_failed(pg->connection, result, err);
}

/* --- rows that still come ------------------------------------------------------------------- */

static bool is_row(const PGresult *result)
{
    return PQresultStatus(result) == PGRES_SINGLE_TUPLE;
}

/* The next result of the query under way; NULL when it is over. */
static PGresult *next_result(struct postgres_cursor *c, struct err *err)
{
    PGresult *result = PQgetResult(c->postgres->connection);

    if (result && is_row(result))
        return result;
    if (result && PQresultStatus(result) != PGRES_TUPLES_OK)
        (void)result_failed(c->postgres, result, err);
    while (result) {
        PQclear(result);
        result = PQgetResult(c->postgres->connection);
    }
    if (PQstatus(c->postgres->connection) != CONNECTION_OK && err->kind == ERR_NONE)
        (void)result_failed(c->postgres, NULL, err);
    c->ended = true;
    if (c->postgres->active == c)
        c->postgres->active = NULL;
    return NULL;
}

/* Another statement wants the connection: what still comes is fetched into memory. */
static void rows_fetch_ahead(struct postgres_connection *pg)
{
    struct postgres_cursor *c = pg->active;

    while (pg->active) {
        PGresult *result = next_result(c, &c->failure);

        if (!result)
            continue;
        c->kept = mem_grow(c->kept, (c->kept_count + 1) * sizeof *c->kept);
        c->kept[c->kept_count++] = result;
    }
}

/* --- statements ----------------------------------------------------------------------------- */

static PGresult *answer_wait(struct postgres_connection *pg, int sent)
{
    return postgres_answer(pg->connection, sent);
}

static bool result_finish(struct postgres_connection *pg, PGresult *result, struct err *err)
{
    ExecStatusType status = PQresultStatus(result);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
                || result_failed(pg, result, err);

    PQclear(result);
    return good;
}

static int64_t changed_by(PGresult *result)
{
    struct err ignored;
    uint64_t changed;

    return num_u64(span_of(PQcmdTuples(result)), 0, INT64_MAX, &changed, &ignored)
               ? (int64_t)changed
               : 0;
}

/*
 * Hears what became of everything that was sent; the first failure is told. What `changed` says is
 * the last one's.
 */
static bool pipeline_drain(struct postgres_connection *pg, struct err *err)
{
    bool good = pg->sent == 0 || PQpipelineSync(pg->connection) == 1
                || result_failed(pg, NULL, err);

    if (pg->sent == 0)
        return true;
    for (; pg->sent > 0; pg->sent--) {
        PGresult *result = PQgetResult(pg->connection);

        pg->sql.changed = changed_by(result);
        if (good)
            good = result_finish(pg, result, err);
        else
            PQclear(result);
        PQclear(PQgetResult(pg->connection)); /* nothing: the end of this one */
    }
    PQclear(PQgetResult(pg->connection)); /* the end of all */
    (void)PQexitPipelineMode(pg->connection);
    return good;
}

static bool postgres_prepare(struct sql *sql, struct statement *statement, struct err *err)
{
    struct postgres_connection *pg = postgres_of(sql);
    auto_free char *name = mem_printf("s%u", ++pg->statements);

    rows_fetch_ahead(pg);
    if (!pipeline_drain(pg, err))
        return false;
    if (!pg->sql.is_pooled
        && !result_finish(pg,
                          answer_wait(pg, PQsendPrepare(pg->connection, name,
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

/* Behind a pooler the next one may be done in another session, which knows no names. */
static int send_off(struct postgres_connection *pg, const struct statement *statement,
                    const struct postgres_params *params)
{
    int count = (int)params->count;

    if (pg->sql.is_pooled)
        return PQsendQueryParams(pg->connection, statement->text->postgres, count, NULL,
                                 (const char *const *)params->texts, NULL, NULL, 0);
    return PQsendQueryPrepared(pg->connection, statement->prepared, count,
                               (const char *const *)params->texts, NULL, NULL, 0);
}

/* Into the pipeline. */
static bool pipeline_push(struct postgres_connection *pg, const struct statement *statement,
                          struct sql_args args, struct err *err)
{
    auto_postgres_params params = { 0 };

    rows_fetch_ahead(pg);
    postgres_params_make(&params, args);
    if ((pg->sent == 0 && PQenterPipelineMode(pg->connection) != 1)
        || send_off(pg, statement, &params) != 1)
        return result_failed(pg, NULL, err);
    pg->sent++;
    return true;
}

static bool run_within(struct postgres_connection *pg, const struct statement *statement,
                       struct sql_args args, struct err *err)
{
    auto_postgres_params params = { 0 };
    PGresult *result;

    if (pg->sent > 0)
        return pipeline_push(pg, statement, args, err) && pipeline_drain(pg, err);
    rows_fetch_ahead(pg);
    postgres_params_make(&params, args);
    result = answer_wait(pg, send_off(pg, statement, &params));
    pg->sql.changed = changed_by(result);
    return result_finish(pg, result, err);
}

static bool postgres_script(struct sql *sql, const char *script, struct err *err)
{
    struct postgres_connection *pg = postgres_of(sql);

    rows_fetch_ahead(pg);
    return pipeline_drain(pg, err)
           && result_finish(pg, answer_wait(pg, PQsendQuery(pg->connection, script)), err);
}

/* --- transactions --------------------------------------------------------------------------- */

static const char writing[] = "begin;"
                              "set local synchronous_commit = on;"
                              "set local idle_in_transaction_session_timeout = '1min';"
                              "set local statement_timeout = '10min'";
static const char reading[] = "begin transaction isolation level repeatable read, read only";

static bool refuse_to_write(struct err *err)
{
    return err_set(err, ERR_DATABASE, SQL_READ_ONLY, "nothing is written over this connection");
}

static bool postgres_begin(struct sql *sql, bool writes, struct err *err)
{
    struct postgres_connection *pg = postgres_of(sql);

    assert(pg->own_transactions == 0);
    if (writes && !pg->may_write)
        return refuse_to_write(err);
    return postgres_script(sql, writes ? writing : reading, err);
}

static bool postgres_commit(struct sql *sql, struct err *err)
{
    if (postgres_script(sql, "commit", err))
        return true;
    if (err->code == SQL_AWAY)
        err->code = SQL_COMMIT_LOST;
    return false;
}

static void postgres_rollback(struct sql *sql)
{
    struct err ignored = { 0 };

    (void)pipeline_drain(postgres_of(sql), &ignored);
    (void)postgres_script(sql, "rollback", &ignored);
}

/* A statement by itself gets a transaction, in which what we rely on is set. */
static bool postgres_run(struct sql *sql, struct statement *statement, struct sql_args args,
                         struct err *err)
{
    struct postgres_connection *pg = postgres_of(sql);

    if (sql->in_transaction)
        return run_within(pg, statement, args, err);
    if (!postgres_begin(sql, true, err))
        return false;
    if (run_within(pg, statement, args, err))
        return postgres_commit(sql, err);
    postgres_rollback(sql);
    return false;
}

/* Outside of a transaction nothing would follow that could tell of a failure. */
static bool postgres_send(struct sql *sql, struct statement *statement, struct sql_args args,
                          struct err *err)
{
    struct postgres_connection *pg = postgres_of(sql);

    if (!sql->in_transaction)
        return postgres_run(sql, statement, args, err);
    return pipeline_push(pg, statement, args, err)
           && (pg->sent < SENT_MAX || pipeline_drain(pg, err));
}

/* --- queries -------------------------------------------------------------------------------- */

/* A reader's query by itself gets a transaction in which nothing can be written. */
static bool own_transaction_begin(struct postgres_connection *pg, struct postgres_cursor *cursor,
                                  struct err *err)
{
    if (pg->may_write || pg->sql.in_transaction)
        return true;
    if (pg->own_transactions == 0 && !postgres_script(&pg->sql, reading, err))
        return false;
    cursor->in_own_transaction = true;
    pg->own_transactions++;
    return true;
}

/* What it says of its end is what the next statement says. */
static void own_transaction_end(struct postgres_connection *pg, struct postgres_cursor *cursor)
{
    struct err ignored = { 0 };

    if (cursor->in_own_transaction && pg->own_transactions > 0 && --pg->own_transactions == 0)
        (void)postgres_script(&pg->sql, "commit", &ignored);
    cursor->in_own_transaction = false;
}

/* A pool's connection is not kept while the rows are read: others may wait for it, we among them.
 */
static bool all_at_once(struct postgres_connection *pg, struct postgres_cursor *cursor,
                        struct err *err)
{
    PGresult *result = answer_wait(pg, 1);

    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        (void)result_failed(pg, result, err);
        PQclear(result);
        return false;
    }
    cursor->row = result;
    cursor->at = -1;
    cursor->is_whole = true;
    own_transaction_end(pg, cursor);
    return true;
}

static bool postgres_query(struct sql_rows *rows, struct sql_args args, struct err *err)
{
    struct postgres_connection *pg = postgres_of(rows->sql);
    struct postgres_cursor *cursor = mem_new(struct postgres_cursor);
    auto_postgres_params params = { 0 };

    rows->cursor = cursor;
    cursor->postgres = pg;
    cursor->ended = true;
    rows_fetch_ahead(pg);
    if (!pipeline_drain(pg, err) || !own_transaction_begin(pg, cursor, err))
        return false;
    postgres_params_make(&params, args);
    if (send_off(pg, rows->statement, &params) != 1)
        return result_failed(pg, NULL, err);
    if (pg->sql.is_pooled && !rows->sql->in_transaction)
        return all_at_once(pg, cursor, err);
    (void)PQsetSingleRowMode(pg->connection);
    cursor->ended = false;
    pg->active = cursor;
    return true;
}

static enum step postgres_next(struct sql_rows *rows, struct err *err)
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
        c->row = next_result(c, &failure);
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

/* What nobody wants to read any more is stopped at the server and thrown away. */
static void rows_abandon(struct postgres_cursor *c)
{
    PGcancel *stop = PQgetCancel(c->postgres->connection);
    char said[256];
    struct err ignored = { 0 };

    if (stop)
        (void)PQcancel(stop, said, sizeof said);
    PQfreeCancel(stop);
    while (!c->ended)
        PQclear(next_result(c, &ignored));
}

/* What a transaction still needs must not fail; and through a pooler a call might come late. */
static bool query_may_be_cancelled(const struct postgres_connection *pg)
{
    return !pg->sql.is_pooled && !pg->sql.in_transaction && pg->own_transactions <= 1;
}

static void postgres_rows_close(struct sql_rows *rows)
{
    struct postgres_cursor *c = rows->cursor;
    struct postgres_connection *pg;

    if (!c)
        return;
    pg = c->postgres;
    while (!c->ended) { /* usually the end is what comes next */
        struct err ignored = { 0 };
        PGresult *result = next_result(c, &ignored);

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

static bool postgres_is_null(const struct sql_rows *rows, int column)
{
    const struct postgres_cursor *c = rows->cursor;

    return PQgetisnull(c->row, c->at, column) == 1;
}

static struct span postgres_get_text(const struct sql_rows *rows, int column)
{
    const struct postgres_cursor *c = rows->cursor;

    if (PQgetisnull(c->row, c->at, column))
        return SPAN_NONE;
    return (struct span){ PQgetvalue(c->row, c->at, column),
                          (size_t)PQgetlength(c->row, c->at, column) };
}

static int64_t postgres_get_i64(const struct sql_rows *rows, int column)
{
    struct span text = postgres_get_text(rows, column);
    struct err ignored;
    int64_t n;

    if (span_is(text, "t"))
        return 1;
    return num_i64(text, INT64_MIN, INT64_MAX, &n, &ignored) ? n : 0;
}

static struct span postgres_get_bytes(const struct sql_rows *rows, int column)
{
    struct postgres_cursor *c = rows->cursor;
    size_t size = 0;

    if (PQgetisnull(c->row, c->at, column))
        return SPAN_NONE;
    PQfreemem(c->decoded);
    c->decoded = PQunescapeBytea((const unsigned char *)PQgetvalue(c->row, c->at, column), &size);
    return (struct span){ (const char *)c->decoded, size };
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
    auto_sql *sql = &pg->sql;

    pg->sql = (struct sql){ .driver = &driver, .cancel = cancel };
    pg->url = mem_text(url);
    pg->may_write = may_write;
    if (!postgres_connect(pg, err))
        return err_ctx(err, "connecting to PostgreSQL");
    *sql_r = take(sql);
    return true;
}
