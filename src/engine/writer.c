/*
 * Group commit. A group is closed when everybody who could join has, after 64 jobs or 4 ms, or as
 * soon as nothing new has come for 1 ms: a slow source should not wait for company, and on a slow
 * disk the next group gathers while one is written. What was only posted does wait.
 *
 * If one job of a group fails, the whole change is taken back and each job is done by itself, so
 * that a row which the database refuses harms nobody else. Where somebody else was in the way, or
 * the database went away, the whole group is done again; if a commit went unanswered, the ledger
 * tells first whether it happened.
 */
#include "engine/writer.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/time.h"

#include <pthread.h>
#include <semaphore.h>

enum { GROUP_JOBS = 64, GROUP_US = 4 * TIME_MS, QUIET_US = 1 * TIME_MS, POSTED_US = 20 * TIME_MS };

/* How long a database may be away, how often we look meanwhile, and how often a group is begun anew
 * because somebody else was in the way. */
#define AWAY_US (5 * 60 * TIME_SECOND)
#define AWAY_LOOK_US (1 * TIME_SECOND)
#define BUSY_FIRST_US (2 * TIME_MS)
enum { GROUP_TRIES = 20, BUSY_DOUBLES = 5, BUSY_TOLD_AFTER = 10 };

struct writer_job {
    writer_work *work;
    void *arg;
    void (*after)(void *arg, const struct err *why); /* posted: NULL for one that waits */
    struct err why;
    sem_t done; /* for one that waits */
};

struct writer {
    struct writer_context context;
    size_t most_jobs;
    struct queue *jobs;
    pthread_t thread;
    struct err broken; /* the desk's thread only */
};

bool writer_is_broken_by(const struct err *err)
{
    return err->kind == ERR_CANCELED
           || (err->kind == ERR_DATABASE && err->code != SQL_CONSTRAINT
               && err->code != LEDGER_NOT_OURS);
}

/* A claim that has passed on is found out before anything is written, so the group can go on. */
static bool spares_group(const struct err *why)
{
    return why->kind == ERR_DATABASE && why->code == LEDGER_NOT_OURS;
}

