/*
 * Documents are claimed in batches, by one worker for all, and ahead of need: while some are left
 * to hand out, the writer is asked for more, and nobody waits for it. What was claimed lies in
 * engine/ready, where each worker reserves some. A worker that finds nothing
 * due waits until the next document is, the census has seen more, or another worker has given one
 * back.
 *
 * When a run ends. The actors: the workers, which take documents and give them back; the census's
 * thread, which puts documents into the ledger; the writer's thread, which commits and brings the
 * batches claimed ahead; and the peers, other movers on the same ledger. A run that ends too early
 * leaves documents behind; one that never ends is no better. So:
 *
 *  1. Only a worker ends the run, in fetch_more(), after it asked the ledger for documents that are
 *     due and got none. It asks without the lock: meanwhile anybody may do anything.
 *  2. `fetching` is set while a batch is being claimed, by a worker or ahead by the writer. Only
 *     one claims at a time, so no other batch is on its way, claimed in the ledger and not yet
 *     counted here, when a worker judges.
 *  3. `in_hand` counts the documents of each batch from its arrival until dispatch_give_back(),
 *     which a worker or the writer calls only after the document's outcome is committed, or its
 *     claim has passed to a peer. A worker may keep documents whose marks are not read back yet;
 *     before it waits for others, `idle` has it finish them. So a document that is not settled is either seen in the ledger or
 *     counted as in hand. While one is in hand, the run goes on: it may come back to be tried
 *     again.
 *  4. `wakes` counts whatever may have put documents into the ledger: a page of the census, its
 *     end, a document given back. The worker notes it before it asks. If it has risen since, "none
 *     is due" is an answer about the past, and the worker asks again.
 *  5. The census must have ended: while it counts, it may find more.
 *  6. No peer may hold a document. If the peer dies, its documents are ours to move.
 *  7. A document that is due within HORIZON_US is waited for. One that is due later belongs to a
 *     later run.
 *  8. If all this holds, but documents were moved since the newest census was taken, people may
 *     have edited others meanwhile: census_reopen() has the source counted once more, CENSUSES_MAX
 *     times in all, and the census's thread, which waits in dispatch_wants_census(), takes it up.
 *     A run that follows the source (`follow_every_us`) never ends here.
 *  9. `finished` is never taken back. The worker that sets it wakes all others, and each of them,
 *     and the census's thread, leaves when it sees it.
 *
 * A limit on documents ends the run without 3 and 5 to 8: what is left is for a later run. And
 * dispatch_stop() and dispatch_finish() end it from outside: they set `finishing`, which is looked
 * at in the same places as `finished`.
 */
#include "engine/dispatch.h"

#include "base/failpoint.h"
#include "base/mem.h"
#include "base/time.h"
#include "engine/engine.h"
#include "engine/writes_document.h"

#include <pthread.h>

enum {
    CENSUSES_MAX = 3,
    LOOK_US = 500 * TIME_MS,
    HORIZON_US = 15 * 60 * TIME_SECOND /* a document due later than this is for a later run */
};

struct dispatch {
    struct engine *engine;
    atomic_bool finishing; /* begin nothing new */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct err stopped_by; /* the first failure that ends the run */
    struct ready *ready;
    size_t in_hand;
    int64_t handed_out;
    bool fetching, census_ended, census_closed, finished;
    bool nothing_ahead; /* the last batch claimed ahead was empty, and nobody woke us since */
    int censuses;
    int64_t census_begun_us, census_ended_us; /* of the newest */
    int64_t remaining, remaining_at_end;      /* to be handed out: now, and when it ended */
    int64_t moves_counted; /* so many documents may become done without a need for another census */
    uint64_t wakes;        /* counts whatever may have changed the ledger */
};

struct dispatch *dispatch_new(struct engine *engine)
{
    struct dispatch *dispatch = mem_new(struct dispatch);
    pthread_condattr_t monotonic;

    dispatch->engine = engine;
    dispatch->ready = ready_new(engine->settings->workers);
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
    ready_free(dispatch->ready);
    (void)pthread_cond_destroy(&dispatch->changed);
    (void)pthread_mutex_destroy(&dispatch->lock);
    free(dispatch);
}

/* --- handing out ---------------------------------------------------------------------------- */

/* As many documents as are kept ready: each worker reads the records of several at once. */
static size_t ready_enough(const struct dispatch *dispatch)
{
    const struct engine *engine = dispatch->engine;

    return (size_t)engine->settings->workers * batches_most(engine->batches);
}

