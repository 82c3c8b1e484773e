/* Reads the entries of verifications in the audit chains. */
#include "ledger/read.h"

#include "ledger/inside.h"

void ledger_verified_clear(struct ledger_verified *verified)
{
    free(verified->found);
    verified->found = NULL;
}

/* Reads the one verification that a statement finds, or none. */
static bool verified_find(struct ledger *ledger, const struct sql_text *statement,
                          struct ledger_verified *last_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, statement, sql_args(sql_i64(ledger->source)), &rows, err))
        return false;
    *last_r = (struct ledger_verified){ 0 };
    step = sql_next(rows, err);
    if (step == STEP_ROW) {
        last_r->run = sql_get_i64(rows, 0);
        last_r->at_us = sql_get_i64(rows, 1);
        ledger_column_copy(rows, 2, last_r->version, sizeof last_r->version);
        ledger_column_copy(rows, 3, last_r->host, sizeof last_r->host);
        last_r->found = ledger_column(rows, 4);
    }
    return step != STEP_ERROR;
}

bool ledger_verified_last(struct ledger *ledger, struct ledger_verified *last_r, struct err *err)
{
    return verified_find(ledger, &LEDGER_VERIFIED_LAST, last_r, err);
}

bool ledger_verified_certified(struct ledger *ledger, struct ledger_verified *last_r,
                               struct err *err)
{
    return verified_find(ledger, &LEDGER_VERIFIED_CERTIFIED, last_r, err);
}

bool ledger_verified_open_findings(struct ledger *ledger, struct ledger_open_findings *open_r,
                                   struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_VERIFIED_OPEN, sql_args(sql_i64(ledger->source)), &rows,
                   err))
        return false;
    *open_r = (struct ledger_open_findings){ 0 };
    step = sql_next(rows, err);
    if (step == STEP_ROW)
        *open_r = (struct ledger_open_findings){ sql_get_i64(rows, 0), sql_get_i64(rows, 1) };
    return step != STEP_ERROR;
}
