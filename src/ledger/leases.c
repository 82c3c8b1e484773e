/* A run that was taken for dead finds out with its next lease or claim. */
#include "ledger/leases.h"

#include "ledger/inside.h"

static bool taken_for_dead(const struct ledger *ledger, struct err *err)
{
    return err_set(err, ERR_DATABASE, LEDGER_TAKEN_FOR_DEAD,
                   "this run (%jd) gave no sign of life for so long that another one took over its "
                   "documents; nothing is lost: start it again",
                   (intmax_t)ledger->run);
}

bool ledger_run_lease(struct ledger *ledger, int64_t for_us, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_RUN_LEASE, sql_args(sql_i64(ledger->run), sql_i64(for_us)),
                   err)
           && (sql_changed(ledger->sql) == 1 || taken_for_dead(ledger, err));
}

bool ledger_run_still_open(struct ledger *ledger, struct err *err)
{
    int64_t run;

    return sql_number(ledger->sql, &LEDGER_RUN_ALIVE, sql_args(sql_i64(ledger->run)), 0, &run, err)
           && (run == ledger->run || taken_for_dead(ledger, err));
}

bool ledger_held_elsewhere(struct ledger *ledger, bool *held_r, struct err *err)
{
    int64_t document;
    bool good = sql_number(ledger->sql, &LEDGER_HELD_ELSEWHERE,
                           sql_args(sql_i64(ledger->source), sql_i64(ledger->run)), 0, &document,
                           err);

    *held_r = good && document != 0;
    return good;
}

bool ledger_sessions_share(struct ledger *ledger, int most, struct ledger_share *share_r,
                           struct err *err)
{
    struct ledger_share share = { .spare = most };
    auto_rows *rows = NULL;
    enum step step;
    int place = 0;
    int64_t ignored;

    if (!sql_number(ledger->sql, &LEDGER_SOURCE_HOLD, sql_args(sql_i64(ledger->source)), 0,
                    &ignored, err)
        || !sql_query(ledger->sql, &LEDGER_SESSIONS, sql_args(sql_i64(ledger->source)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        int sessions = (int)sql_get_i64(rows, 1);

        share.spare -= sessions;
        if (sql_get_i64(rows, 0) == ledger->run) {
            place = share.runs;
            share.current = sessions;
        }
        share.runs++;
    }
    if (share.runs > 0)
        share.fair = most / share.runs + (place < most % share.runs);
    *share_r = share;
    return step == STEP_END;
}

bool ledger_sessions_take(struct ledger *ledger, int sessions, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_SESSIONS_TAKE,
                   sql_args(sql_i64(ledger->run), sql_i64(sessions)), err);
}