static size_t claims_most(const struct dispatch *dispatch)
{
    const struct engine_settings *settings = dispatch->engine->settings;
    size_t most = ready_enough(dispatch) + (size_t)settings->workers;
    int64_t left = settings->limit - dispatch->handed_out;

    if (settings->limit && left < (int64_t)most)
        most = left > 0 ? (size_t)left : 0;
    return most < CLAIMS_MAX ? most : CLAIMS_MAX;
}

/* Rules 3 and 5 to 7 of the head of this file. */
static bool nothing_remains(const struct dispatch *dispatch, const struct claim_batch *batch)
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
 * Rule 8: people went on working while documents were moved, so the source is counted once more,
 * but not for ever. Documents that are moved beside that census need no further one.
 */
static bool census_reopen(struct dispatch *dispatch)
{
    const struct engine *engine = dispatch->engine;
    int64_t moves = counts_get(engine->counts).moves;

    if (!dispatch->census_closed || moves <= dispatch->moves_counted
        || dispatch->censuses >= CENSUSES_MAX || engine->settings->limit)
        return false;
    dispatch->moves_counted = moves + (int64_t)dispatch->in_hand + dispatch->remaining;
    dispatch->census_ended = false;
    return true;
}

static bool field_is_named(const char *field)
{
    return field && *field;
}

static struct claim_batch batch_of(struct dispatch *dispatch)
{
    const struct engine_settings *settings = dispatch->engine->settings;

    return (struct claim_batch){
        .most = claims_most(dispatch),
        .new_first = settings->limit > 0,
        .rules = { .has_siblings = settings->fields.containers->each_is_document,
                   .has_patient_dob = field_is_named(settings->fields.patient_dob),
                   .adopt_source = settings->adopt ? settings->source_name : NULL },
        .next_due_us = INT64_MAX,
    };
}

/* With the lock held. */
static void batch_take(struct dispatch *dispatch, struct claim_batch *batch)
{
    dispatch->fetching = false;
    dispatch->in_hand += batch->count;
    dispatch->remaining -= (int64_t)batch->count;
    if (batch->count == 0 || dispatch->remaining < 0)
        dispatch->remaining = 0; /* the rest waits for a later time */
    dispatch->handed_out += (int64_t)batch->count;
    for (size_t i = 0; i < batch->count; i++)
        ready_add(dispatch->ready, batch->assignments[i]);
    dispatch->nothing_ahead = batch->count == 0;
}

/* A batch that is claimed ahead, until it arrives. */
struct batch_ahead {
    struct dispatch *dispatch;
    struct claim_batch batch;
};

/* On the writer's thread. A failure is met again, and told, by the next worker that asks. */
static void batch_arrived(void *arg, const struct err *why)
{
    struct batch_ahead *ahead = arg;
    struct dispatch *dispatch = ahead->dispatch;

    if (why)
        claim_batch_clear(&ahead->batch);
    (void)pthread_mutex_lock(&dispatch->lock);
    batch_take(dispatch, &ahead->batch);
    (void)pthread_cond_broadcast(&dispatch->changed);
    (void)pthread_mutex_unlock(&dispatch->lock);
    free(ahead);
}

/*
 * With the lock held; the answer comes on the writer's thread. So many documents are kept ready
 * that every worker can come for its share at the same moment: a commit lets many go on at once.
 */
static void claim_ahead(struct dispatch *dispatch)
{
    struct batch_ahead *ahead;

    if (dispatch->fetching || dispatch->nothing_ahead
        || ready_count(dispatch->ready) >= ready_enough(dispatch) || claims_most(dispatch) == 0)
        return;
    dispatch->fetching = true;
    ahead = mem_new(struct batch_ahead);
    *ahead = (struct batch_ahead){ dispatch, batch_of(dispatch) };
    write_claims_post(dispatch->engine->writer, &ahead->batch,
                      (struct writer_then){ batch_arrived, ahead });
}

/*
 * Asks the ledger on behalf of all workers, and judges whether the run has ended: rules 1 to 9.
 * Called and left with the lock held.
 */
static bool fetch_more(struct dispatch *dispatch, struct err *err)
{
    struct claim_batch batch = batch_of(dispatch);
    uint64_t wakes = dispatch->wakes;
    bool good = true;

    dispatch->fetching = true;
    (void)pthread_mutex_unlock(&dispatch->lock);
    if (batch.most > 0)
        good = write_claims(dispatch->engine->writer, &batch, err);
    if (!good)
        claim_batch_clear(&batch);
    FAILPOINT("dispatch.claimed");
    (void)pthread_mutex_lock(&dispatch->lock);
    batch_take(dispatch, &batch);
    if (good && batch.count == 0 && wakes == dispatch->wakes) {
        dispatch->finished = batch.most == 0
                             || (nothing_remains(dispatch, &batch) && !census_reopen(dispatch)
                                 && dispatch->engine->settings->follow_every_us == 0);
        if (!dispatch->finished)
            wait_until_due(dispatch, batch.next_due_us);
    }
    if (batch.count > 0 || dispatch->finished
        || !good) /* else all would ask where one found nothing */
        (void)pthread_cond_broadcast(&dispatch->changed);
    return good;
}

