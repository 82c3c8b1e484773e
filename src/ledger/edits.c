/* Marks that were written lately, and the source's reactions to them. */
#include "ledger/edits.h"

#include "ledger/inside.h"

void ledger_reaction_clear(struct ledger_reaction *reaction)
{
    free(reaction->mark);
    *reaction = (struct ledger_reaction){ 0 };
}

void ledger_edits_clear(struct ledger_edits *edits)
{
    ledger_reaction_clear(&edits->reaction);
}

/* Counts the marks announced within an hour, by the announcers' clocks, except at `but_mod_id`. */
static bool edits_count(struct ledger *ledger, uint64_t record_id, int64_t but_mod_id,
                        int64_t now_us, int64_t *count_r, int64_t *oldest_us_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_EDITS_COUNT,
                   sql_args(sql_i64(ledger->source), sql_i64((int64_t)record_id),
                            sql_i64(now_us - LEDGER_EDITS_US), sql_i64(but_mod_id)),
                   &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW) {
        *count_r = sql_get_i64(rows, 0);
        *oldest_us_r = sql_get_i64(rows, 1);
    }
    return step == STEP_ROW;
}

static bool reaction_find(struct ledger *ledger, uint64_t record_id,
                          struct ledger_reaction *reaction_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_REACTION_FIND,
                   sql_args(sql_i64(ledger->source), sql_i64((int64_t)record_id)), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW)
        *reaction_r = (struct ledger_reaction){ .mark = ledger_column(rows, 0),
                                                .is_ours = sql_get_i64(rows, 1) != 0,
                                                .mod_id_rise = sql_get_i64(rows, 2),
                                                .mod_id = (uint64_t)sql_get_i64(rows, 3),
                                                .in_a_row = sql_get_i64(rows, 4),
                                                .total = sql_get_i64(rows, 5) };
    return step != STEP_ERROR;
}

static int64_t due_after(int64_t count, int64_t oldest_us)
{
    return count < LEDGER_EDITS_NOTED_MAX ? 0 : oldest_us + LEDGER_EDITS_US;
}

bool ledger_edits_read(struct ledger *ledger, uint64_t record_id, int64_t now_us,
                       struct ledger_edits *edits_r, struct err *err)
{
    struct ledger_edits edits = { 0 };
    int64_t oldest_us = 0;

    if (!edits_count(ledger, record_id, -1, now_us, &edits.count, &oldest_us, err)
        || !reaction_find(ledger, record_id, &edits.reaction, err))
        return false;
    edits.due_us = due_after(edits.count, oldest_us);
    *edits_r = edits;
    return true;
}

bool ledger_edit_note(struct ledger *ledger, uint64_t record_id, uint64_t mod_id, int64_t now_us,
                      int64_t *due_us_r, struct err *err)
{
    int64_t count = 0, oldest_us = 0;

    if (!edits_count(ledger, record_id, (int64_t)mod_id, now_us, &count, &oldest_us, err))
        return false;
    *due_us_r = due_after(count, oldest_us);
    if (*due_us_r)
        return true;
    return sql_run(ledger->sql, &LEDGER_EDITS_DROP,
                   sql_args(sql_i64(ledger->source), sql_i64((int64_t)record_id),
                            sql_i64(now_us - LEDGER_EDITS_US)),
                   err)
           && sql_run(ledger->sql, &LEDGER_EDIT_ADD,
                      sql_args(sql_i64(ledger->source), sql_i64((int64_t)record_id),
                               sql_i64((int64_t)mod_id), sql_i64(now_us)),
                      err);
}

bool ledger_reaction_note(struct ledger *ledger, uint64_t record_id,
                          const struct ledger_reaction *found, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_REACTION_PUT,
                   sql_args(sql_i64(ledger->source), sql_i64((int64_t)record_id),
                            sql_text(found->mark), sql_i64(found->is_ours),
                            sql_i64(found->mod_id_rise), sql_i64((int64_t)found->mod_id),
                            sql_i64(time_now_us())),
                   err);
}

bool ledger_reaction_keep(struct ledger *ledger, uint64_t record_id, const char *mark,
                          uint64_t mod_id, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_REACTION_KEEP,
                   sql_args(sql_i64(ledger->source), sql_i64((int64_t)record_id),
                            sql_i64(time_now_us()), sql_text(mark), sql_i64((int64_t)mod_id)),
                   err);
}

bool ledger_reaction_drop(struct ledger *ledger, uint64_t record_id, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_REACTION_DROP,
                   sql_args(sql_i64(ledger->source), sql_i64((int64_t)record_id)), err);
}
