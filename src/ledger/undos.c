/* A document is waived before anything is taken from it, so that no run begins it meanwhile. */
#include "ledger/undos.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/inside.h"
#include "ledger/leases.h"

enum { EVIDENCE_MAX = 4096 };

void ledger_undo_clear(struct ledger_undo *undo)
{
    ledger_claim_clear(&undo->claim);
    free(undo->class);
    *undo = (struct ledger_undo){ 0 };
}

/* --- finding them ----------------------------------------------------------------------------- */

static bool ledger_knows_prints(const struct ledger *ledger, struct err *err)
{
    return ledger->step >= LEDGER_STEP_OF_PRINTS
           || err_set(
               err, ERR_USAGE, 0,
               "an older fmferry wrote this ledger, which does not tell rows that people have "
               "changed from others yet; a command that writes, such as 'fmferry link', "
               "brings it up to date");
}

static struct ledger_undo undo_read(const struct sql_rows *rows, const struct ledger_words *words)
{
    struct ledger_undo undo = { .claim = ledger_claim_read(rows, words),
                                .class = ledger_column(rows, 17) };

    undo.is_begun = undo.claim.state == LEDGER_WAIVED;
    return undo;
}

bool ledger_undos(struct ledger *ledger, int64_t after, size_t most, struct ledger_undo *undos_r,
                  size_t *count_r, struct err *err)
{
    struct ledger_words words;
    auto_rows *rows = NULL;
    enum step step = STEP_ROW;

    *count_r = 0;
    if (!ledger_knows_prints(ledger, err)
        || !sql_query(ledger->sql, &LEDGER_UNDO_FIND,
                      sql_args(sql_i64(ledger->source), sql_i64(after), sql_i64((int64_t)most)),
                      &rows, err))
        return false;
    while (*count_r < most
           && (step = ledger_next(rows, LEDGER_CLAIM_WORDS, &words, err)) == STEP_ROW)
        undos_r[(*count_r)++] = undo_read(rows, &words);
    return step != STEP_ERROR;
}

bool ledger_undos_count(struct ledger *ledger, int64_t *count_r, struct err *err)
{
    return sql_number(ledger->sql, &LEDGER_UNDO_COUNT, sql_args(sql_i64(ledger->source)), 0,
                      count_r, err);
}

bool ledger_undo_marks(struct ledger *ledger, uint64_t record_id, char ***marks_r, size_t *count_r,
                       struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_UNDO_MARKS,
                   sql_args(sql_i64(ledger->source), sql_i64((int64_t)record_id)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        *marks_r = mem_grow(*marks_r, (*count_r + 1) * sizeof **marks_r);
        (*marks_r)[(*count_r)++] = ledger_column(rows, 0);
    }
    return step == STEP_END;
}

bool ledger_undo_key_is_shared(struct ledger *ledger, const char *key, int64_t document,
                               bool *shared_r, struct err *err)
{
    int64_t other;
    bool good = sql_number(ledger->sql, &LEDGER_UNDO_KEY,
                           sql_args(sql_text(key), ledger_key_number(key), sql_i64(document)), 0,
                           &other, err);

    *shared_r = good && other != 0;
    return good;
}

/* --- taking them back ------------------------------------------------------------------------- */

static struct transition undo_step(const struct ledger_undo *undo, const char *evidence)
{
    enum ledger_state state = undo->claim.state;
    struct transition step = ledger_claim_step(&undo->claim, LEDGER_WAIVED, evidence);

    step.class_before = state == LEDGER_FAILED || state == LEDGER_WAIVED ? undo->class : "";
    step.class_after = LEDGER_CLASS_UNDONE;
    return step;
}

bool ledger_undo_begin(struct ledger *ledger, struct ledger_undo *undo, const char *who,
                       const char *reason, struct err *err)
{
    const struct ledger_claim *claim = &undo->claim;
    auto_str evidence = STR_MAX(EVIDENCE_MAX);
    int64_t now_us = time_now_us();
    struct transition step;

    str_printf(&evidence, LEDGER_CLASS_UNDONE " by %s: %s", who, reason);
    step = undo_step(undo, str_text(&evidence));
    return ledger_run_still_open(ledger, err)
           && sql_run(ledger->sql, &LEDGER_UNDO_BEGIN,
                      sql_args(sql_i64(claim->document), sql_i64(claim->epoch),
                               sql_i64(ledger->run), sql_i64(now_us),
                               sql_text(ledger_state_name(claim->state))),
                      err)
           && ledger_touched(ledger, claim->document, err)
           && sql_run(
               ledger->sql, &LEDGER_WAIVER_PUT,
               sql_args(sql_i64(claim->document), sql_i64(now_us), sql_text(who), sql_text(reason)),
               err)
           && ledger_transition(ledger, &step, err);
}

bool ledger_undo_note(struct ledger *ledger, const struct ledger_claim *claim, uint64_t mod_id,
                      const char *evidence, struct err *err)
{
    struct transition step = ledger_claim_step(claim, LEDGER_WAIVED, evidence);

    step.class_before = step.class_after = LEDGER_CLASS_UNDONE;
    return sql_run(ledger->sql, &LEDGER_UNDO_NOTE,
                   sql_args(sql_i64(claim->document), sql_i64(claim->epoch), sql_i64(ledger->run),
                            sql_i64((int64_t)mod_id), sql_i64(time_now_us())),
                   err)
           && ledger_touched(ledger, claim->document, err) && ledger_transition(ledger, &step, err);
}