/*
 * Another worker's documents are taken only once the ledger has no more: until then there are
 * enough for all.
 */
static struct assignment *take_ready(struct dispatch *dispatch, int worker)
{
    size_t most = batches_most(dispatch->engine->batches);
    struct assignment *first = ready_take(dispatch->ready, worker, most, dispatch->nothing_ahead);

    if (first)
        claim_ahead(dispatch);
    return first;
}

/* Calls `idle` without the lock. */
static void idle_unlocked(struct dispatch *dispatch, void (*idle)(void *arg), void *arg)
{
    (void)pthread_mutex_unlock(&dispatch->lock);
    idle(arg);
    (void)pthread_mutex_lock(&dispatch->lock);
}

bool dispatch_next(struct dispatch *dispatch, int worker, void (*idle)(void *arg), void *arg,
                   struct assignment **assignment_r, struct err *err)
{
    bool good = true, was_idle = false;

    *assignment_r = NULL;
    (void)pthread_mutex_lock(&dispatch->lock);
    while (good && !dispatch_is_finishing(dispatch)) {
        *assignment_r = take_ready(dispatch, worker);
        if (*assignment_r || dispatch->finished)
            break;
        if (!was_idle)
            idle_unlocked(dispatch, idle, arg);
        else if (dispatch->fetching)
            wait_until_due(dispatch, INT64_MAX);
        else
            good = fetch_more(dispatch, err);
        was_idle = !was_idle;
    }
    (void)pthread_mutex_unlock(&dispatch->lock);
    return good;
}

size_t dispatch_look_ahead(struct dispatch *dispatch, int worker, size_t most,
                           struct ready_ahead *ahead_r)
{
    size_t count;

    (void)pthread_mutex_lock(&dispatch->lock);
    count = ready_look_ahead(dispatch->ready, worker, most, ahead_r);
    (void)pthread_mutex_unlock(&dispatch->lock);
    return count;
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

/* With the lock held. */
static void wake_all(struct dispatch *dispatch)
{
    dispatch->wakes++;
    dispatch->nothing_ahead = false;
    (void)pthread_cond_broadcast(&dispatch->changed);
}

void dispatch_wake(struct dispatch *dispatch)
{
    (void)pthread_mutex_lock(&dispatch->lock);
    wake_all(dispatch);
    (void)pthread_mutex_unlock(&dispatch->lock);
}

void dispatch_stop(struct dispatch *dispatch, const struct err *why)
{
    (void)pthread_mutex_lock(&dispatch->lock);
    if (dispatch->stopped_by.kind == ERR_NONE)
        dispatch->stopped_by = *why;
    (void)pthread_mutex_unlock(&dispatch->lock);
    atomic_store(&dispatch->finishing, true);
    cancel_set(dispatch->engine->cancel);
    dispatch_wake(dispatch);
}

void dispatch_finish(struct dispatch *dispatch)
{
    atomic_store(&dispatch->finishing, true);
    dispatch_wake(dispatch);
}

bool dispatch_is_finishing(const struct dispatch *dispatch)
{
    return atomic_load(&dispatch->finishing);
}

const struct err *dispatch_stopped_by(const struct dispatch *dispatch)
{
    return &dispatch->stopped_by;
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
    wake_all(dispatch);
    (void)pthread_mutex_unlock(&dispatch->lock);
}

/* A run that follows the source counts it anew from time to time. */
static bool time_to_follow(const struct dispatch *dispatch, int64_t since_us)
{
    int64_t follow_us = dispatch->engine->settings->follow_every_us;

    return follow_us > 0 && time_mono_us() - since_us >= follow_us;
}

/*
 * Whether the documents left to hand out will take no longer than a census does, judged by the pace
 * since the newest census, once that is long enough ago to judge.
 */
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
    while (dispatch->census_ended && !dispatch->finished && !dispatch_is_finishing(dispatch)) {
        if (time_to_follow(dispatch, since_us))
            dispatch->census_ended = false;
        else if (!is_last_lap(dispatch) || !census_reopen(dispatch))
            wait_until_due(dispatch, INT64_MAX);
    }
    wanted = !dispatch->census_ended && !dispatch->finished && !dispatch_is_finishing(dispatch);
    dispatch->census_begun_us = time_mono_us();
    (void)pthread_mutex_unlock(&dispatch->lock);
    return wanted;
}
