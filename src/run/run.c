/*
 * Threads of a run: the desk, the census, the workers, and the caller, who watches. All are joined
 * before run_all() returns.
 */
#include "run/run.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "census/schedule.h"
#include "engine/dispatch.h"
#include "engine/peers.h"
#include "ledger/look.h"
#include "ledger/peer_locks.h"
#include "preflight/pinned.h"
#include "preflight/preflight.h"
#include "transfer/transfer.h"

#include <pthread.h>
#include <unistd.h>

enum { WORKERS_MAX = 256 };

/* How often we look for processes that died beside us. */
#define HEARTBEAT_US (5 * TIME_SECOND)

/* What a run is made of. */
struct run_context {
    struct engine mover;
    struct ledger *ledger;
    struct registry *registry;
    struct peer_locks *peer_locks;
    int64_t run_id, todo_before;
    int64_t begun_us; /* wall clock */
    pthread_t census, workers[WORKERS_MAX];
    int workers_started;
    bool census_started;
    atomic_int threads_alive;
    atomic_bool census_closed;
    int64_t started_us;
};

/* For run_finish(), which is called when a signal comes: the run of this process, while there is
 * one. */
static struct {
    pthread_mutex_t lock;
    struct engine *mover;
} current_run = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void current_run_set(struct engine *mover)
{
    (void)pthread_mutex_lock(&current_run.lock);
    current_run.mover = mover;
    (void)pthread_mutex_unlock(&current_run.lock);
}

void run_finish(void)
{
    (void)pthread_mutex_lock(&current_run.lock);
    if (current_run.mover)
        dispatch_finish(current_run.mover->dispatch);
    (void)pthread_mutex_unlock(&current_run.lock);
}

/* --- threads -------------------------------------------------------------------------------- */

static void *census_run(void *arg)
{
    struct run_context *run = arg;
    struct err err = { 0 };

    log_context("census", NULL);
    if (!schedule_run(&run->mover, run->begun_us, &run->census_closed, &err)
        && !dispatch_is_finishing(run->mover.dispatch))
        dispatch_stop(run->mover.dispatch, &err);
    dispatch_census_ended(run->mover.dispatch, false, 0);
    atomic_fetch_sub(&run->threads_alive, 1);
    return NULL;
}

/* A session that does nothing is given up if somebody else waits for one. */
static void session_give_up_idle(void *arg)
{
    struct engine_worker *worker = arg;

    if (gate_session_is_wanted(worker->engine->settings->filemaker.gate))
        filemaker_log_out(worker->filemaker);
}

/* Another mover has come, and needs a part of the sessions. */
static void session_give_up_surplus(struct engine_worker *worker)
{
    if (gate_session_is_surplus(worker->engine->settings->filemaker.gate))
        filemaker_log_out(worker->filemaker);
}

static bool worker_loop(struct engine_worker *worker, struct err *err)
{
    struct engine *mover = worker->engine;

    if (!filemaker_new(&mover->settings->filemaker, mover->cancel, &worker->filemaker, err)
        || !store_open(&mover->settings->store, mover->cancel, &worker->store, err))
        return false;
    for (;;) {
        auto_assignment *assignment = NULL;

        if (!dispatch_next(mover->dispatch, session_give_up_idle, worker, &assignment, err))
            return false;
        if (!assignment)
            return true;
        if (!transfer_run(worker, assignment, err))
            return false;
        session_give_up_surplus(worker);
    }
}

/* A worker on its way to its thread, which frees it. */
struct worker_thread {
    struct run_context *run;
    struct engine_worker worker;
};

static void *worker_run(void *arg)
{
    struct worker_thread *start = arg;
    struct engine_worker *worker = &start->worker;
    struct run_context *run = start->run;
    struct err err = { 0 };

    log_context(worker->name, NULL);
    if (!worker_loop(worker, &err))
        dispatch_stop(worker->engine->dispatch, &err);
    store_close(worker->store);
    filemaker_free(worker->filemaker);
    free(start);
    atomic_fetch_sub(&run->threads_alive, 1);
    return NULL;
}

static void worker_start(struct run_context *run, int number)
{
    struct worker_thread *start = mem_new(struct worker_thread);

    start->run = run;
    start->worker.engine = &run->mover;
    (void)snprintf(start->worker.name, sizeof start->worker.name, "worker-%d", number + 1);
    atomic_fetch_add(&run->threads_alive, 1);
    if (pthread_create(&run->workers[number], NULL, worker_run, start) != 0)
        abort();
    run->workers_started++;
}

static void threads_start(struct run_context *run)
{
    int workers = run->mover.settings->workers;

    atomic_fetch_add(&run->threads_alive, 1);
    if (pthread_create(&run->census, NULL, census_run, run) != 0)
        abort();
    run->census_started = true;
    for (int i = 0; i < workers && i < WORKERS_MAX; i++)
        worker_start(run, i);
}

