/*
 * Statements to PostgreSQL, and their answers. Statements that are only sent go into a pipeline,
 * and their answers are read together with that of the next: over a network one wait is enough for
 * all.
 *
 * If a statement is run before all rows of a query were read, the rest is fetched into memory
 * first.
 */
#include "sql/postgres_inside.h"

#include "base/mem.h"
#include "base/num.h"

#include <libpq-fe.h>

/* A pooler that hid until now shows itself by mixing up the statements of sessions. */
bool postgres_result_failed(struct postgres_connection *pg, const PGresult *result, struct err *err)
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

/* Gives the next result of the query under way; NULL when it is over. */
struct pg_result *postgres_next_result(struct postgres_cursor *c, struct err *err)
{
    PGresult *result = PQgetResult(c->postgres->connection);

    if (result && is_row(result))
        return result;
    if (result && PQresultStatus(result) != PGRES_TUPLES_OK)
        (void)postgres_result_failed(c->postgres, result, err);
    while (result) {
        PQclear(result);
        result = PQgetResult(c->postgres->connection);
    }
    if (PQstatus(c->postgres->connection) != CONNECTION_OK && err->kind == ERR_NONE)
        (void)postgres_result_failed(c->postgres, NULL, err);
    c->ended = true;
    if (c->postgres->active == c)
        c->postgres->active = NULL;
    return NULL;
}

/* Another statement needs the connection: rows that still come are fetched into memory. */
void postgres_rows_fetch_ahead(struct postgres_connection *pg)
{
    struct postgres_cursor *c = pg->active;

    while (pg->active) {
        PGresult *result = postgres_next_result(c, &c->failure);

        if (!result)
            continue;
        c->kept = mem_grow(c->kept, (c->kept_count + 1) * sizeof *c->kept);
        c->kept[c->kept_count++] = result;
    }
}

/* --- statements ----------------------------------------------------------------------------- */

bool postgres_result_finish(struct postgres_connection *pg, PGresult *result, struct err *err)
{
    ExecStatusType status = PQresultStatus(result);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
                || postgres_result_failed(pg, result, err);

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
 * Reads the answers to all that was sent, and reports the first failure. `changed` is the last
 * one's.
 *   last_r   the last answer, if all are good; NULL: nobody needs it
 */
static bool answers_read(struct postgres_connection *pg, PGresult **last_r, struct err *err)
{
    bool good = pg->sent == 0 || PQpipelineSync(pg->connection) == 1
                || postgres_result_failed(pg, NULL, err);

    if (pg->sent == 0)
        return true;
    for (; pg->sent > 0; pg->sent--) {
        PGresult *result = PQgetResult(pg->connection);

        pg->sql.changed = changed_by(result);
        if (!good)
            PQclear(result);
        else if (last_r && pg->sent == 1 && PQresultStatus(result) == PGRES_TUPLES_OK)
            *last_r = result;
        else
            good = postgres_result_finish(pg, result, err);
        PQclear(PQgetResult(pg->connection)); /* nothing: the end of this one */
    }
    PQclear(PQgetResult(pg->connection)); /* the end of all */
    (void)PQexitPipelineMode(pg->connection);
    return good;
}

bool postgres_pipeline_drain(struct postgres_connection *pg, struct err *err)
{
    return answers_read(pg, NULL, err);
}

/* Behind a pooler the next statement may run in another session, which knows no prepared names. */
int postgres_statement_send(struct postgres_connection *pg, const struct statement *statement,
                            const struct postgres_params *params)
{
    int count = (int)params->count;

    if (pg->sql.is_pooled)
        return PQsendQueryParams(pg->connection, statement->text->postgres, count, NULL,
                                 (const char *const *)params->texts, NULL, NULL, 0);
    return PQsendQueryPrepared(pg->connection, statement->prepared, count,
                               (const char *const *)params->texts, NULL, NULL, 0);
}

/* Sends a statement into the pipeline, which the first one opens. */
bool postgres_pipeline_push(struct postgres_connection *pg, const struct statement *statement,
                            struct sql_args args, struct err *err)
{
    auto_postgres_params params = { 0 };

    postgres_rows_fetch_ahead(pg);
    postgres_params_make(&params, args);
    if ((pg->sent == 0 && PQenterPipelineMode(pg->connection) != 1)
        || postgres_statement_send(pg, statement, &params) != 1)
        return postgres_result_failed(pg, NULL, err);
    pg->sent++;
    return true;
}

bool postgres_pipeline_push_text(struct postgres_connection *pg, const char *text, struct err *err)
{
    postgres_rows_fetch_ahead(pg);
    if ((pg->sent == 0 && PQenterPipelineMode(pg->connection) != 1)
        || PQsendQueryParams(pg->connection, text, 0, NULL, NULL, NULL, NULL, 0) != 1)
        return postgres_result_failed(pg, NULL, err);
    pg->sent++;
    return true;
}

bool postgres_pipeline_query(struct postgres_connection *pg, const struct statement *statement,
                             struct sql_args args, PGresult **rows_r, struct err *err)
{
    return postgres_pipeline_push(pg, statement, args, err) && answers_read(pg, rows_r, err);
}

bool postgres_statement_run(struct postgres_connection *pg, const struct statement *statement,
                            struct sql_args args, struct err *err)
{
    auto_postgres_params params = { 0 };
    PGresult *result;

    if (pg->sent > 0)
        return postgres_pipeline_push(pg, statement, args, err) && postgres_pipeline_drain(pg, err);
    postgres_rows_fetch_ahead(pg);
    postgres_params_make(&params, args);
    result = postgres_answer(pg->connection, postgres_statement_send(pg, statement, &params));
    pg->sql.changed = changed_by(result);
    return postgres_result_finish(pg, result, err);
}

bool postgres_script(struct sql *sql, const char *script, struct err *err)
{
    struct postgres_connection *pg = postgres_of(sql);

    postgres_rows_fetch_ahead(pg);
    return postgres_pipeline_drain(pg, err)
           && postgres_result_finish(
               pg, postgres_answer(pg->connection, PQsendQuery(pg->connection, script)), err);
}
