/* Reads people's decisions about documents, and the notes about the source. */
#include "ledger/read.h"

#include "ledger/inside.h"

static bool each_decision(struct ledger *ledger, const struct sql_text *statement,
                          bool (*each)(void *arg, const struct ledger_waiver *waiver), void *arg,
                          struct err *err)
{
    auto_rows *rows = NULL;
    bool more = true;
    enum step step = STEP_END;

    if (!sql_query(ledger->sql, statement, sql_args(sql_i64(ledger->source)), &rows, err))
        return false;
    while (more && (step = sql_next(rows, err)) == STEP_ROW)
        more = each(arg, &(struct ledger_waiver){ .record_id = sql_get_i64(rows, 0),
                                                  .filemaker_id = sql_get_text(rows, 1),
                                                  .type = sql_get_text(rows, 2),
                                                  .class = sql_get_text(rows, 3),
                                                  .at_us = sql_get_i64(rows, 4),
                                                  .who = sql_get_text(rows, 5),
                                                  .reason = sql_get_text(rows, 6) });
    if (!more)
        return err_set(err, ERR_CANCELED, 0, "the walk was ended");
    return step == STEP_END;
}

bool ledger_each_waiver(struct ledger *ledger,
                        bool (*each)(void *arg, const struct ledger_waiver *waiver), void *arg,
                        struct err *err)
{
    return each_decision(ledger, &LEDGER_SURVEY_WAIVERS, each, arg, err);
}

bool ledger_each_accepted(struct ledger *ledger,
                          bool (*each)(void *arg, const struct ledger_waiver *accepted), void *arg,
                          struct err *err)
{
    return each_decision(ledger, &LEDGER_SURVEY_ACCEPTED, each, arg, err);
}

bool ledger_link_history(struct ledger *ledger,
                         bool (*each)(void *arg, const struct ledger_link_change *change,
                                      struct err *err),
                         void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_LINK_HISTORY, sql_args(sql_i64(ledger->source)), &rows,
                   err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct ledger_link_change change = { .at_us = sql_get_i64(rows, 0),
                                             .record_id = (uint64_t)sql_get_i64(rows, 1),
                                             .identity = sql_get_text(rows, 2),
                                             .before = sql_get_text(rows, 3),
                                             .after = sql_get_text(rows, 4),
                                             .who = sql_get_text(rows, 5),
                                             .reason = sql_get_text(rows, 6) };

        if (!each(arg, &change, err))
            return false;
    }
    return step == STEP_END;
}

bool ledger_each_taken(struct ledger *ledger,
                       void (*each)(void *arg, const struct ledger_taken *taken), void *arg,
                       struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_LOOK_TAKEN, sql_args(sql_i64(ledger->source)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, &(struct ledger_taken){ .who = sql_get_text(rows, 0),
                                          .documents = sql_get_i64(rows, 1),
                                          .at_us = sql_get_i64(rows, 2) });
    return step == STEP_END;
}

bool ledger_each_note(struct ledger *ledger,
                      void (*each)(void *arg, struct span name, struct span value), void *arg,
                      struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_SURVEY_NOTES, sql_args(sql_i64(ledger->source)), &rows,
                   err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, sql_get_text(rows, 0), sql_get_text(rows, 1));
    return step == STEP_END;
}