static void threads_join(struct run_context *run)
{
    if (run->census_started)
        (void)pthread_join(run->census, NULL);
    for (int i = 0; i < run->workers_started; i++)
        (void)pthread_join(run->workers[i], NULL);
}

/* --- beginning ------------------------------------------------------------------------------ */

static bool databases_open(struct run_context *run, struct err *err)
{
    const struct engine_settings *settings = run->mover.settings;
    struct cancel *cancel = run->mover.cancel;
    bool is_shared;

    if (!ledger_open(settings->ledger_url, settings->source_name, cancel, &run->ledger, err)
        || !peer_locks_open(settings->ledger_url, &run->peer_locks, err))
        return false;
    is_shared = sql_same_database(settings->ledger_url, settings->registry.url);
    return registry_open(&settings->registry, is_shared ? ledger_sql(run->ledger) : NULL, cancel,
                         &run->registry, err);
}

static bool todo_count(struct run_context *run, struct err *err)
{
    int64_t states[LEDGER_STATES];

    if (!ledger_states(run->ledger, states, err))
        return false;
    run->todo_before = states[LEDGER_WAITING] + states[LEDGER_CLAIMED] + states[LEDGER_STORED]
                       + states[LEDGER_FAILED];
    return true;
}

/* What failed for a reason that may have passed gets its tries anew. */
static bool failed_wake(struct run_context *run, struct err *err)
{
    for (int i = 0; i < FAILURES; i++) {
        const struct failure_class *policy = failure_class_of((enum failure_kind)i);
        int64_t count;

        bool again =
            policy->is_retried_later
            || (run->mover.settings->adopt && failure_class_is_previous((enum failure_kind)i));

        if (again && !ledger_retry_class(run->ledger, policy->name, &count, err))
            return false;
    }
    return ledger_make_waiting_due(run->ledger, err);
}

/* Who answers for documents without an id of their own. */
static bool acceptance_keep(struct ledger *ledger, const struct engine_settings *settings,
                            struct err *err)
{
    return !settings->accept_record_ids
           || ledger_note_write(ledger, "record ids accepted by", settings->accept_record_ids, err);
}

static bool run_locks_hold(struct run_context *run, struct err *err)
{
    FAILPOINT("run.begun");
    if (!peer_locks_hold(run->peer_locks, run->run_id, err))
        return false;
    FAILPOINT("run.entered");
    return true;
}

/* Behind the door. Only who comes first gives failed documents their tries anew. */
static bool run_enter(struct run_context *run, struct err *err)
{
    const struct engine_settings *settings = run->mover.settings;
    struct peer_locks_names names;
    struct ledger_process process = peer_locks_process("run", &names);
    struct ledger_share share;
    auto_change change = { 0 };
    auto_peers others = { .lease_us = settings->lease_us };
    int64_t patients;

    if (!todo_count(run, err) || !ledger_begin(run->ledger, &change, err)
        || !ledger_sessions_share(run->ledger, settings->sessions, &share, err)
        || !ledger_open_runs(run->ledger, settings->lease_us, &others.runs, &others.count, err)
        || !peers_find_dead(&others, run->peer_locks, err))
        return false;
    if (settings->sessions > 0 && others.living >= (size_t)settings->sessions)
        return true; /* there is no place for one more mover */
    return ledger_run_begin(run->ledger, &process, &run->run_id, err)
           && ledger_run_lease(run->ledger, settings->lease_us, err)
           && pinned_keep(run->ledger, settings, err)
           && store_probe_keep(run->ledger, settings, &settings->store.traits, run->mover.cancel,
                               err)
           && acceptance_keep(run->ledger, settings, err)
           && peers_release_dead(&others, run->ledger, err)
           && (others.living > 0 || failed_wake(run, err))
           && registry_map_patients(run->registry, &patients, err)
           && registry_commit(run->registry, err) && ledger_commit(&change, err)
           && run_locks_hold(run, err);
}

static bool run_enter_under_lock(struct run_context *run, struct err *err)
{
    bool good;

    if (!peer_locks_start_lock(run->peer_locks, err))
        return false;
    good = run_enter(run, err);
    peer_locks_start_unlock(run->peer_locks);
    return good;
}

/* Each mover needs a session at least: who finds that none is left for him waits for a place. */
static bool run_begin(struct run_context *run, struct err *err)
{
    bool told = false;

    run->begun_us = time_now_us();
    for (;;) {
        if (!run_enter_under_lock(run, err))
            return false;
        if (run->run_id)
            return true;
        if (!told)
            log_info("as many movers are at work as the source may have sessions (%d): waiting "
                     "for one to end",
                     run->mover.settings->sessions);
        told = true;
        if (!cancel_sleep(run->mover.cancel, HEARTBEAT_US, err))
            return false;
    }
}

