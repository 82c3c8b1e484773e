/*
 * The threads of a run: the writer, the census, the workers, and the caller, which keeps the
 * heartbeat. All are joined before run_all() returns.
 */
#include "run/run.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "census/schedule.h"
#include "engine/dispatch.h"
#include "engine/writes_run.h"
#include "preflight/preflight.h"
#include "run/enter.h"
#include "run/heartbeat.h"
#include "store/open.h"
#include "transfer/content_source.h"
#include "transfer/transfer.h"

#include <pthread.h>

enum { WORKERS_MAX = 256 };

struct run_context {
    struct engine engine;
    struct run_entry entry;
    struct heartbeat heartbeat;
    int64_t begun_us; /* wall clock */
    pthread_t census, workers[WORKERS_MAX];
    int workers_started;
    bool census_started;
    atomic_int threads_alive;
    atomic_bool census_closed;
};

/* The run of this process, while there is one: a signal calls run_finish(). */
static struct {
    pthread_mutex_t lock;
    struct engine *engine;
} current_run = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void current_run_set(struct engine *engine)
{
    (void)pthread_mutex_lock(&current_run.lock);
    current_run.engine = engine;
    (void)pthread_mutex_unlock(&current_run.lock);
}

bool run_finish(void)
{
    bool is_there;

    (void)pthread_mutex_lock(&current_run.lock);
    is_there = current_run.engine;
    if (is_there)
        dispatch_finish(current_run.engine->dispatch);
    (void)pthread_mutex_unlock(&current_run.lock);
    return is_there;
}

/* --- threads -------------------------------------------------------------------------------- */

static void *census_run(void *arg)
{
    struct run_context *run = arg;
    struct err err = { 0 };

    log_context("census", NULL);
    if (!schedule_run(&run->engine, run->begun_us, &run->census_closed, &err)
        && !dispatch_is_finishing(run->engine.dispatch))
        dispatch_stop(run->engine.dispatch, &err);
    dispatch_census_ended(run->engine.dispatch, false, 0);
    atomic_fetch_sub(&run->threads_alive, 1);
    return NULL;
}

/* A worker and its transfers. */
struct worker_at_work {
    struct engine_worker *worker;
    struct transfers *transfers;
};

/*
 * Before a wait: finishes what was begun, and gives up a session that does nothing, if another
 * worker waits for one.
 */
static void worker_idle(void *arg)
{
    struct worker_at_work *at_work = arg;
    struct engine_worker *worker = at_work->worker;
    struct err err = { 0 };

    if (!transfers_confirm(at_work->transfers, &err))
        dispatch_stop(worker->engine->dispatch, &err);
    if (gate_session_is_wanted(worker->engine->settings->filemaker.gate))
        source_log_out(worker->reader);
}

/* Gives up a session to a mover that came later. */
static bool session_give_up_surplus(struct worker_at_work *at_work, struct err *err)
{
    struct engine_worker *worker = at_work->worker;

    if (!gate_session_is_surplus(worker->engine->settings->filemaker.gate))
        return true;
    if (!transfers_confirm(at_work->transfers, err))
        return false;
    source_log_out(worker->reader);
    return true;
}

static bool worker_loop(struct engine_worker *worker, struct err *err)
{
    struct engine *engine = worker->engine;
    auto_transfers *transfers = transfers_new(worker);
    struct worker_at_work at_work = { worker, transfers };

    if (!source_new(&engine->settings->filemaker, engine->settings->file, engine->cancel,
                    &worker->reader, err)
        || !store_open(&engine->settings->store, engine->cancel, &worker->store, err))
        return false;
    for (;;) {
        struct assignment *assignment;

        if (!dispatch_next(engine->dispatch, worker->number, worker_idle, &at_work, &assignment,
                           err))
            return false;
        if (!assignment)
            return transfers_confirm(transfers, err);
        if (!transfer_run(transfers, assignment, err) || !session_give_up_surplus(&at_work, err))
            return false;
    }
}

/* A worker, handed to its thread, which frees it. */
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
    source_free(worker->reader);
    free(start);
    atomic_fetch_sub(&run->threads_alive, 1);
    return NULL;
}

static void worker_start(struct run_context *run, int number)
{
    struct worker_thread *start = mem_new(struct worker_thread);

    start->run = run;
    start->worker.engine = &run->engine;
    start->worker.number = number;
    (void)snprintf(start->worker.name, sizeof start->worker.name, "worker-%d", number + 1);
    atomic_fetch_add(&run->threads_alive, 1);
    if (pthread_create(&run->workers[number], NULL, worker_run, start) != 0)
        abort();
    run->workers_started++;
}

