/* Decisions are made in batches, each document with its entry in the audit chain. */
#include "ledger/decisions.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/inside.h"
#include "ledger/last_failures.h"

enum { BATCH = 500, EVIDENCE_MAX = 2000 };

/* The effect of a decision on each document. */
struct ledger_decision {
    enum ledger_state after;
    const struct sql_text *statement;
    const char *who, *reason; /* of a waiver, or of an acceptance */
    bool accepts;             /* the refused bytes that came last */
    bool forgets_reaction;    /* a person mended it: the reaction to its mark is forgotten */
    bool forgets_failure;     /* it has all tries again, whatever it failed with before    */
};

/* Whether the documents are named, and not only described. */
static bool is_named(const struct ledger_selection *selection)
{
    return selection->identity || (selection->record_id && !selection->last_record_id);
}

static bool document_query(struct ledger *ledger, int64_t document, struct sql_rows **rows_r,
                           struct err *err)
{
    return sql_query(ledger->sql, &LEDGER_CHOOSE_DOCUMENT,
                     sql_args(sql_i64(ledger->source), sql_i64(document)), rows_r, err);
}

static bool batch_query(struct ledger *ledger, const struct ledger_selection *s, int64_t after,
                        struct sql_rows **rows_r, struct err *err)
{
    bool named = is_named(s);
    struct sql_value values[] = {
        sql_i64(ledger->source),
        sql_text(s->class ? s->class : ""),
        sql_text(s->type ? s->type : ""),
        sql_i64(s->type != NULL),
        named ? sql_text(s->identity ? s->identity : "") : sql_i64(s->record_id),
        sql_i64(named ? s->record_id : s->last_record_id),
        sql_i64(after),
        sql_i64(BATCH),
    };

    if (s->document)
        return document_query(ledger, s->document, rows_r, err);
    return sql_query(ledger->sql, named ? &LEDGER_CHOOSE_NAMED : &LEDGER_CHOOSE,
                     (struct sql_args){ values, lengthof(values) }, rows_r, err);
}

static bool batch_read(struct ledger *ledger, const struct ledger_selection *selection,
                       int64_t after, struct ledger_row *batch, size_t *count, struct err *err)
{
    struct ledger_words words;
    auto_rows *rows = NULL;
    enum step step;

    if (!batch_query(ledger, selection, after, &rows, err))
        return false;
    while ((step = ledger_next(rows, (struct ledger_word_columns){ .state = 2 }, &words, err))
           == STEP_ROW)
        batch[(*count)++] = (struct ledger_row){ .document = sql_get_i64(rows, 0),
                                                 .epoch = sql_get_i64(rows, 1),
                                                 .state = words.state,
                                                 .class = ledger_column(rows, 3),
                                                 .type = ledger_column(rows, 4),
                                                 .held = sql_get_i64(rows, 5) != 0 };
    return step == STEP_END;
}

static bool waiver_note(struct ledger *ledger, const struct ledger_decision *d, int64_t document,
                        struct err *err)
{
    if (d->after != LEDGER_WAIVED)
        return sql_run(ledger->sql, &LEDGER_WAIVER_DROP, sql_args(sql_i64(document)), err);
    return sql_run(
        ledger->sql, &LEDGER_WAIVER_PUT,
        sql_args(sql_i64(document), sql_i64(time_now_us()), sql_text(d->who), sql_text(d->reason)),
        err);
}

/* `some_r` false: no bytes that could be accepted ever came for this document. */
static bool refused_accept(struct ledger *ledger, const struct ledger_decision *d,
                           const struct ledger_row *one, bool *some_r, struct err *err)
{
    *some_r = !d->accepts || one->state == LEDGER_FAILED || one->state == LEDGER_WAIVED;
    if (!d->accepts || !*some_r)
        return true;
    if (!sql_run(ledger->sql, &LEDGER_REFUSED_ACCEPT,
                 sql_args(sql_i64(one->document), sql_i64(time_now_us()), sql_text(d->who),
                          sql_text(d->reason)),
                 err))
        return false;
    *some_r = sql_changed(ledger->sql) > 0;
    return true;
}

