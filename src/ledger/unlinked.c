/* An index of its own has these documents alone, so nothing else is read. */
#include "ledger/unlinked.h"

#include "ledger/inside.h"

bool ledger_unlinked_patients(struct ledger *ledger, const char *from, int64_t limit,
                              void (*each)(void *arg, struct span id, int64_t documents), void *arg,
                              struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_UNLINKED_PATIENTS,
                   sql_args(sql_i64(ledger->source), sql_text(from), sql_i64(limit)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, sql_get_text(rows, 0), sql_get_i64(rows, 1));
    return step == STEP_END;
}

bool ledger_unlinked_count(struct ledger *ledger, struct span id, int64_t *count_r, struct err *err)
{
    return sql_number(ledger->sql, &LEDGER_UNLINKED_COUNT,
                      sql_args(sql_i64(ledger->source), sql_span(id)), 0, count_r, err);
}

bool ledger_unlinked_documents(struct ledger *ledger, const char *id, int64_t after, int64_t limit,
                               void (*each)(void *arg, const struct ledger_unlinked *one),
                               void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_UNLINKED_DOCUMENTS,
                   sql_args(sql_i64(ledger->source), sql_text(id), sql_i64(after), sql_i64(limit)),
                   &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, &(struct ledger_unlinked){ .document = sql_get_i64(rows, 0),
                                             .identity = sql_get_text(rows, 1),
                                             .container = sql_get_text(rows, 2),
                                             .repetition = (int)sql_get_i64(rows, 3) });
    return step == STEP_END;
}