static void threads_start(struct run_context *run)
{
    int workers = run->engine.settings->workers;

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

static bool to_do_count(struct run_context *run, struct err *err)
{
    int64_t states[LEDGER_STATES];

    if (!ledger_states(run->entry.ledger, states, err))
        return false;
    run->heartbeat.to_do_before = states[LEDGER_WAITING] + states[LEDGER_CLAIMED]
                                  + states[LEDGER_STORED] + states[LEDGER_FAILED];
    return true;
}

static bool run_begin(struct run_context *run, struct err *err)
{
    run->begun_us = time_now_us();
    if (!run_entry_open(&run->entry, err) || !run_entry_begin(&run->entry, err)
        || !kept_rules_read(run->entry.ledger, &run->engine.kept_rules, err)
        || !to_do_count(run, err))
        return false;
    run->heartbeat.peer_locks = run->entry.peer_locks;
    return true;
}

/* Adopting needs one document a record: a mark stands for all, an earlier importer knew of one. */
static bool may_adopt(const struct engine_settings *settings, struct err *err)
{
    return !settings->adopt || !settings->fields.containers->each_is_document
           || err_set(err, ERR_USAGE, 0,
                      "what an earlier importer left can be taken over only with one document a "
                      "record ([source] containers = waterfall)");
}

/* --- ending --------------------------------------------------------------------------------- */

/* Warns of dates that are not in the rows, because nobody could be sure: how many, what to set. */
static void dates_warn(const struct engine *engine)
{
    int64_t either = atomic_load(&engine->dates_either),
            unlike = atomic_load(&engine->dates_unlike);
    const char *field = engine->settings->fields.date;

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

static const char *status_of(const struct run_context *run, const struct run_result *result)
{
    if (dispatch_stopped_by(run->engine.dispatch)->kind != ERR_NONE)
        return "stopped";
    return result->was_stopped ? "interrupted" : "finished";
}

/* Ends the run. Posted writes count only once they are committed, so they are waited for first. */
static bool run_end(struct run_context *run, struct run_result *result, struct err *err)
{
    struct run_end end = { .states_r = result->states, .deleted_rows_r = &result->deleted_rows };

    FAILPOINT("run.ending");
    result->view = heartbeat_view(&run->heartbeat);
    result->has_moved = true;
    if (!write_nothing(run->engine.writer, err))
        return false;
    result->view = heartbeat_view(&run->heartbeat);
    result->patients = *run->engine.settings->registry.patients_table ? run->entry.patients : -1;
    result->census_closed = atomic_load(&run->census_closed);
    result->was_stopped = dispatch_is_finishing(run->engine.dispatch);
    end.progress = heartbeat_progress(&result->view);
    end.status = status_of(run, result);
    if (!write_run_end(run->engine.writer, &end, err))
        return false;
    result->is_kept = true;
    if (result->deleted_rows > 0)
        log_warn("%jd rows of documents were deleted in the application, and are not made again",
                 (intmax_t)result->deleted_rows);
    dates_warn(&run->engine);
    return true;
}

static void run_clear(struct run_context *run)
{
    struct engine *engine = &run->engine;

    run_entry_close(&run->entry);
    kept_rules_clear(&engine->kept_rules);
    dispatch_free(engine->dispatch);
    batches_free(engine->batches);
    buffers_free(engine->buffers);
    counts_free(engine->counts);
    type_detector_free(engine->type_detector);
}

/* --- the whole ------------------------------------------------------------------------------ */

static bool run_body(struct run_context *run, const struct run_watcher *watcher,
                     struct run_result *result, struct err *err)
{
    struct engine *engine = &run->engine;
    struct writer_context context;
    const struct err *stopped_by;
    struct err end_err = { 0 };
    bool ended;

    if (!type_detector_new(&engine->type_detector, err) || !run_begin(run, err))
        return false;
    context = (struct writer_context){ run->entry.ledger, run->entry.registry, engine->cancel };
    engine->buffers = buffers_new(engine->settings->memory_bytes);
    engine->batches = batches_new(engine->settings->records_at_once);
    engine->dispatch = dispatch_new(engine);
    engine->writer = writer_new(&context, (size_t)engine->settings->workers + 1);
    if (!heartbeat_share_sessions(&run->heartbeat, &end_err))
        dispatch_stop(engine->dispatch, &end_err);
    current_run_set(engine);
    threads_start(run);
    heartbeat_run(&run->heartbeat, &run->threads_alive, watcher);
    threads_join(run);
    current_run_set(NULL);
    ended = run_end(run, result, &end_err);
    writer_free(take(engine->writer));
    stopped_by = dispatch_stopped_by(engine->dispatch);
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
    struct run_context run = {
        .engine = { .settings = &learned,
                    .cancel = cancel,
                    .counts = counts_new(),
                    .source = { .who = "FileMaker Server", .clock = &clock_real },
                    .store = { .who = "the store", .clock = &clock_real } },
        .entry = { .settings = &learned, .cancel = cancel, .command = "run", .is_mover = true },
        .heartbeat = { .engine = &run.engine,
                       .census_closed = &run.census_closed,
                       .begun_us = time_mono_us() },
    };
    struct run_result result = { 0 };
    bool good;

    content_source_ways(settings, run.engine.ways);
    good = preflight_all(&learned, PROBE_IF_NEEDED, &containers, cancel, err)
           && may_adopt(&learned, err) && run_body(&run, watcher, &result, err);
    run_clear(&run);
    *result_r = result;
    return good;
}
