/*
 * Documents are claimed in batches, by one worker for all, and ahead of need: while some are left
 * to hand out, the desk is asked for more, and nobody waits for it. Who finds nothing due waits
 * until the next is, the census has seen more, or another worker has put one back. The end is
 * reached when the census is over, nobody has a document in hand, and what still waits waits for a
 * later run.
 */
#include "engine/dispatch.h"

#include "base/failpoint.h"
#include "base/mem.h"
#include "base/time.h"
#include "document/row.h"
#include "engine/engine.h"
#include "registry/previous.h"

#include <pthread.h>

enum {
    BATCH_MAX = 64,
    CENSUSES_MAX = 3,
    LOOK_US = 500 * TIME_MS,
    HORIZON_US = 15 * 60 * TIME_SECOND /* what is due later than this belongs to a later run */
};

struct dispatch {
    struct engine *engine;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct assignment *ready[2 * BATCH_MAX];
    size_t ready_count;
    size_t in_hand;
    int64_t handed_out;
    bool fetching, census_ended, census_closed, finished;
    bool
        nothing_ahead; /* nothing was there to be claimed ahead, and nothing has been heard since */
    int censuses;
    int64_t census_begun_us, census_ended_us; /* of the newest                                   */
    int64_t remaining, remaining_at_end;      /* to be handed out: now, and when it was over     */
    int64_t moves_counted; /* how often a document may have become done and need no other census */
    uint64_t wakes; /* counts wakes, so that none is lost while somebody looks into the ledger */
};

void assignment_free(struct assignment *assignment)
{
    if (!assignment)
        return;
    ledger_claim_clear(&assignment->claim);
    ledger_versions_free(assignment->versions, assignment->version_count);
    for (size_t i = 0; i < assignment->mark_count; i++)
        free(assignment->marks[i]);
    free(assignment->marks);
    ledger_edits_clear(&assignment->edits);
    free(assignment->usual_class);
    free(assignment->previous_key);
    free(assignment);
}

void auto_assignment_cleanup(struct assignment **assignment)
{
    assignment_free(*assignment);
}

struct dispatch *dispatch_new(struct engine *mover)
{
    struct dispatch *dispatch = mem_new(struct dispatch);
    pthread_condattr_t monotonic;

    dispatch->engine = mover;
    dispatch->census_begun_us = time_mono_us();
    (void)pthread_mutex_init(&dispatch->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&dispatch->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    return dispatch;
}

void dispatch_free(struct dispatch *dispatch)
{
    if (!dispatch)
        return;
    for (size_t i = 0; i < dispatch->ready_count; i++)
        assignment_free(dispatch->ready[i]);
    (void)pthread_cond_destroy(&dispatch->changed);
    (void)pthread_mutex_destroy(&dispatch->lock);
    free(dispatch);
}

/* --- at the desk ---------------------------------------------------------------------------- */

struct batch {
    struct dispatch *dispatch;
    size_t most, count;
    bool has_siblings, has_patient_dob, new_first;
    bool held_elsewhere; /* other movers are at work on documents */
    const char
        *adopt_source; /* the source's name, where an earlier importer's work is taken over */
    struct assignment *assignments[BATCH_MAX];
    int64_t next_due_us;
};

static void batch_clear(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        assignment_free(batch->assignments[i]);
    batch->count = 0;
}

/* What a person chose stands above the patient's id. */
static bool patient_by_hand(struct assignment *a)
{
    a->match = a->claim.patient ? REGISTRY_ONE_PATIENT : REGISTRY_NO_PATIENT;
    (void)snprintf(a->patient, sizeof a->patient, "%s", a->claim.patient ? a->claim.patient : "");
    return true;
}

static bool patient_find(const struct writer_context *hands, bool has_born, struct assignment *a,
                         struct err *err)
{
    struct span id = span_of(a->claim.patient_id);

    a->doubt = "";
    if (a->claim.by_hand)
        return patient_by_hand(a);
    return registry_match(hands->registry, id, &a->match, a->patient, err)
           && (!has_born || a->match != REGISTRY_ONE_PATIENT
               || registry_patient_dob(hands->registry, id, a->patient_dob, err));
}

/* What an earlier importer has in the application for this document. */
static bool assignment_previous(const struct writer_context *hands, const char *source_name,
                                struct assignment *a, struct err *err)
{
    struct uuid filemaker_id, ours;

