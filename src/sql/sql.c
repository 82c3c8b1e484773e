/* The part that all databases share: prepared statements, transactions, schema steps. */
#include "sql/sql.h"

#include "base/mem.h"
#include "sql/driver.h"

#include <limits.h>

void sql_setup(void)
{
    (void)setenv("PGDATESTYLE", "ISO, YMD", 1);
}

static bool open_url(const char *url, bool may_write, const struct cancel *cancel,
                     struct sql **sql_r, struct err *err)
{
    struct span text = span_of(url);

    if (span_starts(text, "sqlite:"))
        return sql_sqlite_open(url + strlen("sqlite:"), may_write, cancel, sql_r, err);
    if (span_starts(text, "postgresql://") || span_starts(text, "postgres://")
        || span_starts(text, "postgresql+unverified://"))
        return sql_postgres_open(url, may_write, cancel, sql_r, err);
    return err_set(err, ERR_USAGE, 0,
                   "'%.64s' is not a database URL (sqlite:FILE or postgresql://host/name)", url);
}

bool sql_open(const char *url, const struct cancel *cancel, struct sql **sql_r, struct err *err)
{
    return open_url(url, true, cancel, sql_r, err);
}

bool sql_open_reader(const char *url, const struct cancel *cancel, struct sql **sql_r,
                     struct err *err)
{
    return open_url(url, false, cancel, sql_r, err);
}

static void statements_forget(struct sql *sql)
{
    for (size_t i = 0; i < STATEMENT_BUCKETS; i++) {
        while (sql->statements[i]) {
            struct statement *statement = sql->statements[i];

            sql->statements[i] = statement->next;
            sql->driver->unprepare(sql, statement);
            free(statement);
        }
    }
}

bool sql_reconnect(struct sql *sql, struct err *err)
{
    statements_forget(sql);
    sql->in_transaction = false;
    return !sql->driver->reconnect || sql->driver->reconnect(sql, err)
           || err_ctx(err, "connecting again");
}

void sql_close(struct sql *sql)
{
    if (!sql)
        return;
    if (sql->in_transaction)
        sql->driver->rollback(sql);
    statements_forget(sql);
    sql->driver->close(sql);
}

void auto_sql_cleanup(struct sql **sql)
{
    sql_close(*sql);
}

enum sql_kind sql_kind_of(const struct sql *sql)
{
    return sql->driver->kind;
}

bool sql_is_pooled(const struct sql *sql)
{
    return sql->is_pooled;
}

/* Two spellings of one SQLite path are one database; other URLs are compared as written. */
bool sql_same_database(const char *a, const char *b)
{
    char path_a[PATH_MAX], path_b[PATH_MAX];

    if (strcmp(a, b) == 0)
        return true;
    return span_starts(span_of(a), "sqlite:") && span_starts(span_of(b), "sqlite:")
           && realpath(a + strlen("sqlite:"), path_a) && realpath(b + strlen("sqlite:"), path_b)
           && strcmp(path_a, path_b) == 0;
}

uint64_t sql_commits(const struct sql *sql)
{
    return sql->commits;
}

static bool statement_get(struct sql *sql, const struct sql_text *text,
                          struct statement **statement_r, struct err *err)
{
    struct statement **bucket = &sql->statements[((uintptr_t)text >> 4) % STATEMENT_BUCKETS];
    struct statement *statement = *bucket;

    while (statement && statement->text != text)
        statement = statement->next;
    if (!statement) {
        statement = mem_new(struct statement);
        statement->text = text;
        if (!sql->driver->prepare(sql, statement, err)) {
            free(statement);
            return err_ctx(err, "%s", text->name);
        }
        statement->next = *bucket;
        *bucket = statement;
    }
    *statement_r = statement;
    return true;
}

bool sql_run(struct sql *sql, const struct sql_text *text, struct sql_args args, struct err *err)
{
    struct statement *statement;

    return statement_get(sql, text, &statement, err)
           && (sql->driver->run(sql, statement, args, err) || err_ctx(err, "%s", text->name));
}

bool sql_send(struct sql *sql, const struct sql_text *text, struct sql_args args, struct err *err)
{
    struct statement *statement;

    if (!sql->driver->send)
        return sql_run(sql, text, args, err);
    return statement_get(sql, text, &statement, err)
           && (sql->driver->send(sql, statement, args, err) || err_ctx(err, "%s", text->name));
}

int64_t sql_changed(const struct sql *sql)
{
    return sql->changed;
}

bool sql_script(struct sql *sql, const char *script, struct err *err)
{
    return sql->driver->script(sql, script, err);
}

static bool query_begin(struct sql *sql, const struct sql_text *text, struct sql_args args,
                        bool is_one_row, struct sql_rows **rows_r, struct err *err)
{
    auto_rows *rows = mem_new(struct sql_rows);

    rows->sql = sql;
    rows->is_one_row = is_one_row;
    if (!statement_get(sql, text, &rows->statement, err))
        return false;
    if (!sql->driver->query(rows, args, err))
        return err_ctx(err, "%s", text->name);
    *rows_r = take(rows);
    return true;
}

bool sql_query(struct sql *sql, const struct sql_text *text, struct sql_args args,
               struct sql_rows **rows_r, struct err *err)
{
    return query_begin(sql, text, args, false, rows_r, err);
}

enum step sql_next(struct sql_rows *rows, struct err *err)
{
    enum step step = rows->sql->driver->next(rows, err);

    if (step == STEP_ERROR)
        (void)err_ctx(err, "%s", rows->statement->text->name);
    return step;
}

