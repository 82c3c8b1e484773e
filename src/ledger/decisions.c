/* Decisions are made in batches, each document with its entry in the audit chain. */
#include "ledger/decisions.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/inside.h"

enum { BATCH = 500, EVIDENCE_MAX = 2000 };

/* A document that was chosen. */
struct chosen {
    int64_t document, epoch;
    enum ledger_state state;
    char *class, *type;
};

/* What is done with each. */
struct ledger_decision {
    enum ledger_state after;
    const struct sql_text *statement;
    const char *who, *reason; /* of a waiver, or of an acceptance */
    bool accepts;             /* what came and was refused        */
    bool forgets_reaction;    /* a person has mended it: what answered its mark is forgotten */
};

static bool batch_read(struct ledger *ledger, const struct ledger_selection *choice, int64_t after,
                       struct chosen *batch, size_t *count, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_CHOOSE,
                   sql_args(sql_i64(ledger->source), sql_text(choice->class ? choice->class : ""),
                            sql_text(choice->identity ? choice->identity : ""),
                            sql_i64(choice->record_id), sql_i64(after), sql_i64(BATCH)),
                   &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        batch[(*count)++] = (struct chosen){ sql_get_i64(rows, 0), sql_get_i64(rows, 1),
                                             ledger_column_state(rows, 2), ledger_column(rows, 3),
                                             ledger_column(rows, 4) };
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

/* False in `some_r` if nothing ever came for this document that could be accepted. */
static bool refused_accept(struct ledger *ledger, const struct ledger_decision *d, int64_t document,
                           bool *some_r, struct err *err)
{
    *some_r = true;
    if (!d->accepts)
        return true;
    if (!sql_run(ledger->sql, &LEDGER_REFUSED_ACCEPT,
                 sql_args(sql_i64(document), sql_i64(time_now_us()), sql_text(d->who),
                          sql_text(d->reason)),
                 err))
        return false;
    *some_r = sql_changed(ledger->sql) > 0;
    return true;
}

static bool document_decide(struct ledger *ledger, const struct ledger_decision *d,
                            const struct chosen *one, int64_t *count, struct err *err)
{
    auto_str evidence = STR_MAX(EVIDENCE_MAX);
    bool some;

    if (one->state == LEDGER_WAITING && d->accepts)
        return true; /* it has tries left: they may bring the file */
    if (!refused_accept(ledger, d, one->document, &some, err))
        return false;
    if (!some)
        return true;
    if (!sql_run(ledger->sql, d->statement,
                 sql_args(sql_i64(one->document), sql_i64(time_now_us()), sql_i64(one->epoch),
                          sql_text(ledger_state_name(one->state))),
                 err))
        return false;
    if (sql_changed(ledger->sql) == 0)
        return true; /* its state is not one that this decision is for */
    ++*count;
    if (d->who)
        str_printf(&evidence, "%s %sby %s: %s", one->class, d->accepts ? "accepted " : "", d->who,
                   d->reason);
    else
        str_add_text(&evidence, one->class);
    return waiver_note(ledger, d, one->document, err)
           && (!d->forgets_reaction
               || sql_run(ledger->sql, &LEDGER_REACTION_FORGET,
                          sql_args(sql_i64(ledger->source), sql_i64(one->document)), err))
           && ledger_transition(
               ledger,
               &(struct transition){ .document = one->document,
                                     .epoch = one->epoch,
                                     .before = one->state,
                                     .after = d->after,
                                     .class_before = one->class,
                                     .class_after = d->after == LEDGER_WAIVED ? one->class : "",
                                     .type = one->type,
                                     .evidence = str_text(&evidence) },
               err);
}

static bool selection_decide(struct ledger *ledger, const struct ledger_selection *choice,
                             const struct ledger_decision *d, int64_t *count_r, struct err *err)
{
    auto_free struct chosen *batch = mem_zero(BATCH * sizeof *batch);
    int64_t last = 0, decided = 0;
    bool good = true;
    size_t count;

    do {
        count = 0;
        good = batch_read(ledger, choice, last, batch, &count, err);
        for (size_t i = 0; i < count; i++) {
            good = good && document_decide(ledger, d, &batch[i], &decided, err);
            last = batch[i].document;
            free(batch[i].class);
            free(batch[i].type);
        }
    } while (good && count == BATCH);
    *count_r = decided;
    return good;
}

bool ledger_retry(struct ledger *ledger, const struct ledger_selection *choice, int64_t *count_r,
                  struct err *err)
{
    struct ledger_decision decision = { LEDGER_WAITING, &LEDGER_DOCUMENT_RETRY,
                                        NULL,           NULL,
                                        false,          true };

    return selection_decide(ledger, choice, &decision, count_r, err);
}

bool ledger_retry_class(struct ledger *ledger, const char *class, int64_t *count_r, struct err *err)
{
    struct ledger_decision decision = { LEDGER_WAITING, &LEDGER_DOCUMENT_RETRY_FAILED,
                                        NULL,           NULL,
                                        false,          false };

    return selection_decide(ledger, &(struct ledger_selection){ .class = class }, &decision,
                            count_r, err);
}

bool ledger_waive(struct ledger *ledger, const struct ledger_selection *choice, const char *who,
                  const char *reason, int64_t *count_r, struct err *err)
{
    struct ledger_decision decision = { LEDGER_WAIVED, &LEDGER_DOCUMENT_WAIVE, who, reason, false,
                                        false };

    return selection_decide(ledger, choice, &decision, count_r, err);
}

bool ledger_accept(struct ledger *ledger, const struct ledger_selection *choice, const char *who,
                   const char *reason, int64_t *count_r, struct err *err)
{
    struct ledger_decision decision = { LEDGER_WAITING, &LEDGER_DOCUMENT_RETRY, who, reason, true,
                                        false };

    return selection_decide(ledger, choice, &decision, count_r, err);
}