    if (*a->claim.container || !a->claim.filemaker_id
        || !uuid_read_loose(span_of(a->claim.filemaker_id), &filemaker_id))
        return true;
    ours = row_id(source_name, a->claim.identity, a->claim.container, a->claim.repetition);
    return registry_previous(hands->registry, &filemaker_id, &ours, &a->previous_key, err);
}

/* A document in its first claim has no past; its record may have, if it has other documents. */
static bool assignment_fill(const struct writer_context *hands, bool has_siblings, bool has_born,
                            struct assignment *a, struct err *err)
{
    bool is_first = a->claim.epoch <= 1;

    if (!patient_find(hands, has_born, a, err))
        return false;
    if (a->claim.attempts >= 1
        && !ledger_usual_class(hands->ledger, a->claim.document, a->claim.attempts, &a->usual_class,
                               err))
        return false;
    if ((!is_first || has_siblings)
        && (!ledger_marks(hands->ledger, a->claim.record_id, &a->marks, &a->mark_count, err)
            || !ledger_edits_read(hands->ledger, a->claim.record_id, time_now_us(), &a->edits,
                                  err)))
        return false;
    return is_first
           || ledger_versions(hands->ledger, a->claim.document, &a->versions, &a->version_count,
                              err);
}

static bool batch_claim(const struct writer_context *hands, void *arg, struct err *err)
{
    struct batch *batch = *(struct batch **)arg;
    struct ledger_claim claims[BATCH_MAX];
    size_t count;

    batch_clear(batch);
    if (!ledger_claim(hands->ledger, time_now_us(), batch->new_first, batch->most, claims, &count,
                      err))
        return false;
    for (; batch->count < count; batch->count++) {
        batch->assignments[batch->count] = mem_new(struct assignment);
        batch->assignments[batch->count]->claim = claims[batch->count];
    }
    for (size_t i = 0; i < batch->count; i++)
        if (!assignment_fill(hands, batch->has_siblings, batch->has_patient_dob,
                             batch->assignments[i], err)
            || (batch->adopt_source
                && !assignment_previous(hands, batch->adopt_source, batch->assignments[i], err)))
            return false;
    return count > 0
           || (ledger_next_due(hands->ledger, &batch->next_due_us, err)
               && ledger_held_elsewhere(hands->ledger, &batch->held_elsewhere, err));
}

/* --- handing out ---------------------------------------------------------------------------- */

static size_t batch_size(const struct dispatch *dispatch)
{
    const struct engine_settings *settings = dispatch->engine->settings;
    size_t most = (size_t)settings->workers * 2;
    int64_t left = settings->limit - dispatch->handed_out;

    if (settings->limit && left < (int64_t)most)
        most = left > 0 ? (size_t)left : 0;
    return most < BATCH_MAX ? most : BATCH_MAX;
}

/* What others hold may become ours, should they die. */
static bool nothing_remains(const struct dispatch *dispatch, const struct batch *batch)
{
    return dispatch->census_ended && dispatch->in_hand == 0 && !batch->held_elsewhere
           && (batch->next_due_us == INT64_MAX || batch->next_due_us > time_now_us() + HORIZON_US);
}

static void wait_until_due(struct dispatch *dispatch, int64_t next_due_us)
{
    int64_t wait_us = next_due_us == INT64_MAX ? LOOK_US : next_due_us - time_now_us();
    int64_t until_us;
    struct timespec until;

    wait_us = wait_us < TIME_MS ? TIME_MS : wait_us < LOOK_US ? wait_us : LOOK_US;
    until_us = time_mono_us() + wait_us;
    until = (struct timespec){ .tv_sec = until_us / TIME_SECOND,
                               .tv_nsec = until_us % TIME_SECOND * 1000 };
    (void)pthread_cond_timedwait(&dispatch->changed, &dispatch->lock, &until);
}

/*
 * People went on working while documents were moved: look once more, but not for ever. What is
 * moved beside that needs no further look.
 */
static bool census_reopen(struct dispatch *dispatch)
{
    const struct engine *mover = dispatch->engine;
    int64_t moves = counts_get(mover->counts).moves;

    if (!dispatch->census_closed || moves <= dispatch->moves_counted
        || dispatch->censuses >= CENSUSES_MAX || mover->settings->limit)
        return false;
    dispatch->moves_counted = moves + (int64_t)dispatch->in_hand + dispatch->remaining;
    dispatch->census_ended = false;
    return true;
}

static bool field_is_named(const char *field)
{
    return field && *field;
}

static struct batch batch_of(struct dispatch *dispatch)
{
    const struct engine_settings *settings = dispatch->engine->settings;

