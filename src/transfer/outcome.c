/* What became of a document goes to the writer, which commits it while the worker goes on. */
#include "transfer/outcome.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "document/containers.h"
#include "document/dates.h"
#include "engine/dispatch.h"
#include "engine/writes_document.h"
#include "transfer/adopt.h"
#include "transfer/steps.h"
#include "transfer/tries.h"

enum { TEXTS = 4 };

/* What a posted write needs until it is committed. */
struct outcome {
    struct engine *engine;
    struct ledger_claim claim;
    enum { OUTCOME_DONE, OUTCOME_RELEASED, OUTCOME_FAILED, OUTCOME_GONE } kind;
    struct ledger_done *siblings; /* done with it */
    size_t sibling_count;
    struct ledger_attempt attempt, previous;
    struct err why;
    struct adopt_finding previous_finding;
    struct ledger_reaction reaction;
    struct ledger_census_entry entry; /* the record as it is now, if it was edited */
    struct ledger_trait trait;
    char *texts[TEXTS]; /* what the spans of `entry` and `trait` borrow from */
    size_t text_count;
};

static struct outcome *outcome_new(struct transfer *t)
{
    struct outcome *outcome = mem_new(struct outcome);

    outcome->engine = t->engine;
    outcome->claim = *t->claim;
    *t->claim = (struct ledger_claim){ 0 };
    return outcome;
}

static void outcome_free(struct outcome *outcome)
{
    ledger_claim_clear(&outcome->claim);
    ledger_reaction_clear(&outcome->reaction);
    free(outcome->siblings);
    for (size_t i = 0; i < outcome->text_count; i++)
        free(outcome->texts[i]);
    free(outcome);
}

/* Takes the text, which may be NULL. */
static struct span outcome_keep(struct outcome *outcome, char *text)
{
    outcome->texts[outcome->text_count++] = text;
    return span_of(text);
}

/* The try that failed, as evidence. */
static void outcome_add_attempt(struct outcome *outcome, const struct failure *failure, bool counts)
{
    outcome->why = failure->why;
    outcome->attempt = (struct ledger_attempt){ failure->step,
                                                failure_class_of(failure->kind)->name,
                                                &outcome->why, failure->bytes, counts };
}

/* --- after the commit ----------------------------------------------------------------------- */

static void outcome_count(const struct outcome *outcome)
{
    struct counts *counts = outcome->engine->counts;
    const struct ledger_claim *claim = &outcome->claim;

    if (outcome->kind == OUTCOME_DONE)
        counts_set_done(counts, claim->document, claim->size);
    else if (outcome->kind == OUTCOME_FAILED)
        counts_set_failed(counts, claim->document, claim->record_id, outcome->attempt.class);
    else if (outcome->kind == OUTCOME_GONE)
        counts_set_gone(counts, claim->document);
    else
        counts_set_waiting(counts, claim->document);
    for (size_t i = 0; i < outcome->sibling_count; i++)
        counts_set_done(counts, outcome->siblings[i].document, outcome->siblings[i].size);
}

static void outcome_committed(void *arg, const struct err *why)
{
    struct outcome *outcome = arg;
    struct dispatch *dispatch = outcome->engine->dispatch;

    if (!why)
        outcome_count(outcome);
    else if (why->kind == ERR_DATABASE && why->code == LEDGER_NOT_OURS)
        log_debug("%s", why->msg);
    else
        dispatch_stop(dispatch, why);
    dispatch_give_back(dispatch);
    outcome_free(outcome);
}

static struct writer_then outcome_then(struct outcome *outcome)
{
    FAILPOINT("settle.told");
    return (struct writer_then){ outcome_committed, outcome };
}

/* --- success -------------------------------------------------------------------------------- */

/* The mark was not written this time, and counts. */
static void outcome_add_kept_mark(struct outcome *outcome, const char *mark)
{
    outcome->reaction.mark = mem_text(mark);
    (void)err_set(&outcome->why, ERR_DATA, 0,
                  "counts as marked: FileMaker answers each mark of the record with an edit of its "
                  "own, and mark and file are as they should be");
    outcome->attempt = (struct ledger_attempt){ "kept",
                                                failure_class_of(FAILURE_SOURCE_REACTS)->name,
                                                &outcome->why, -1, false };
}

void outcome_of_success(struct transfer *t)
{
    steps_confirmed(t);
    struct outcome *outcome = outcome_new(t);
    struct done done = { .claim = &outcome->claim,
                         .mod_id = t->record->mod_id,
                         .has_siblings = t->engine->settings->fields.containers->each_is_document,
                         .was_answered = t->assignment->edits.reaction.mark,
                         .kept = &outcome->attempt,
                         .siblings_r = &outcome->siblings,
                         .sibling_count_r = &outcome->sibling_count };

    outcome->kind = OUTCOME_DONE;
    if (t->mark_stands)
        outcome_add_kept_mark(outcome, t->version.mark);
    done.kept_mark = outcome->reaction.mark;
    write_done_post(t->engine->writer, &done, outcome_then(outcome));
}

/* --- failure -------------------------------------------------------------------------------- */

