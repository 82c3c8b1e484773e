/*
 * Threads of a run: the desk, the census, the workers, and the caller, who watches. All are joined
 * before run_all() returns.
 */
#include "move/run.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "ledger/lock.h"
#include "ledger/look.h"
#include "move/census.h"
#include "move/dispatch.h"
#include "move/document.h"
#include "move/preflight.h"
#include "version.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

enum { WORKERS_MAX = 256 };

/* What a run is made of. */
struct run {
    struct mover mover;
    struct ledger *ledger;
    struct sql *registry_sql; /* NULL: the registry stands in the ledger's database */
    struct registry *registry;
    int lock_fd;
    int64_t run, todo_before;
    pthread_t census, workers[WORKERS_MAX];
    int started;
    bool census_started;
    atomic_int alive;
    atomic_bool census_closed;
    int64_t started_us;
};

/* For run_finish(), which is called when a signal comes: the run of this process, while there is
 * one. */
static struct {
    pthread_mutex_t lock;
    struct mover *mover;
} present = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void present_set(struct mover *mover)
{
    (void)pthread_mutex_lock(&present.lock);
    present.mover = mover;
    (void)pthread_mutex_unlock(&present.lock);
}

void run_finish(void)
{
    (void)pthread_mutex_lock(&present.lock);
    if (present.mover)
        mover_finish(present.mover);
    (void)pthread_mutex_unlock(&present.lock);
}

/* --- threads -------------------------------------------------------------------------------- */

static bool censuses(struct run *run, struct err *err)
{
    struct mover *mover = &run->mover;
    auto_filemaker *filemaker = NULL;
    struct census_result result;

    if (!filemaker_new(&mover->settings->filemaker, mover->cancel, &filemaker, err))
        return false;
    do {
        atomic_store(&run->census_closed, false);
        if (!census_take(mover, filemaker, &result, err))
            return false;
        atomic_store(&run->census_closed, result.closed);
        if (!result.closed)
            log_warn("the census stays open: %s", result.why);
        else if (*result.why)
            log_info("there is no second witness for the census: %s", result.why);
        filemaker_log_out(filemaker); /* its place on the server is worth more than a login */
        dispatch_census_over(mover->dispatch, result.closed);
    } while (dispatch_wants_census(mover->dispatch));
    return true;
}

static void *census_run(void *arg)
{
    struct run *run = arg;
    struct err err = { 0 };

    log_context("census", NULL);
    if (!censuses(run, &err) && !mover_is_finishing(&run->mover))
        mover_stop(&run->mover, &err);
    dispatch_census_over(run->mover.dispatch, false);
    atomic_fetch_sub(&run->alive, 1);
    return NULL;
}

static bool work(struct worker *worker, struct err *err)
{
    struct mover *mover = worker->mover;

    if (!filemaker_new(&mover->settings->filemaker, mover->cancel, &worker->filemaker, err)
        || !store_open(&mover->settings->store, mover->cancel, &worker->store, err))
        return false;
    for (;;) {
        auto_assignment *assignment = NULL;
        bool good;

        if (!dispatch_next(mover->dispatch, &assignment, err))
            return false;
        if (!assignment)
            return true;
        good = document_move(worker, assignment, err);
        dispatch_back(mover->dispatch);
        if (!good)
            return false;
    }
}

/* A worker on its way to its thread, which frees it. */
struct start {
    struct run *run;
    struct worker worker;
};

static void *worker_run(void *arg)
{
    struct start *start = arg;
    struct worker *worker = &start->worker;
    struct run *run = start->run;
    struct err err = { 0 };

    log_context(worker->name, NULL);
    if (!work(worker, &err))
        mover_stop(worker->mover, &err);
    store_close(worker->store);
    filemaker_free(worker->filemaker);
    free(start);
    atomic_fetch_sub(&run->alive, 1);
    return NULL;
}

static void worker_start(struct run *run, int number)
{
    struct start *start = mem_new(struct start);

    start->run = run;
    start->worker.mover = &run->mover;
    (void)snprintf(start->worker.name, sizeof start->worker.name, "worker-%d", number + 1);
    atomic_fetch_add(&run->alive, 1);
    if (pthread_create(&run->workers[number], NULL, worker_run, start) != 0)
        abort();
    run->started++;
}