    return (struct batch){ .dispatch = dispatch,
                           .most = batch_size(dispatch),
                           .new_first = settings->limit > 0,
                           .has_siblings = settings->fields.containers->each_is_document,
                           .has_patient_dob = field_is_named(settings->fields.patient_dob),
                           .adopt_source = settings->adopt ? settings->source_name : NULL,
                           .next_due_us = INT64_MAX };
}

/* With the lock held. */
static void batch_take(struct dispatch *dispatch, struct batch *batch)
{
    dispatch->fetching = false;
    dispatch->in_hand += batch->count;
    dispatch->remaining -= (int64_t)batch->count;
    if (batch->count == 0 || dispatch->remaining < 0)
        dispatch->remaining = 0; /* what was thought to be left waits for a later time */
    dispatch->handed_out += (int64_t)batch->count;
    for (size_t i = 0; i < batch->count; i++)
        dispatch->ready[dispatch->ready_count++] = batch->assignments[i];
    dispatch->nothing_ahead = batch->count == 0;
}

/* On the desk's thread. A failure is met again, and told, by whoever looks next. */
static void batch_arrived(void *arg, const struct err *why)
{
    struct batch *batch = arg;
    struct dispatch *dispatch = batch->dispatch;

    if (why)
        batch_clear(batch);
    (void)pthread_mutex_lock(&dispatch->lock);
    batch_take(dispatch, batch);
    (void)pthread_cond_broadcast(&dispatch->changed);
    (void)pthread_mutex_unlock(&dispatch->lock);
    free(batch);
}

/*
 * With the lock held; the answer comes on the desk's thread. As much is kept ready as there are
 * workers: a commit lets many go on at once, and soon they all come for another document.
 */
static void claim_ahead(struct dispatch *dispatch)
{
    struct batch batch = batch_of(dispatch), *posted;
    size_t workers = (size_t)dispatch->engine->settings->workers;
    size_t enough = workers < BATCH_MAX ? workers : BATCH_MAX;

    if (dispatch->fetching || dispatch->nothing_ahead || dispatch->ready_count >= enough
        || batch.most == 0)
        return;
    dispatch->fetching = true;
    posted = mem_copy(&batch, sizeof batch);
    writer_post(dispatch->engine->writer, batch_claim, &posted, sizeof posted,
                (struct writer_then){ batch_arrived, posted });
}

/* Looks into the ledger for all; called and left with the lock held. */
static bool fetch_more(struct dispatch *dispatch, struct err *err)
{
    struct batch batch = batch_of(dispatch), *asked = &batch;
    uint64_t news = dispatch->wakes;
    bool good = true;

    dispatch->fetching = true;
    (void)pthread_mutex_unlock(&dispatch->lock);
    if (batch.most > 0)
        good = writer_run(dispatch->engine->writer, batch_claim, &asked, err);
    if (!good)
        batch_clear(&batch);
    FAILPOINT("dispatch.claimed");
    (void)pthread_mutex_lock(&dispatch->lock);
    batch_take(dispatch, &batch);
    if (good && batch.count == 0 && news == dispatch->wakes) {
        dispatch->finished = batch.most == 0
                             || (nothing_remains(dispatch, &batch) && !census_reopen(dispatch)
                                 && dispatch->engine->settings->follow_every_us == 0);
        if (!dispatch->finished)
            wait_until_due(dispatch, batch.next_due_us);
    }
    if (batch.count > 0 || dispatch->finished
        || !good) /* or all would look where one found nothing */
        (void)pthread_cond_broadcast(&dispatch->changed);
    return good;
}

static struct assignment *take_ready(struct dispatch *dispatch)
{
    struct assignment *first = dispatch->ready[0];