/* Nobody has heard from the other side for so long that a person should look. */
static bool away_too_long(const struct transfer *t, struct err *err)
{
    struct outage *outage = t->failure.kind == FAILURE_SOURCE_AWAY ? &t->engine->source
                                                                   : &t->engine->store;

    if (!tries_is_away(t->failure.kind))
        return false;
    outage_failed(outage, &t->failure.why);
    *err = t->failure.why;
    return outage_is_too_long(outage, err);
}

/* Whether what was read is not what the record has now. */
static bool must_fetch_again(const struct transfer *t)
{
    return t->failure.kind == FAILURE_SOURCE_CHANGED || t->failure.kind == FAILURE_SOURCE_REACTS;
}

/* The record as it is now, so that the next claim is made with it. */
static void outcome_add_record(struct outcome *outcome, const struct transfer *t)
{
    const struct source_fields *fields = &t->engine->settings->fields;
    struct ledger_census_entry *entry = &outcome->entry;

    *entry = facts_census_entry(
        fields, t->record,
        containers_find(fields->containers, outcome->claim.container, outcome->claim.repetition),
        &t->facts);
    entry->identity = outcome_keep(outcome, mem_text(str_text(&t->facts.identity)));
    entry->patient_id = outcome_keep(outcome, mem_text(str_text(&t->facts.patient_id)));
    entry->filemaker_id = outcome_keep(outcome, span_text(t->facts.filemaker_id));
    entry->type = outcome_keep(outcome, span_text(t->facts.type));
}

static void post_released(struct transfer *t, const struct failure_class *class)
{
    int64_t due_us = tries_next_us(t, class);
    bool counts = !tries_is_away(t->failure.kind);
    struct outcome *outcome = outcome_new(t);
    struct released released = { .claim = &outcome->claim,
                                 .attempt = &outcome->attempt,
                                 .due_us = due_us,
                                 .fetch_again = must_fetch_again(t),
                                 .had_failed = t->assignment->last_failure.class && counts };

    outcome->kind = OUTCOME_RELEASED;
    outcome_add_attempt(outcome, &t->failure, counts);
    outcome->reaction = t->reaction;
    t->reaction = (struct ledger_reaction){ 0 };
    if (outcome->reaction.mark)
        released.reaction = &outcome->reaction;
    if (released.fetch_again && t->record) {
        outcome_add_record(outcome, t);
        released.entry = &outcome->entry;
    }
    write_released_post(t->engine->writer, &released, outcome_then(outcome));
}

/* For the report, which counts by days: of a text field only what can be no other day. */
static char *created_text(const struct transfer *t)
{
    const struct source_fields *fields = &t->engine->settings->fields;
    struct time_civil c;

    if (containers_field_is_date(fields->containers, fields->created))
        return span_text(t->facts.created);
    if (!dates_moment_read(t->facts.created, fields->text_dates, &c))
        return mem_text("");
    return mem_printf("%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute,
                      c.second);
}

static void post_failed(struct transfer *t)
{
    struct outcome *outcome;
    struct failed failed;

    adopt_judge(t);
    outcome = outcome_new(t);
    outcome->kind = OUTCOME_FAILED;
    outcome_add_attempt(outcome, &t->failure, true);
    outcome->trait.created = outcome_keep(outcome, created_text(t));
    outcome->trait.author = outcome_keep(outcome, span_text(t->facts.author));
    if (t->facts.content == FILEMAKER_REFERENCE)
        outcome->trait.path = outcome_keep(outcome, span_text(t->facts.value));
    outcome->previous_finding = t->previous_finding;
    failed =
        (struct failed){ .claim = &outcome->claim,
                         .attempt = &outcome->attempt,
                         .trait = &outcome->trait,
                         .previous = adopt_evidence(&outcome->previous_finding, &outcome->previous),
                         .mod_id = tries_mod_id(t),
                         .ways = t->engine->ways };
    write_failed_post(t->engine->writer, &failed, outcome_then(outcome));
}

static void post_gone(struct transfer *t)
{
    struct outcome *outcome = outcome_new(t);

    outcome->kind = OUTCOME_GONE;
    write_gone_post(t->engine->writer, &outcome->claim, outcome_then(outcome));
}

/* A document that is stored does not fail any more: at worst its mark has to wait. */
static bool is_lost_cause(const struct transfer *t, const struct failure_class *class)
{
    return class->tries > 0 && t->claim->state == LEDGER_CLAIMED && tries_are_over(t, class);
}

bool outcome_of_failure(struct transfer *t, struct err *err)
{
    const struct failure_class *class = failure_class_of(t->failure.kind);
    bool lost = is_lost_cause(t, class);

    log_debug("%s at %s: %s", class->name, t->failure.step, t->failure.why.msg);
    if (t->failure.claim_is_lost) {
        dispatch_give_back(t->engine->dispatch);
        return true;
    }
    if (t->failure.run_wide || (lost && class->stops_run)) {
        *err = t->failure.why;
        return false;
    }
    if (away_too_long(t, err))
        return false;
    if (t->failure.record_is_gone)
        post_gone(t);
    else if (lost)
        post_failed(t);
    else
        post_released(t, class);
    return true;
}
