/* Reads runs, their audit chains, and censuses. */
#include "ledger/read.h"

#include "base/mem.h"
#include "ledger/inside.h"

enum { PACE_ENTRIES = 4000 };

bool ledger_runs(struct ledger *ledger, struct ledger_run **runs_r, size_t *count_r,
                 struct err *err)
{
    auto_rows *rows = NULL;
    auto_free struct ledger_run *runs = NULL;
    size_t count = 0;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_RUNS, sql_args(sql_i64(ledger->source)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct ledger_run *run;

        runs = mem_grow(runs, (count + 1) * sizeof *runs);
        run = &runs[count++];
        *run = (struct ledger_run){ .run = sql_get_i64(rows, 0),
                                    .started_us = sql_get_i64(rows, 1),
                                    .ended_us = sql_get_i64(rows, 2),
                                    .progress = { sql_get_i64(rows, 3), sql_get_i64(rows, 4),
                                                  sql_get_i64(rows, 5), sql_get_i64(rows, 6),
                                                  sql_get_i64(rows, 7) } };
        ledger_column_copy(rows, 8, run->status, sizeof run->status);
        ledger_column_copy(rows, 9, run->kind, sizeof run->kind);
        ledger_column_copy(rows, 10, run->version, sizeof run->version);
        ledger_column_copy(rows, 11, run->host, sizeof run->host);
        run->sessions = sql_get_i64(rows, 12);
    }
    if (step == STEP_ERROR)
        return false;
    *runs_r = take(runs);
    *count_r = count;
    return true;
}

bool ledger_pace(struct ledger *ledger, int64_t run, int64_t since_us, int64_t *settled_r,
                 int64_t *from_us_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_PACE,
                   sql_args(sql_i64(run), sql_i64(PACE_ENTRIES), sql_i64(since_us)), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW) {
        *settled_r = sql_get_i64(rows, 0);
        *from_us_r = sql_get_i64(rows, 1);
    }
    return step == STEP_ROW;
}

bool ledger_took(struct ledger *ledger, int64_t run, int64_t since_us, struct ledger_took *took_r,
                 struct err *err)
{
    auto_rows *rows = NULL;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_TOOK,
                   sql_args(sql_i64(run), sql_i64(PACE_ENTRIES), sql_i64(since_us)), &rows, err)
        || sql_next(rows, err) != STEP_ROW)
        return false;
    *took_r = (struct ledger_took){ sql_get_i64(rows, 0), sql_get_i64(rows, 1) };
    return true;
}

static bool census_newest(struct ledger *ledger, struct ledger_census *census, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_CENSUS, sql_args(sql_i64(ledger->source)), &rows, err))
        return false;
    step = sql_next(rows, err);
    census->begun = step == STEP_ROW;
    census->closed = step == STEP_ROW && !sql_is_null(rows, 2);
    return step != STEP_ERROR;
}

static bool census_last_closed(struct ledger *ledger, struct ledger_census *census, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_CENSUS_CLOSED, sql_args(sql_i64(ledger->source)),
                   &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW) {
        census->at_us = sql_get_i64(rows, 0);
        census->records = sql_get_i64(rows, 1);
        census->found = sql_get_i64(rows, 2);
        census->independent_count = sql_get_i64(rows, 3);
    }
    return step != STEP_ERROR;
}

bool ledger_census(struct ledger *ledger, struct ledger_census *census_r, struct err *err)
{
    struct ledger_census census = { 0 };

    if (!census_newest(ledger, &census, err) || !census_last_closed(ledger, &census, err))
        return false;
    *census_r = census;
    return true;
}

bool ledger_each_entry(struct ledger *ledger, int64_t run,
                       void (*each)(void *arg, const struct ledger_entry *entry), void *arg,
                       struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_SURVEY_AUDIT, sql_args(sql_i64(run)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, &(struct ledger_entry){ .at_us = sql_get_i64(rows, 0),
                                          .document = sql_get_i64(rows, 1),
                                          .before = sql_get_text(rows, 2),
                                          .after = sql_get_text(rows, 3) });
    return step == STEP_END;
}

bool ledger_last_entry(struct ledger *ledger, int64_t run, int64_t *at_us_r, struct err *err)
{
    return sql_number(ledger->sql, &LEDGER_SURVEY_LAST_ENTRY, sql_args(sql_i64(run)), 0, at_us_r,
                      err);
}

bool ledger_extent(struct ledger *ledger, struct ledger_extent *extent_r, struct err *err)
{
    auto_rows *rows = NULL;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_EXTENT, sql_args(sql_i64(ledger->source)), &rows, err)
        || sql_next(rows, err) != STEP_ROW)
        return false;
    *extent_r = (struct ledger_extent){ sql_get_i64(rows, 0), sql_get_i64(rows, 1) };
    return true;
}

bool ledger_database(struct ledger *ledger, char **name_r, struct err *err)
{
    auto_rows *rows = NULL;

    if (!sql_query(ledger->sql, &LEDGER_SURVEY_DATABASE, SQL_NO_ARGS, &rows, err)
        || sql_next(rows, err) != STEP_ROW)
        return false;
    *name_r = ledger_column(rows, 0);
    return true;
}
