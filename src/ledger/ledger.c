/* Opens a ledger, makes its changes, and keeps the notes about its source. */
#include "ledger/ledger.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/inside.h"

/* --- opening ---------------------------------------------------------------------------------- */

static bool source_find(struct ledger *ledger, const char *name, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_SOURCE_FIND, sql_args(sql_text(name)), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW) {
        ledger->source = sql_get_i64(rows, 0);
        ledger->source_created_us = sql_get_i64(rows, 1);
    }
    return step != STEP_ERROR;
}

static bool source_add(struct ledger *ledger, const char *name, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_SOURCE_ADD,
                   sql_args(sql_text(name), sql_i64(time_now_us())), err)
           && source_find(ledger, name, err);
}

int64_t ledger_schema_step(void)
{
    int64_t step = 0;

    while (LEDGER_SCHEMA[step].name)
        step++;
    return step;
}

bool ledger_open(const char *url, const char *source, const struct cancel *cancel,
                 struct ledger **ledger_r, struct err *err)
{
    auto_ledger *ledger = mem_new(struct ledger);

    if (!sql_open(url, cancel, &ledger->sql, err)
        || !sql_upgrade(ledger->sql, "ledger", LEDGER_SCHEMA, err)
        || !sql_number(ledger->sql, &LEDGER_STEP, SQL_NO_ARGS, 0, &ledger->step, err)
        || !source_find(ledger, source, err)
        || (ledger->source == 0 && !source_add(ledger, source, err)))
        return err_ctx(err, "the ledger");
    *ledger_r = take(ledger);
    return true;
}

bool ledger_open_reader(const char *url, const char *source, const struct cancel *cancel,
                        struct ledger **ledger_r, struct err *err)
{
    auto_ledger *ledger = mem_new(struct ledger);

    /* The step comes first: a later schema may have altered all that is read after it. */
    if (!sql_open_reader(url, cancel, &ledger->sql, err)
        || !sql_number(ledger->sql, &LEDGER_STEP, SQL_NO_ARGS, 0, &ledger->step, err)
        || !sql_schema_fits("ledger", ledger->step, ledger_schema_step(), err)
        || !source_find(ledger, source, err)) {
        if (err->kind != ERR_DATABASE || err->code != SQL_MISSING)
            return err_ctx(err, "the ledger");
        err->kind = ERR_USAGE;
        return err_ctx(err, "the ledger (has 'fmferry run' been started yet?)");
    }
    if (ledger->source == 0)
        return err_set(err, ERR_USAGE, 0,
                       "the ledger knows nothing of the source '%s' yet: start 'fmferry run'",
                       source);
    *ledger_r = take(ledger);
    return true;
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    ledger_tallies_forget(ledger);
    free(ledger->tallies);
    sql_close(ledger->sql);
    free(ledger);
}

void auto_ledger_cleanup(struct ledger **ledger)
{
    ledger_close(*ledger);
}

struct sql *ledger_sql(struct ledger *ledger)
{
    return ledger->sql;
}

int64_t ledger_source(const struct ledger *ledger)
{
    return ledger->source;
}

int64_t ledger_source_created_us(const struct ledger *ledger)
{
    return ledger->source_created_us;
}

/* --- changes ---------------------------------------------------------------------------------- */

bool ledger_begin(struct ledger *ledger, struct ledger_change *change, struct err *err)
{
    ledger->unanswered = (struct unanswered_commit){ 0 }; /* the commit before was answered */
    if (!sql_begin(ledger->sql, &change->tx, err))
        return err_ctx(err, "the ledger");
    change->ledger = ledger;
    ledger->chain_before = ledger->chain;
    return true;
}

/* Notes how ledger_reconnect() recognises the commit, should its answer be lost. */
static bool change_sign(struct ledger *ledger, struct err *err)
{
    ledger->unanswered = (struct unanswered_commit){ .chain = ledger->chain };
    return sql_kind_of(ledger->sql) == SQL_SQLITE || ledger->run == 0
           || sql_number(ledger->sql, &LEDGER_RUN_BEAT, sql_args(sql_i64(ledger->run)), 0,
                         &ledger->unanswered.heartbeats, err);
}

bool ledger_commit(struct ledger_change *change, struct err *err)
{
    struct ledger *ledger = change->ledger;

    if (!ledger_tallies_write(ledger, err) || !change_sign(ledger, err)
        || !sql_commit(&change->tx, err))
        return err_ctx(err, "the ledger");
    ledger_tallies_forget(ledger);
    change->ledger = NULL;
    return true;
}

bool ledger_reconnect(struct ledger *ledger, bool *committed_r, struct err *err)
{
    const struct unanswered_commit *unanswered = &ledger->unanswered;
    int64_t beats = -1;

    *committed_r = false;
    if (!sql_reconnect(ledger->sql, err)
        || (unanswered->heartbeats
            && !sql_number(ledger->sql, &LEDGER_RUN_BEATS, sql_args(sql_i64(ledger->run)), -1,
                           &beats, err)))
        return err_ctx(err, "the ledger");
    if (unanswered->heartbeats && beats >= unanswered->heartbeats) {
        *committed_r = true;
        ledger->chain = unanswered->chain;
    }
    return true;
}

void auto_change_cleanup(struct ledger_change *change)
{
    if (change->ledger) {
        ledger_tallies_forget(change->ledger);
        change->ledger->chain = change->ledger->chain_before;
    }
    auto_tx_cleanup(&change->tx);
}

/* --- notes ------------------------------------------------------------------------------------ */

bool ledger_note_write(struct ledger *ledger, const char *name, const char *value, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_NOTE_PUT,
                   sql_args(sql_i64(ledger->source), sql_text(name), sql_text(value)), err);
}

bool ledger_note_read(struct ledger *ledger, const char *name, char **value_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_NOTE_GET, sql_args(sql_i64(ledger->source), sql_text(name)),
                   &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step != STEP_ERROR)
        *value_r = step == STEP_ROW ? ledger_column_or_null(rows, 0) : NULL;
    return step != STEP_ERROR;
}

bool ledger_twin_source(struct ledger *ledger, const char *database, const char *layout,
                        const char *containers, char **name_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_SOURCE_TWIN,
                   sql_args(sql_i64(ledger->source), sql_text(database), sql_text(layout),
                            sql_text(containers)),
                   &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step != STEP_ERROR)
        *name_r = step == STEP_ROW ? ledger_column_or_null(rows, 0) : NULL;
    return step != STEP_ERROR;
}