/* Notes that a document is as the decision wants it. */
static bool decision_note(struct ledger *ledger, const struct ledger_decision *d,
                          const struct ledger_row *one, struct err *err)
{
    auto_str evidence = STR_MAX(EVIDENCE_MAX);
    struct transition step;

    if (d->who)
        str_printf(&evidence, "%s %sby %s: %s", one->class, d->accepts ? "accepted " : "", d->who,
                   d->reason);
    else
        str_add_text(&evidence, one->class);
    step = ledger_step(one, d->after, str_text(&evidence));
    return waiver_note(ledger, d, one->document, err)
           && (!d->forgets_failure || ledger_last_failure_forget(ledger, one->document, err))
           && (!d->forgets_reaction
               || sql_run(ledger->sql, &LEDGER_REACTION_FORGET,
                          sql_args(sql_i64(ledger->source), sql_i64(one->document)), err))
           && ledger_transition(ledger, &step, err);
}

/* `changed_r` false: its state is not one that this decision is for, or nothing can be accepted. */
static bool document_change(struct ledger *ledger, const struct ledger_decision *d,
                            const struct ledger_row *one, bool *changed_r, struct err *err)
{
    *changed_r = false;
    if (one->held || (one->state == LEDGER_WAITING && d->accepts))
        return true; /* with tries left, which may bring the file */
    if (!refused_accept(ledger, d, one, changed_r, err))
        return false;
    if (!*changed_r)
        return true;
    if (!sql_run(ledger->sql, d->statement,
                 sql_args(sql_i64(one->document), sql_i64(time_now_us()), sql_i64(one->epoch),
                          sql_text(ledger_state_name(one->state))),
                 err))
        return false;
    *changed_r = sql_changed(ledger->sql) > 0;
    return true;
}

static bool document_decide(struct ledger *ledger, const struct ledger_decision *d,
                            const struct ledger_row *one, struct ledger_decided *decided,
                            struct err *err)
{
    bool changed;

    if (!document_change(ledger, d, one, &changed, err)
        || (changed && !decision_note(ledger, d, one, err)))
        return false;
    decided->chosen++;
    if (changed)
        decided->changed++;
    else if (one->held)
        decided->held++;
    else
        decided->left[one->state]++;
    return true;
}

static bool selection_decide(struct ledger *ledger, const struct ledger_selection *selection,
                             const struct ledger_decision *d, struct ledger_decided *decided,
                             struct err *err)
{
    auto_free struct ledger_row *batch = mem_zero(BATCH * sizeof *batch);
    int64_t last = 0;
    bool good = true;
    size_t count;

    do {
        count = 0;
        good = batch_read(ledger, selection, last, batch, &count, err);
        for (size_t i = 0; i < count; i++) {
            good = good && document_decide(ledger, d, &batch[i], decided, err);
            last = batch[i].document;
            ledger_row_clear(&batch[i]);
        }
    } while (good && count == BATCH);
    return good;
}

bool ledger_retry(struct ledger *ledger, const struct ledger_selection *selection,
                  struct ledger_decided *decided, struct err *err)
{
    struct ledger_decision decision = { .after = LEDGER_WAITING,
                                        .statement = &LEDGER_DOCUMENT_RETRY,
                                        .forgets_reaction = true,
                                        .forgets_failure = true };

    return selection_decide(ledger, selection, &decision, decided, err);
}

bool ledger_retry_class(struct ledger *ledger, const char *class, struct err *err)
{
    struct ledger_decision decision = { .after = LEDGER_WAITING,
                                        .statement = &LEDGER_DOCUMENT_RETRY_FAILED };
    struct ledger_decided ignored = { 0 };

    return selection_decide(ledger, &(struct ledger_selection){ .class = class }, &decision,
                            &ignored, err);
}

bool ledger_waive(struct ledger *ledger, const struct ledger_selection *selection, const char *who,
                  const char *reason, struct ledger_decided *decided, struct err *err)
{
    struct ledger_decision decision = {
        .after = LEDGER_WAIVED, .statement = &LEDGER_DOCUMENT_WAIVE, .who = who, .reason = reason
    };

    return selection_decide(ledger, selection, &decision, decided, err);
}

bool ledger_accept(struct ledger *ledger, const struct ledger_selection *selection, const char *who,
                   const char *reason, struct ledger_decided *decided, struct err *err)
{
    struct ledger_decision decision = { .after = LEDGER_WAITING,
                                        .statement = &LEDGER_DOCUMENT_RETRY,
                                        .who = who,
                                        .reason = reason,
                                        .accepts = true,
                                        .forgets_failure = true };

    return selection_decide(ledger, selection, &decision, decided, err);
}