static void threads_start(struct run *run)
{
    int workers = run->mover.settings->workers;

    atomic_fetch_add(&run->alive, 1);
    if (pthread_create(&run->census, NULL, census_run, run) != 0)
        abort();
    run->census_started = true;
    for (int i = 0; i < workers && i < WORKERS_MAX; i++)
        worker_start(run, i);
}

static void threads_join(struct run *run)
{
    if (run->census_started)
        (void)pthread_join(run->census, NULL);
    for (int i = 0; i < run->started; i++)
        (void)pthread_join(run->workers[i], NULL);
}

/* --- beginning ------------------------------------------------------------------------------ */

static bool databases_open(struct run *run, struct err *err)
{
    const struct mover_settings *settings = run->mover.settings;
    struct cancel *cancel = run->mover.cancel;
    struct sql *sql;

    if (!ledger_lock(settings->ledger_url, &run->lock_fd, err)
        || !ledger_open(settings->ledger_url, settings->source_name, cancel, &run->ledger, err))
        return false;
    if (!sql_same_database(settings->ledger_url, settings->registry_url))
        return err_set(err, ERR_USAGE, 0,
                       "ledger and registry are different databases, which is not supported yet: "
                       "give [registry] and [ledger] the same url");
    sql = ledger_sql(run->ledger);
    return registry_new(sql, &run->registry, err);
}

/* Names this machine, so that another one with the same ledger can be told apart. */
static void machine_name(char *to, size_t room)
{
    auto_close int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, to, room - 1) : 0;

    to[got > 0 ? got : 0] = '\0';
    to[strcspn(to, "\n")] = '\0';
    if (!*to)
        (void)gethostname(to, room - 1);
}

static int64_t not_done(const struct ledger_tally *tallies, size_t count)
{
    int64_t documents = 0;

    for (size_t i = 0; i < count; i++)
        if (tallies[i].state != LEDGER_DONE && tallies[i].state != LEDGER_WAIVED
            && tallies[i].state != LEDGER_GONE)
            documents += tallies[i].documents;
    return documents;
}

static bool todo_count(struct run *run, struct err *err)
{
    struct ledger_tally *tallies;
    size_t count;

    if (!ledger_tallies(run->ledger, &tallies, &count, err))
        return false;
    run->todo_before = not_done(tallies, count);
    ledger_tallies_free(tallies, count);
    return true;
}

