/* What becomes of a document is told to the desk, which commits it while the worker goes on. */
#include "transfer/inside.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "engine/dispatch.h"

enum {
    WAITS_IN_A_RUN = 8, /* of a class that never fails                              */
    DOUBT_TRIES = 3,    /* tries more, where the last one says otherwise than the rest */
};

/* How long source or store may be away, and how long to wait between looks meanwhile. */
#define AWAY_US (15 * 60 * TIME_SECOND)
#define AWAY_WAIT_US (5 * TIME_SECOND)

/* A document that is left for later: by then a later run will have come. */
#define PARKED_US (60 * 60 * TIME_SECOND)

/* What the desk is told; owned by the desk once posted. */
struct outcome {
    struct engine *engine;
    struct ledger_claim claim;
    enum { OUTCOME_DONE, OUTCOME_RELEASED, OUTCOME_FAILED, OUTCOME_GONE } kind;
    uint64_t mod_id;
    struct ledger_done *siblings; /* done with it */
    size_t sibling_count;
    struct ledger_attempt attempt;
    struct err why;
    struct adopt_finding previous_finding;
    int64_t due_us;
    bool fetch_again;
    struct ledger_reaction reaction; /* how the source answered the mark, or which one was kept */
    bool is_kept, was_answered;
    struct ledger_census_entry census_entry; /* what the record says now, if it was edited */
    char *created, *author, *path, *identity, *patient_id, *filemaker_id, *type;
};

static void outcome_free(struct outcome *verdict)
{
    ledger_claim_clear(&verdict->claim);
    ledger_reaction_clear(&verdict->reaction);
    free(verdict->siblings);
    free(verdict->created);
    free(verdict->author);
    free(verdict->path);
    free(verdict->identity);
    free(verdict->patient_id);
    free(verdict->filemaker_id);
    free(verdict->type);
    free(verdict);
}

static struct outcome *outcome_new(struct transfer *t)
{
    struct outcome *verdict = mem_new(struct outcome);

    verdict->engine = t->engine;
    verdict->claim = *t->claim;
    *t->claim = (struct ledger_claim){ 0 };
    return verdict;
}

/* --- at the desk ---------------------------------------------------------------------------- */

static bool outcome_release(const struct writer_context *hands, const struct outcome *v,
                            struct err *err)
{
    enum ledger_upsert_result ignored;
    uint64_t elsewhere;

    return ledger_release(hands->ledger, &v->claim, &v->attempt, v->due_us, v->fetch_again, err)
           && (!v->reaction.mark
               || ledger_reaction_note(hands->ledger, v->claim.record_id, &v->reaction, err))
           && (!v->census_entry.identity.at
               || ledger_census_upsert(hands->ledger, &v->census_entry, &ignored, &elsewhere, err));
}

/* May be done again after it was taken back, as any work of the desk. */
static bool siblings_finish(const struct writer_context *hands, struct outcome *v, struct err *err)
{
    free(take(v->siblings));
    v->sibling_count = 0;
    return !v->engine->settings->fields.containers->each_is_document
           || ledger_finish_siblings(hands->ledger, &v->claim, v->mod_id, &v->siblings,
                                     &v->sibling_count, err);
}

/* What the source did with earlier marks: the present one is as it should be, or counts. */
static bool reaction_settle(const struct writer_context *hands, const struct outcome *v,
                            struct err *err)
{
    if (v->is_kept)
        return ledger_reaction_keep(hands->ledger, v->claim.record_id, v->reaction.mark, v->mod_id,
                                    err)
               && ledger_evidence(hands->ledger, &v->claim, &v->attempt, err);
    return !v->was_answered || ledger_reaction_drop(hands->ledger, v->claim.record_id, err);
}

static bool outcome_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct outcome *v = *(struct outcome **)arg;
    struct ledger_trait trait = { span_of(v->created), span_of(v->author), span_of(v->path) };

    switch (v->kind) {
    case OUTCOME_DONE:
        return ledger_finish(hands->ledger, &v->claim, v->mod_id, err)
               && siblings_finish(hands, v, err) && reaction_settle(hands, v, err);
    case OUTCOME_RELEASED:
        return outcome_release(hands, v, err);
    case OUTCOME_FAILED:
        return adopt_note(hands->ledger, &v->claim, &v->previous_finding, err)
               && ledger_fail(hands->ledger, &v->claim, &v->attempt, &trait, err);
    case OUTCOME_GONE:
        return ledger_mark_gone(hands->ledger, &v->claim, err);
    }
    abort();
}