/* --- watching and ending -------------------------------------------------------------------- */

static struct run_view run_view_now(struct run_context *run)
{
    struct run_view view = { .elapsed_us = time_mono_us() - run->started_us,
                             .counts = counts_get(run->mover.counts),
                             .census_closed = atomic_load(&run->census_closed) };

    view.to_do = run->todo_before + view.counts.seen;
    if (view.to_do < view.counts.processed)
        view.to_do = view.counts.processed; /* documents that were done, and edited since */
    counts_recent(run->mover.counts, view.recent);
    return view;
}

static struct ledger_progress run_progress(const struct run_view *view)
{
    const struct counts_snapshot *counts = &view->counts;

    return (struct ledger_progress){ .found = view->to_do,
                                     .processed = counts->processed,
                                     .successful = counts->successful,
                                     .failed = counts->failed,
                                     .waiting = counts->processed - counts->successful
                                                - counts->failed };
}

/* A sign of life, with how the run stands. */
struct heartbeat_job {
    struct ledger_progress progress;
    int64_t lease_us;
};

static bool heartbeat_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct heartbeat_job *job = arg;

    return ledger_run_note(hands->ledger, &job->progress, "running", false, err)
           && ledger_run_lease(hands->ledger, job->lease_us, err);
}

/* The sessions of the source are shared with the other movers. */
struct sessions_job {
    struct gate *gate;
    int sessions_max;
    int limit; /* for our gate, once the ledger knows */
};

/* What is given away is not used any more before others may have it. */
static int sessions_divide(struct sessions_job *job, const struct ledger_share *share)
{
    int more = share->fair - share->current, used;

    if (more >= 0)
        return job->limit = share->current + (more < share->spare ? more : share->spare);
    job->limit = share->fair;
    used = gate_sessions_limit(job->gate, share->fair);
    return used < share->fair ? share->fair : used < share->current ? used : share->current;
}

static bool sessions_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct sessions_job *job = arg;
    struct ledger_share share;
    int granted;

    if (!ledger_sessions_share(hands->ledger, job->sessions_max, &share, err))
        return false;
    granted = sessions_divide(job, &share);
    return granted == share.current || ledger_sessions_take(hands->ledger, granted, err);
}

static bool sessions_share(struct run_context *run, struct err *err)
{
    const struct engine_settings *settings = run->mover.settings;
    struct sessions_job job = { settings->filemaker.gate, settings->sessions, 0 };

    if (settings->sessions == 0)
        return true;
    if (!writer_run(run->mover.writer, sessions_work, &job, err))
        return false;
    (void)gate_sessions_limit(job.gate, job.limit);
    return true;
}

/* Now and then: we say that we live, the dead are buried, and the living get their share. */
static void run_heartbeat(struct run_context *run)
{
    struct engine *mover = &run->mover;
    struct run_view view = run_view_now(run);
    int64_t lease_us = mover->settings->lease_us;
    struct heartbeat_job sign = { run_progress(&view), lease_us };
    struct err err = { 0 };

    if (!writer_run(mover->writer, heartbeat_work, &sign, &err)
        || (!dispatch_is_finishing(mover->dispatch)
            && (!peers_check(mover->writer, run->peer_locks, lease_us, &err)
                || !sessions_share(run, &err))))
        dispatch_stop(mover->dispatch, &err);
}

static void run_watch(struct run_context *run, const struct run_watcher *watcher)
{
    int64_t look_us = time_mono_us(), tend_us = time_mono_us() + HEARTBEAT_US;

    while (atomic_load(&run->threads_alive) > 0) {
        (void)usleep(20 * 1000);
        if (time_mono_us() >= tend_us) {
            run_heartbeat(run);
            tend_us = time_mono_us() + HEARTBEAT_US;
        }
        if (watcher && time_mono_us() >= look_us) {
            struct run_view view = run_view_now(run);

            watcher->on_view(watcher->arg, &view);
            look_us = time_mono_us() + watcher->every_us;
        }
    }
}

static const char *status_of(const struct run_context *run, const struct run_result *result)
{
    if (dispatch_stopped_by(run->mover.dispatch)->kind != ERR_NONE)
        return "stopped";
    return result->was_stopped ? "interrupted" : "finished";
}

struct run_end_job {
    struct run_context *run;
    struct run_result *result;
};

static bool run_end_work(const struct writer_context *hands, void *arg, struct err *err)
{
    const struct run_end_job *job = arg;
    struct ledger_progress progress = run_progress(&job->result->view);
    int64_t freed;

    return ledger_run_release(hands->ledger, &freed, err)
           && ledger_run_note(hands->ledger, &progress, status_of(job->run, job->result), true, err)
           && ledger_states(hands->ledger, job->result->states, err)
           && registry_count_deleted(hands->registry, &job->result->deleted_rows, err);
}

