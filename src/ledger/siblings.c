/* A record is marked once, when the last of its documents is stored. */
#include "ledger/siblings.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/inside.h"

enum { SIBLINGS_MAX = 2000 };

struct siblings {
    struct ledger_row items[SIBLINGS_MAX];
    size_t count;
};

static void siblings_free(struct siblings **siblings)
{
    for (size_t i = 0; i < (*siblings)->count; i++)
        ledger_row_clear(&(*siblings)->items[i]);
    free(*siblings);
}

#define auto_siblings __attribute__((cleanup(siblings_free))) struct siblings

static bool siblings_read(struct ledger *ledger, const struct ledger_claim *claim,
                          struct siblings *siblings, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step = STEP_END;

    if (!sql_query(ledger->sql, &LEDGER_SIBLINGS,
                   sql_args(sql_i64(ledger->source), sql_i64((int64_t)claim->record_id),
                            sql_i64(claim->document)),
                   &rows, err))
        return false;
    while (siblings->count < SIBLINGS_MAX) {
        struct ledger_row *sibling = &siblings->items[siblings->count];

        step = ledger_row_next(rows, sibling, err);
        if (step != STEP_ROW)
            break;
        sibling->held = !sql_is_null(rows, 6);
        sibling->mod_id = sql_get_i64(rows, 7);
        siblings->count++;
    }
    return step != STEP_ERROR;
}

static bool sibling_move(struct ledger *ledger, const struct ledger_row *s, enum ledger_state after,
                         int64_t mod_id, const char *evidence, struct err *err)
{
    struct transition step = ledger_step(s, after, evidence);

    return sql_run(ledger->sql, &LEDGER_SIBLING_SET,
                   sql_args(sql_i64(s->document), sql_text(ledger_state_name(after)),
                            sql_i64(mod_id), sql_i64(time_now_us())),
                   err)
           && ledger_transition(ledger, &step, err);
}

/*
 * The reason to move a sibling anew before the record is marked, or NULL. A sibling that is done
 * has a mark that did not stand for this file: a container may have been added to the list.
 */
static const char *evidence_anew(const struct ledger_row *s, int64_t mod_id)
{
    if (s->state == LEDGER_DONE)
        return "another file of its record is to be moved too";
    if (s->state == LEDGER_STORED && s->mod_id != mod_id)
        return "the record was edited before all its files were stored";
    return NULL;
}

bool ledger_record_ready(struct ledger *ledger, const struct ledger_claim *claim, uint64_t mod_id,
                         bool *ready_r, struct err *err)
{
    auto_siblings *siblings = mem_new(struct siblings);

    *ready_r = true;
    if (!siblings_read(ledger, claim, siblings, err))
        return false;
    for (size_t i = 0; i < siblings->count; i++) {
        const struct ledger_row *s = &siblings->items[i];
        const char *anew = evidence_anew(s, (int64_t)mod_id);

        if (s->state == LEDGER_WAIVED || s->state == LEDGER_GONE)
            continue;
        if (anew && !s->held && !sibling_move(ledger, s, LEDGER_WAITING, s->mod_id, anew, err))
            return false;
        *ready_r = *ready_r && s->state == LEDGER_STORED && s->mod_id == (int64_t)mod_id;
    }
    return true;
}

bool ledger_finish_siblings(struct ledger *ledger, const struct ledger_claim *claim,
                            uint64_t mod_id, struct ledger_done **done_r, size_t *count_r,
                            struct err *err)
{
    auto_siblings *siblings = mem_new(struct siblings);
    auto_free struct ledger_done *done = NULL;
    size_t count = 0;

    if (!siblings_read(ledger, claim, siblings, err))
        return false;
    done = mem_zero((siblings->count + 1) * sizeof *done);
    for (size_t i = 0; i < siblings->count; i++) {
        const struct ledger_row *s = &siblings->items[i];

        if (s->state != LEDGER_STORED)
            continue;
        if (!sibling_move(ledger, s, LEDGER_DONE, (int64_t)mod_id, "marked with its record", err))
            return false;
        done[count++] = (struct ledger_done){ s->document, s->size };
    }
    *done_r = take(done);
    *count_r = count;
    return true;
}