void sql_rows_close(struct sql_rows *rows)
{
    if (!rows)
        return;
    if (rows->statement)
        rows->sql->driver->rows_close(rows);
    free(rows);
}

void auto_rows_cleanup(struct sql_rows **rows)
{
    sql_rows_close(*rows);
}

bool sql_is_null(const struct sql_rows *rows, int column)
{
    return rows->sql->driver->is_null(rows, column);
}

int64_t sql_get_i64(const struct sql_rows *rows, int column)
{
    return rows->sql->driver->get_i64(rows, column);
}

struct span sql_get_text(const struct sql_rows *rows, int column)
{
    return rows->sql->driver->get_text(rows, column);
}

struct span sql_get_bytes(const struct sql_rows *rows, int column)
{
    return rows->sql->driver->get_bytes(rows, column);
}

bool sql_number(struct sql *sql, const struct sql_text *text, struct sql_args args,
                int64_t fallback, int64_t *n_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!query_begin(sql, text, args, true, &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW)
        *n_r = sql_is_null(rows, 0) ? fallback : sql_get_i64(rows, 0);
    else
        *n_r = fallback;
    return step != STEP_ERROR;
}

/* --- transactions --------------------------------------------------------------------------- */

void auto_tx_cleanup(struct sql_tx *tx)
{
    if (!tx->sql)
        return;
    tx->sql->driver->rollback(tx->sql);
    tx->sql->in_transaction = false;
}

static bool transaction_begin(struct sql *sql, bool writes, struct sql_tx *tx, struct err *err)
{
    if (!sql->driver->begin(sql, writes, err))
        return err_ctx(err, "beginning a transaction");
    sql->in_transaction = true;
    tx->sql = sql;
    return true;
}

bool sql_begin(struct sql *sql, struct sql_tx *tx, struct err *err)
{
    return transaction_begin(sql, true, tx, err);
}

bool sql_begin_reading(struct sql *sql, struct sql_tx *tx, struct err *err)
{
    return transaction_begin(sql, false, tx, err);
}

bool sql_commit(struct sql_tx *tx, struct err *err)
{
    struct sql *sql = tx->sql;

    if (!sql->driver->commit(sql, err))
        return err_ctx(err, "committing");
    sql->in_transaction = false;
    sql->commits++;
    tx->sql = NULL;
    return true;
}

/* --- schema --------------------------------------------------------------------------------- */

#define SAME(statement_name, statement)                                                            \
    static const struct sql_text statement_name = { #statement_name, statement, statement }

SAME(schema_table, "create table if not exists fmferry_schema "
                   "(part varchar(32) primary key, step integer not null)");
SAME(schema_step, "select step from fmferry_schema where part = $1");
SAME(schema_note, "insert into fmferry_schema (part, step) values ($1, $2) "
                  "on conflict (part) do update set step = excluded.step");

static const struct sql_text schema_alone = { "schema_alone", "select 1",
                                              "select 1 from (select pg_advisory_xact_lock"
                                              "(hashtext('fmferry_schema'))) as held" };

bool sql_begin_schema(struct sql *sql, struct sql_tx *tx, struct err *err)
{
    int64_t ignored;

    return sql_begin(sql, tx, err) && sql_number(sql, &schema_alone, SQL_NO_ARGS, 0, &ignored, err);
}

/* How many steps were done; 0 where the table of steps is missing. */
static bool steps_done(struct sql *sql, const char *part, int64_t *done_r, struct err *err)
{
    struct err why = { 0 };

    *done_r = 0;
    if (sql_number(sql, &schema_step, sql_args(sql_text(part)), 0, done_r, &why)
        || why.code == SQL_MISSING)
        return true;
    *err = why;
    return false;
}

/* Runs the next step, looked up again in the transaction: others may run steps meanwhile. */
static bool step_run(struct sql *sql, const char *part, const struct sql_text *steps,
                     int64_t *done_r, struct err *err)
{
    auto_tx tx = { 0 };
    int64_t done;

    if (!sql_begin_schema(sql, &tx, err) || !sql_run(sql, &schema_table, SQL_NO_ARGS, err)
        || !sql_number(sql, &schema_step, sql_args(sql_text(part)), 0, &done, err))
        return false;
    if (steps[done].name
        && (!sql_script(sql,
                        sql_kind_of(sql) == SQL_SQLITE ? steps[done].sqlite : steps[done].postgres,
                        err)
            || !sql_run(sql, &schema_note, sql_args(sql_text(part), sql_i64(done + 1)), err)))
        return err_ctx(err, "step %s of the %s's schema", steps[done].name, part);
    *done_r = done + (steps[done].name ? 1 : 0);
    return sql_commit(&tx, err);
}

bool sql_schema_fits(const char *part, int64_t done, int64_t known, struct err *err)
{
    return done <= known
           || err_set(err, ERR_USAGE, SQL_NEWER,
                      "the %s was made by a newer fmferry (its schema has step %jd, this program "
                      "knows %jd): use that version",
                      part, (intmax_t)done, (intmax_t)known);
}

bool sql_upgrade(struct sql *sql, const char *part, const struct sql_text *steps, struct err *err)
{
    int64_t done, known = 0;

    while (steps[known].name)
        known++;
    if (!steps_done(sql, part, &done, err))
        return err_ctx(err, "looking at the %s's schema", part);
    if (!sql_schema_fits(part, done, known, err))
        return false;
    while (done < known)
        if (!step_run(sql, part, steps, &done, err))
            return false;
    return true;
}