static bool jobs_run(struct writer *desk, struct writer_job **jobs, size_t count, struct err *err)
{
    auto_change change = { 0 };

    if (!ledger_begin(desk->context.ledger, &change, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct writer_job *job = jobs[i];

        job->why = (struct err){ 0 };
        if (!job->work(&desk->context, job->arg, &job->why) && !spares_group(&job->why)) {
            *err = job->why;
            return false;
        }
    }
    FAILPOINT("desk.written");
    if (!registry_commit(desk->context.registry, err))
        return false;
    FAILPOINT("desk.registry");
    if (!ledger_commit(&change, err))
        return false;
    FAILPOINT("desk.committed");
    return true;
}

static bool has_cause(const struct err *err, enum sql_cause cause)
{
    return err->kind == ERR_DATABASE && err->code == (int)cause;
}

/* Waits until the database answers again. `err`: how it went away; stays so if it never does. */
static bool databases_wait(struct writer *desk, bool *committed_r, struct err *err)
{
    int64_t since_us = time_mono_us();
    char text[TIME_TEXT_SIZE];
    struct err still;

    log_warn("the database is away, looking for it again: %s", err->msg);
    for (;;) {
        if (registry_reconnect(desk->context.registry, &still)
            && ledger_reconnect(desk->context.ledger, committed_r, &still))
            break;
        if (time_mono_us() - since_us >= AWAY_US)
            return err_ctx(err, "the database was away for %s",
                           time_for_people(time_mono_us() - since_us, text));
        if (!cancel_sleep(desk->context.cancel, AWAY_LOOK_US, err))
            return false;
    }
    log_info("the database is back after %s", time_for_people(time_mono_us() - since_us, text));
    return true;
}

/* Somebody else was in the way: waits a little longer each time. Asked to stop, it does not wait.
 */
static void wait_while_busy(const struct writer *desk, int tries, const struct err *why)
{
    int doubles = tries - 1 < BUSY_DOUBLES ? tries - 1 : BUSY_DOUBLES;
    struct err ignored;

    if (tries == BUSY_TOLD_AFTER)
        log_warn("others keep the database busy, trying again: %s", why->msg);
    (void)!cancel_sleep(desk->context.cancel, BUSY_FIRST_US << doubles, &ignored);
}

/* As jobs_run(), in spite of others and of connections that break. */
static bool jobs_run_for_sure(struct writer *desk, struct writer_job **jobs, size_t count,
                              struct err *err)
{
    for (int tries = 1;; tries++) {
        bool committed = false;

        *err = (struct err){ 0 };
        if (jobs_run(desk, jobs, count, err))
            return true;
        registry_take_back(desk->context.registry);
        if (tries == GROUP_TRIES)
            return false;
        if (has_cause(err, SQL_BUSY)) {
            wait_while_busy(desk, tries, err);
            continue;
        }
        if ((!has_cause(err, SQL_AWAY) && !has_cause(err, SQL_COMMIT_LOST))
            || !databases_wait(desk, &committed, err))
            return false;
        if (committed)
            return true;
    }
}

static void jobs_refuse(struct writer_job **jobs, size_t count, const struct err *why)
{
    for (size_t i = 0; i < count; i++)
        jobs[i]->why = *why;
}

static void group_run(struct writer *desk, struct writer_job **jobs, size_t count)
{
    struct err err = desk->broken;

    if (err.kind != ERR_NONE) {
        jobs_refuse(jobs, count, &err);
        return;
    }
    if (jobs_run_for_sure(desk, jobs, count, &err))
        return;
    if (writer_is_broken_by(&err)) {
        desk->broken = err;
        jobs_refuse(jobs, count, &err);
    } else if (count == 1) {
        jobs_refuse(jobs, 1, &err);
    } else {
        for (size_t i = 0; i < count; i++)
            group_run(desk, &jobs[i], 1);
    }
}

static void job_end(struct writer_job *job)
{
    if (job->after) {
        job->after(job->arg, job->why.kind == ERR_NONE ? NULL : &job->why);
        free(job);
        return;
    }
    (void)sem_post(&job->done);
}

/*
 * How many come beside the first, until there is no more reason to wait. For what was only posted
 * nobody waits: it lies until something else comes, and shares its commit.
 */
static size_t group_wait(struct writer *desk, const struct writer_job *first)
{
    size_t most = desk->most_jobs < GROUP_JOBS ? desk->most_jobs - 1 : GROUP_JOBS - 1;
    size_t before, count = 0;
    int64_t until_us;

    if (first->after)
        (void)queue_wait_for(desk->jobs, 1, POSTED_US);
    until_us = time_mono_us() + GROUP_US;
    do {
        before = count;
        count = queue_wait_for(desk->jobs, most, QUIET_US);
    } while (count > before && count < most && time_mono_us() < until_us);
    return count < most ? count : most;
}

static size_t group_gather(struct writer *desk, struct writer_job **jobs)
{
    size_t count, company;

    jobs[0] = queue_pop(desk->jobs);
    if (!jobs[0])
        return 0;
    company = group_wait(desk, jobs[0]);
    for (count = 1; count <= company; count++)
        jobs[count] = queue_pop(desk->jobs);
    return count;
}

static void *writer_thread(void *arg)
{
    struct writer *desk = arg;
    struct writer_job *jobs[GROUP_JOBS];
    size_t count;

    while ((count = group_gather(desk, jobs)) > 0) {
        group_run(desk, jobs, count);
        for (size_t i = 0; i < count; i++)
            job_end(jobs[i]);
    }
    return NULL;
}

struct writer *writer_new(const struct writer_context *hands, size_t most_jobs)
{
    struct writer *desk = mem_new(struct writer);

    desk->context = *hands;
    desk->most_jobs = most_jobs > 0 ? most_jobs : 1;
    desk->jobs = queue_new(1024);
    if (pthread_create(&desk->thread, NULL, writer_thread, desk) != 0)
        abort();
    return desk;
}

void writer_free(struct writer *desk)
{
    if (!desk)
        return;
    queue_close(desk->jobs);
    (void)pthread_join(desk->thread, NULL);
    queue_free(desk->jobs);
    free(desk);
}

struct writer_job *writer_submit(struct writer *desk, writer_work *work, void *arg)
{
    struct writer_job *job = mem_new(struct writer_job);

    job->work = work;
    job->arg = arg;
    (void)sem_init(&job->done, 0, 0);
    if (!queue_push(desk->jobs, job)) {
        (void)err_set(&job->why, ERR_CANCELED, 0, "the desk is closed");
        (void)sem_post(&job->done);
    }
    return job;
}

bool writer_wait(struct writer_job *job, struct err *err)
{
    bool good;

    while (sem_wait(&job->done) != 0)
        continue;
    good = job->why.kind == ERR_NONE;
    if (!good)
        *err = job->why;
    (void)sem_destroy(&job->done);
    free(job);
    return good;
}

bool writer_run(struct writer *desk, writer_work *work, void *arg, struct err *err)
{
    return writer_wait(writer_submit(desk, work, arg), err);
}

void writer_post(struct writer *desk, writer_work *work, void *arg,
                 void (*after)(void *arg, const struct err *why))
{
    struct writer_job *job = mem_new(struct writer_job);

    job->work = work;
    job->arg = arg;
    job->after = after;
    if (!queue_push(desk->jobs, job))
        abort(); /* the desk is closed only after everybody who posts has ended */
}