static bool drain_work(const struct writer_context *hands, void *arg, struct err *err)
{
    (void)hands;
    (void)arg;
    (void)err;
    return true;
}

/* Dates that nobody could be sure of are not in the rows: what to set, and how many there are. */
static void dates_warn(const struct engine *mover)
{
    int64_t either = atomic_load(&mover->dates_either), unlike = atomic_load(&mover->dates_unlike);
    const char *field = mover->settings->fields.date;

    if (either > 0)
        log_warn(
            "%jd dates in the text field '%s' could be day first or month first: the rows have "
            "none, their metadata keeps the texts. Set date_format in [source] before the "
            "first run",
            (intmax_t)either, field);
    if (unlike > 0)
        log_warn("%jd dates in '%s' are not in the form that [source] date_format tells: the rows "
                 "have none, their metadata keeps the texts. Is date_format right?",
                 (intmax_t)unlike, field);
}

/* What was told to the desk is counted only once it is committed, so that is waited for first. */
static bool run_end(struct run_context *run, struct run_result *result, struct err *err)
{
    struct run_end_job job = { run, result };

    FAILPOINT("run.ending");
    if (!writer_run(run->mover.writer, drain_work, NULL, err))
        return false;
    result->view = run_view_now(run);
    result->census_closed = atomic_load(&run->census_closed);
    result->was_stopped = dispatch_is_finishing(run->mover.dispatch);
    if (!writer_run(run->mover.writer, run_end_work, &job, err))
        return false;
    if (result->deleted_rows > 0)
        log_warn("%jd rows of documents were deleted in the application, and are not made again",
                 (intmax_t)result->deleted_rows);
    dates_warn(&run->mover);
    return true;
}

static void run_clear(struct run_context *run)
{
    struct engine *mover = &run->mover;

    registry_free(run->registry);
    ledger_close(run->ledger);
    dispatch_free(mover->dispatch);
    buffers_free(mover->buffers);
    counts_free(mover->counts);
    type_detector_free(mover->type_detector);
    peer_locks_free(run->peer_locks);
}

/* A mark stands for all files of its record, and an earlier importer knew of one. */
static bool may_adopt(const struct engine_settings *settings, struct err *err)
{
    return !settings->adopt || !settings->fields.containers->each_is_document
           || err_set(err, ERR_USAGE, 0,
                      "what an earlier importer left can be taken over only with one document a "
                      "record ([source] containers = waterfall)");
}

static bool run_body(struct run_context *run, const struct run_watcher *watcher,
                     struct run_result *result, struct err *err)
{
    struct engine *mover = &run->mover;
    struct writer_context hands;
    const struct err *stopped_by;
    struct err end_err = { 0 };
    bool ended;

    if (!type_detector_new(&mover->type_detector, err) || !databases_open(run, err)
        || !run_begin(run, err))
        return false;
    hands = (struct writer_context){ run->ledger, run->registry, mover->cancel };
    mover->buffers = buffers_new(mover->settings->memory_bytes);
    mover->dispatch = dispatch_new(mover);
    mover->writer = writer_new(&hands, (size_t)mover->settings->workers + 1);
    if (!sessions_share(run, &end_err))
        dispatch_stop(mover->dispatch, &end_err);
    current_run_set(mover);
    threads_start(run);
    run_watch(run, watcher);
    threads_join(run);
    current_run_set(NULL);
    ended = run_end(run, result, &end_err);
    writer_free(take(mover->writer));
    stopped_by = dispatch_stopped_by(mover->dispatch);
    if (stopped_by->kind == ERR_NONE && ended)
        return true;
    *err = stopped_by->kind != ERR_NONE ? *stopped_by : end_err;
    return false;
}

bool run_all(const struct engine_settings *settings, struct cancel *cancel,
             const struct run_watcher *watcher, struct run_result *result_r, struct err *err)
{
    struct engine_settings learned = *settings;
    auto_containers containers = { 0 };
    struct run_context run = { .mover = { .settings = &learned, .cancel = cancel } };
    struct run_result result = { 0 };
    bool good;

    run.mover.counts = counts_new();
    run.started_us = time_mono_us();
    atomic_store(&run.mover.source_alive_us, run.started_us);
    atomic_store(&run.mover.store_alive_us, run.started_us);
    good = preflight_all(&learned, PROBE_IF_NEEDED, &containers, cancel, err)
           && may_adopt(&learned, err) && run_body(&run, watcher, &result, err);
    run_clear(&run);
    *result_r = result;
    return good;
}