static void outcome_count(const struct outcome *v)
{
    struct counts *score = v->engine->counts;

    if (v->kind == OUTCOME_DONE)
        counts_set_done(score, v->claim.document, v->claim.size);
    else if (v->kind == OUTCOME_FAILED)
        counts_set_failed(score, v->claim.document, v->claim.record_id, v->attempt.class);
    else if (v->kind == OUTCOME_GONE)
        counts_set_gone(score, v->claim.document);
    else
        counts_set_waiting(score, v->claim.document);
    for (size_t i = 0; i < v->sibling_count; i++)
        counts_set_done(score, v->siblings[i].document, v->siblings[i].size);
}

static void outcome_after(void *arg, const struct err *why)
{
    struct outcome *v = arg;

    if (!why)
        outcome_count(v);
    else if (why->kind == ERR_DATABASE && why->code == LEDGER_NOT_OURS)
        log_debug("%s", why->msg);
    else
        dispatch_stop(v->engine->dispatch, why);
    dispatch_give_back(v->engine->dispatch);
    outcome_free(v);
}

static void outcome_post(struct outcome *verdict)
{
    FAILPOINT("settle.told");
    writer_post(verdict->engine->writer, outcome_work, &verdict, sizeof verdict,
                (struct writer_then){ outcome_after, verdict });
}

/* --- deciding ------------------------------------------------------------------------------- */

/* How the record came to be marked, where that was not by the first mark. */
static void outcome_add_mark(const struct transfer *t, struct outcome *verdict)
{
    verdict->was_answered = t->assignment->edits.reaction.mark;
    verdict->is_kept = t->mark_stands;
    if (!t->mark_stands)
        return;
    verdict->reaction.mark = mem_text(t->version.mark);
    (void)err_set(&verdict->why, ERR_DATA, 0,
                  "counts as marked: FileMaker answers each mark of the record with an edit of its "
                  "own, and mark and file are as they should be");
    verdict->attempt = (struct ledger_attempt){ "kept",
                                                failure_class_of(FAILURE_SOURCE_REACTS)->name,
                                                &verdict->why, -1, false };
}

bool outcome_of_success(struct transfer *t, struct err *err)
{
    struct outcome *verdict;
    uint64_t mod_id = t->record->mod_id;

    (void)err;
    verdict = outcome_new(t);
    verdict->kind = OUTCOME_DONE;
    verdict->mod_id = mod_id;
    outcome_add_mark(t, verdict);
    outcome_post(verdict);
    return true;
}

static int tries_allowed(const struct engine *mover, const struct failure_class *policy)
{
    int cap = mover->settings->max_tries;

    return policy->tries > 1 && cap > 0 && cap < policy->tries ? cap : policy->tries;
}

bool outcome_is_last_try(const struct transfer *t)
{
    const struct failure_class *policy = failure_class_of(FAILURE_CONTAINER_UNAVAILABLE);

    if (t->facts.content == FILEMAKER_REFERENCE)
        return true; /* a path stays a path */
    return t->claim->attempts + 1 >= tries_allowed(t->engine, policy);
}

static bool is_away(enum failure_kind failure)
{
    return failure == FAILURE_SOURCE_AWAY || failure == FAILURE_STORE_AWAY;
}

/* Nobody has heard from the other side for so long that a person should look. */
static bool away_too_long(const struct transfer *t, struct err *err)
{
    bool source = t->failure.kind == FAILURE_SOURCE_AWAY;
    int64_t alive_us =
        atomic_load(source ? &t->engine->source_alive_us : &t->engine->store_alive_us);
    char text[TIME_TEXT_SIZE];

    if (!is_away(t->failure.kind) || time_mono_us() - alive_us < AWAY_US)
        return false;
    *err = t->failure.why;
    return !err_ctx(err, "%s for %s", source ? "FileMaker Server is away" : "the store is away",
                    time_for_people(time_mono_us() - alive_us, text));
}

/*
 * Whether a document has no try left that its class allows. A try that ends otherwise than most
 * before it may have met a trouble of its own: then its class is not what the document fails with.
 */
static bool is_tried_out(const struct transfer *t, const struct failure_class *policy)
{
    int tries = t->claim->attempts + 1, allowed = tries_allowed(t->engine, policy);
    const char *usual = t->assignment->usual_class;

    if (tries < allowed || allowed <= 1 || t->claim->attempts < 2 || !usual
        || strcmp(usual, policy->name) == 0)
        return tries >= allowed;
    return tries >= allowed + DOUBT_TRIES;
}