/* Runs that never ended are dead: this process holds the ledger's lock. */
static bool dead_bury(struct run *run, struct err *err)
{
    auto_free int64_t *runs = NULL;
    size_t count = 0;

    if (!ledger_runs_open(run->ledger, &runs, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t freed;

        if (!ledger_run_bury(run->ledger, runs[i], &freed, err))
            return false;
        log_info("run %jd had died; %jd documents that it held are free again", (intmax_t)runs[i],
                 (intmax_t)freed);
    }
    return true;
}

/* What failed for a reason that may have passed gets its tries anew. */
static bool failed_wake(struct run *run, struct err *err)
{
    for (int i = 0; i < FAILURES; i++) {
        const struct policy *policy = policy_of((enum failure)i);
        int64_t count;

        if (policy->again && !ledger_retry(run->ledger, policy->name, &count, err))
            return false;
    }
    return ledger_wake(run->ledger, err);
}

static bool run_begin(struct run *run, struct err *err)
{
    char machine[64] = "", host[HOST_NAME_MAX + 1] = "";
    struct ledger_process process = { machine, host, getpid(), VERSION };
    auto_change change = { 0 };
    int64_t patients;

    machine_name(machine, sizeof machine);
    (void)gethostname(host, sizeof host - 1);
    return todo_count(run, err) && ledger_begin(run->ledger, &change, err)
           && ledger_run_begin(run->ledger, &process, &run->run, err) && dead_bury(run, err)
           && failed_wake(run, err) && registry_map_patients(run->registry, &patients, err)
           && ledger_commit(&change, err);
}

/* --- watching and ending -------------------------------------------------------------------- */

static struct run_view view_of(struct run *run)
{
    struct run_view view = { .elapsed_us = time_mono_us() - run->started_us,
                             .counts = score_counts(run->mover.score),
                             .census_over = atomic_load(&run->census_closed) };

    view.to_do = run->todo_before + view.counts.seen;
    if (view.to_do < view.counts.processed)
        view.to_do = view.counts.processed; /* documents that were done, and edited since */
    score_recent(run->mover.score, view.recent);
    return view;
}

static void watch(struct run *run, const struct run_watcher *watcher)
{
    int64_t next_us = 0;

    while (atomic_load(&run->alive) > 0) {
        (void)usleep(20 * 1000);
        if (!watcher || time_mono_us() < next_us)
            continue;
        struct run_view view = view_of(run);

        watcher->look(watcher->arg, &view);
        next_us = time_mono_us() + watcher->every_us;
    }
}

static bool states_count(struct run *run, struct run_result *result, struct err *err)
{
    struct ledger_tally *tallies;
    size_t count;

    if (!ledger_tallies(run->ledger, &tallies, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        result->states[tallies[i].state] += tallies[i].documents;
    ledger_tallies_free(tallies, count);
    return true;
}

static const char *status_of(const struct run *run, const struct run_result *result)
{
    if (run->mover.stopped_by.kind != ERR_NONE)
        return "stopped";
    return result->was_stopped ? "interrupted" : "finished";
}

static bool run_end(struct run *run, struct run_result *result, struct err *err)
{
    auto_change change = { 0 };
    struct ledger_progress progress;
    int64_t freed;

    result->view = view_of(run);
    result->census_closed = atomic_load(&run->census_closed);
    result->was_stopped = mover_is_finishing(&run->mover);
    if (!ledger_begin(run->ledger, &change, err) || !ledger_run_free(run->ledger, &freed, err))
        return false;
    progress = (struct ledger_progress){ .found = result->view.to_do,
                                         .processed = result->view.counts.processed,
                                         .successful = result->view.counts.successful,
                                         .failed = result->view.counts.failed };
    progress.waiting = progress.processed - progress.successful - progress.failed;
    return ledger_run_note(run->ledger, &progress, status_of(run, result), true, err)
           && ledger_commit(&change, err) && states_count(run, result, err);
}

static void run_clear(struct run *run)
{
    struct mover *mover = &run->mover;

    registry_free(run->registry);
    ledger_close(run->ledger);
    dispatch_free(mover->dispatch);
    buffers_free(mover->buffers);
    score_free(mover->score);
    content_reader_free(mover->contents);
    (void)pthread_mutex_destroy(&mover->lock);
    if (run->lock_fd >= 0)
        (void)close(run->lock_fd);
}

static bool run_body(struct run *run, const struct run_watcher *watcher, struct run_result *result,
                     struct err *err)
{
    struct mover *mover = &run->mover;
    struct desk_hands hands;
    struct err end_err = { 0 };
    bool ended;

    if (!content_reader_new(&mover->contents, err) || !databases_open(run, err)
        || !run_begin(run, err))
        return false;
    hands = (struct desk_hands){ run->ledger, run->registry };
    mover->buffers = buffers_new(mover->settings->memory_bytes);
    mover->dispatch = dispatch_new(mover);
    mover->desk = desk_new(&hands, (size_t)mover->settings->workers + 1);
    present_set(mover);
    threads_start(run);
    watch(run, watcher);
    threads_join(run);
    present_set(NULL);
    desk_free(take(mover->desk));
    ended = run_end(run, result, &end_err);
    if (mover->stopped_by.kind == ERR_NONE && ended)
        return true;
    *err = mover->stopped_by.kind != ERR_NONE ? mover->stopped_by : end_err;
    return false;
}

bool run_all(const struct mover_settings *settings, struct cancel *cancel,
             const struct run_watcher *watcher, struct run_result *result_r, struct err *err)
{
    struct mover_settings learned = *settings;
    struct run run = { .mover = { .settings = &learned, .cancel = cancel }, .lock_fd = -1 };
    struct run_result result = { 0 };
    bool good;

    (void)pthread_mutex_init(&run.mover.lock, NULL);
    run.mover.score = score_new();
    run.started_us = time_mono_us();
    atomic_store(&run.mover.source_alive_us, run.started_us);
    atomic_store(&run.mover.store_alive_us, run.started_us);
    good = preflight(&learned, cancel, err) && run_body(&run, watcher, &result, err);
    run_clear(&run);
    *result_r = result;
    return good;
}
