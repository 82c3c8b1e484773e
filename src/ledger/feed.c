/* Runs and the entries of their chains, each by the primary key. */
#include "ledger/feed.h"

#include "ledger/inside.h"

bool ledger_feed_runs(struct ledger *ledger, int64_t run,
                      void (*each)(void *arg, const struct ledger_feed_run *run), void *arg,
                      struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_FEED_RUNS, sql_args(sql_i64(ledger->source), sql_i64(run)),
                   &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, &(struct ledger_feed_run){ .run = sql_get_i64(rows, 0),
                                             .last = sql_get_i64(rows, 1),
                                             .is_over = sql_get_i64(rows, 2) != 0,
                                             .kind = sql_get_text(rows, 3) });
    return step == STEP_END;
}

bool ledger_feed_entries(struct ledger *ledger, int64_t run, int64_t after, int64_t limit,
                         void (*each)(void *arg, int64_t seq, int64_t document), void *arg,
                         struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_FEED_ENTRIES,
                   sql_args(sql_i64(run), sql_i64(after), sql_i64(limit)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, sql_get_i64(rows, 0), sql_get_i64(rows, 1));
    return step == STEP_END;
}