static int64_t due_after(const struct transfer *t, const struct failure_class *policy)
{
    int tries = t->claim->attempts + 1;
    int64_t now_us = time_now_us();

    if (t->failure.due_us)
        return t->failure.due_us;
    if (is_away(t->failure.kind))
        return now_us + AWAY_WAIT_US;
    if (t->failure.kind == FAILURE_SOURCE_REACTS) /* stored: whether it fails is seen then */
        return now_us + failure_class_wait_us(tries, t->engine->settings->first_wait_us);
    if (t->failure.kind == FAILURE_RECORD_INCOMPLETE)
        return now_us + PARKED_US; /* whichever file of the record comes last takes it along */
    if (policy->tries ? is_tried_out(t, policy) : tries >= WAITS_IN_A_RUN)
        return now_us + PARKED_US;
    return now_us + failure_class_wait_us(tries, t->engine->settings->first_wait_us);
}

/* What was read is not what the record has now. */
static bool must_fetch_again(const struct transfer *t)
{
    return t->failure.kind == FAILURE_SOURCE_CHANGED || t->failure.kind == FAILURE_SOURCE_REACTS;
}

/* What the record says now, so that the next claim is made with it. */
static void outcome_add_record(struct transfer *t, struct outcome *verdict)
{
    const struct source_fields *fields = &t->engine->settings->fields;

    if (!must_fetch_again(t) || !t->record || t->page.count == 0)
        return;
    verdict->identity = mem_text(str_text(&t->facts.identity));
    verdict->patient_id = mem_text(str_text(&t->facts.patient_id));
    verdict->filemaker_id = span_text(t->facts.filemaker_id);
    verdict->type = span_text(t->facts.type);
    verdict->census_entry = facts_census_entry(
        fields, t->record,
        containers_find(fields->containers, verdict->claim.container, verdict->claim.repetition),
        &t->facts);
    verdict->census_entry.identity = span_of(verdict->identity);
    verdict->census_entry.patient_id = span_of(verdict->patient_id);
    verdict->census_entry.filemaker_id = span_of(verdict->filemaker_id);
    verdict->census_entry.type = span_of(verdict->type);
}

static void post_released(struct transfer *t, const struct failure_class *policy)
{
    int64_t due_us = due_after(t, policy);
    bool counts = !is_away(t->failure.kind);
    struct outcome *verdict = outcome_new(t);

    verdict->kind = OUTCOME_RELEASED;
    verdict->due_us = due_us;
    verdict->fetch_again = must_fetch_again(t);
    verdict->reaction = t->reaction;
    t->reaction = (struct ledger_reaction){ 0 };
    verdict->why = t->failure.why;
    verdict->attempt = (struct ledger_attempt){ t->failure.step, policy->name, &verdict->why,
                                                t->failure.bytes, counts };
    outcome_add_record(t, verdict);
    outcome_post(verdict);
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

static void post_failed(struct transfer *t, const struct failure_class *policy)
{
    struct outcome *verdict;

    adopt_judge(t);
    verdict = outcome_new(t);
    verdict->kind = OUTCOME_FAILED;
    verdict->previous_finding = t->previous_finding;
    verdict->why = t->failure.why;
    verdict->attempt = (struct ledger_attempt){ t->failure.step, policy->name, &verdict->why,
                                                t->failure.bytes, true };
    verdict->created = created_text(t);
    verdict->author = span_text(t->facts.author);
    if (t->facts.content == FILEMAKER_REFERENCE)
        verdict->path = span_text(t->facts.value);
    outcome_post(verdict);
}

static void post_gone(struct transfer *t)
{
    struct outcome *verdict = outcome_new(t);

    verdict->kind = OUTCOME_GONE;
    outcome_post(verdict);
}

/* A document that is stored does not fail any more: at worst its mark has to wait. */
static bool is_lost_cause(const struct transfer *t, const struct failure_class *policy)
{
    return policy->tries > 0 && t->claim->state == LEDGER_CLAIMED && is_tried_out(t, policy);
}

bool outcome_of_failure(struct transfer *t, struct err *err)
{
    const struct failure_class *policy = failure_class_of(t->failure.kind);
    bool lost = is_lost_cause(t, policy);

    log_debug("%s at %s: %s", policy->name, t->failure.step, t->failure.why.msg);
    if (t->failure.claim_is_lost) {
        dispatch_give_back(t->engine->dispatch);
        return true;
    }
    if (t->failure.run_wide || (lost && policy->stops_run)) {
        *err = t->failure.why;
        return false;
    }
    if (away_too_long(t, err))
        return false;
    if (t->failure.record_is_gone)
        post_gone(t);
    else if (lost)
        post_failed(t, policy);
    else
        post_released(t, policy);
    return true;
}
