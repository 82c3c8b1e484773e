/* One row for each document that failed. */
#include "ledger/last_failures.h"

#include "ledger/inside.h"

void ledger_last_failure_clear(struct ledger_last_failure *last)
{
    free(last->class);
    *last = (struct ledger_last_failure){ 0 };
}

bool ledger_last_failure_is(const struct ledger_last_failure *last, const char *class,
                            const struct err *why)
{
    return last->class && strcmp(last->class, class) == 0
           && last->http_status == ledger_http_status(why) && last->filemaker_code == why->reason;
}

bool ledger_last_failure_read(struct ledger *ledger, int64_t document,
                              struct ledger_last_failure *last_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_LAST_FAILURE_FIND, sql_args(sql_i64(document)), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW) {
        auto_free char *ways = ledger_column(rows, 4);

        *last_r = (struct ledger_last_failure){ .class = ledger_column(rows, 0),
                                                .http_status = (int)sql_get_i64(rows, 1),
                                                .filemaker_code = (int)sql_get_i64(rows, 2),
                                                .mod_id = (uint64_t)sql_get_i64(rows, 3) };
        (void)snprintf(last_r->ways, sizeof last_r->ways, "%s", ways);
    }
    return step != STEP_ERROR;
}

bool ledger_last_failure_put(struct ledger *ledger, int64_t document,
                             const struct ledger_attempt *attempt, uint64_t mod_id,
                             const char *ways, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_LAST_FAILURE_PUT,
                   sql_args(sql_i64(document), sql_text(attempt->class),
                            sql_i64(ledger_http_status(attempt->why)),
                            sql_i64(attempt->why->reason), sql_i64((int64_t)mod_id),
                            sql_text(ways)),
                   err);
}

bool ledger_last_failure_forget(struct ledger *ledger, int64_t document, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_LAST_FAILURE_FORGET, sql_args(sql_i64(document)), err);
}

bool ledger_last_failures_forget(struct ledger *ledger, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_LAST_FAILURES_FORGET, sql_args(sql_i64(ledger->source)),
                   err);
}