    dispatch->ready_count--;
    memmove(dispatch->ready, dispatch->ready + 1, dispatch->ready_count * sizeof first);
    return first;
}

/* With the lock let go meanwhile. */
static void idle_unlocked(struct dispatch *dispatch, void (*idle)(void *arg), void *arg)
{
    (void)pthread_mutex_unlock(&dispatch->lock);
    idle(arg);
    (void)pthread_mutex_lock(&dispatch->lock);
}

bool dispatch_next(struct dispatch *dispatch, void (*idle)(void *arg), void *arg,
                   struct assignment **assignment_r, struct err *err)
{
    bool good = true;

    *assignment_r = NULL;
    (void)pthread_mutex_lock(&dispatch->lock);
    while (good && !engine_is_finishing(dispatch->engine)) {
        if (dispatch->ready_count > 0) {
            *assignment_r = take_ready(dispatch);
            claim_ahead(dispatch);
            break;
        }
        if (dispatch->finished)
            break;
        if (dispatch->fetching)
            wait_until_due(dispatch, INT64_MAX);
        else
            good = fetch_more(dispatch, err);
        if (dispatch->ready_count == 0)
            idle_unlocked(dispatch, idle, arg);
    }
    (void)pthread_mutex_unlock(&dispatch->lock);
    return good;
}

void dispatch_give_back(struct dispatch *dispatch)
{
    (void)pthread_mutex_lock(&dispatch->lock);
    dispatch->in_hand--;
    dispatch->wakes++;
    if (dispatch->in_hand == 0)
        (void)pthread_cond_broadcast(&dispatch->changed);
    (void)pthread_mutex_unlock(&dispatch->lock);
}

void dispatch_wake(struct dispatch *dispatch)
{
    (void)pthread_mutex_lock(&dispatch->lock);
    dispatch->wakes++;
    dispatch->nothing_ahead = false;
    (void)pthread_cond_broadcast(&dispatch->changed);
    (void)pthread_mutex_unlock(&dispatch->lock);
}

void dispatch_census_ended(struct dispatch *dispatch, bool closed, int64_t waiting)
{
    int64_t moves = counts_get(dispatch->engine->counts).moves;

    (void)pthread_mutex_lock(&dispatch->lock);
    dispatch->census_ended = true;
    dispatch->census_closed = closed;
    dispatch->census_ended_us = time_mono_us();
    dispatch->remaining_at_end = dispatch->remaining = waiting;
    dispatch->censuses++;
    if (dispatch->moves_counted < moves)
        dispatch->moves_counted = moves;
    dispatch->wakes++;
    dispatch->nothing_ahead = false;
    (void)pthread_cond_broadcast(&dispatch->changed);
    (void)pthread_mutex_unlock(&dispatch->lock);
}

/* Who follows the source counts it anew from time to time. */
static bool time_to_follow(const struct dispatch *dispatch, int64_t since_us)
{
    int64_t follow_us = dispatch->engine->settings->follow_every_us;

    return follow_us > 0 && time_mono_us() - since_us >= follow_us;
}

/* Whether what is left to hand out takes no longer than a census does, as things went since the
 * newest: once there was time to see how they go. */
static bool is_last_lap(const struct dispatch *dispatch)
{
    double took_us = (double)(dispatch->census_ended_us - dispatch->census_begun_us);
    double since_us = (double)(time_mono_us() - dispatch->census_ended_us);
    int64_t handed_out = dispatch->remaining_at_end - dispatch->remaining;

    return dispatch->remaining == 0
           || (since_us >= took_us
               && (double)dispatch->remaining * since_us <= (double)handed_out * took_us);
}

bool dispatch_wants_census(struct dispatch *dispatch)
{
    int64_t since_us = time_mono_us();
    bool wanted;

    (void)pthread_mutex_lock(&dispatch->lock);
    while (dispatch->census_ended && !dispatch->finished
           && !engine_is_finishing(dispatch->engine)) {
        if (time_to_follow(dispatch, since_us))
            dispatch->census_ended = false;
        else if (!is_last_lap(dispatch) || !census_reopen(dispatch))
            wait_until_due(dispatch, INT64_MAX);
    }
    wanted = !dispatch->census_ended && !dispatch->finished
             && !engine_is_finishing(dispatch->engine);
    dispatch->census_begun_us = time_mono_us();
    (void)pthread_mutex_unlock(&dispatch->lock);
    return wanted;
}
