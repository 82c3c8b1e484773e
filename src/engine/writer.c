/*
 * Group commit. A group is closed when all who could join have joined, after 64 jobs or 4 ms, or as
 * soon as nothing new has come for 1 ms: a slow source should not wait for company, and on a slow
 * disk the next group gathers while one is written. A posted job does wait for company.
 *
 * If one job of a group fails, the whole change is taken back and each job is done by itself, so
 * that a row which the database refuses harms no other job. If another process was in the way, or
 * the database went away, the whole group is done again; if a commit went unanswered, the ledger
 * tells first whether it happened.
 */
#include "engine/writer.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/time.h"
#include "engine/outage.h"

#include <pthread.h>
#include <semaphore.h>

enum { GROUP_JOBS = 64, GROUP_US = 4 * TIME_MS, QUIET_US = 1 * TIME_MS, POSTED_US = 20 * TIME_MS };

/* The first and the longest wait before we look again for a database that is away; and how often a
 * group is begun anew because another process was in the way. */
#define AWAY_FIRST_US (250 * TIME_MS)
#define AWAY_MOST_US (4 * TIME_SECOND)
#define BUSY_FIRST_US (2 * TIME_MS)
enum { GROUP_TRIES = 20, BUSY_DOUBLES = 5, BUSY_TOLD_AFTER = 10 };

struct writer_job {
    writer_work *work;
    void *args;              /* the caller's, or the copy below   */
    struct writer_then then; /* posted; none: somebody waits      */
    struct err why;
    sem_t done; /* for the one who waits */
    max_align_t copy[];
};

struct writer {
    struct writer_context context;
    size_t most_jobs;
    struct queue *jobs;
    pthread_t thread;
    struct outage outage;
    struct err broken; /* the writer's thread only */
};

bool writer_is_broken_by(const struct err *err)
{
    return err->kind == ERR_CANCELED
           || (err->kind == ERR_DATABASE && err->code != SQL_CONSTRAINT
               && err->code != LEDGER_NOT_OURS);
}

/* A claim that is no longer ours is noticed before anything is written, so the group can go on. */
static bool spares_group(const struct err *why)
{
    return why->kind == ERR_DATABASE && why->code == LEDGER_NOT_OURS;
}

static bool jobs_run(struct writer *writer, struct writer_job **jobs, size_t count, struct err *err)
{
    auto_change change = { 0 };

    if (!ledger_begin(writer->context.ledger, &change, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct writer_job *job = jobs[i];

        job->why = (struct err){ 0 };
        if (!job->work(&writer->context, job->args, &job->why) && !spares_group(&job->why)) {
            *err = job->why;
            return false;
        }
    }
    FAILPOINT("desk.written");
    if (!registry_commit(writer->context.registry, err))
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

static bool databases_reconnect(struct writer *writer, bool *committed_r, struct err *err)
{
    return registry_reconnect(writer->context.registry, err)
           && ledger_reconnect(writer->context.ledger, committed_r, err);
}

/*
 * Waits until the database answers again. `err` says how it went away, and stays if it never does.
 */
static bool databases_wait(struct writer *writer, bool *committed_r, struct err *err)
{
    int64_t wait_us = AWAY_FIRST_US;
    struct err still;

    while (!databases_reconnect(writer, committed_r, &still)) {
        outage_failed(&writer->outage, &still);
        if (outage_is_too_long(&writer->outage, err)
            || !cancel_sleep(writer->context.cancel, wait_us, err))
            return false;
        wait_us = wait_us * 2 < AWAY_MOST_US ? wait_us * 2 : AWAY_MOST_US;
    }
    outage_answered(&writer->outage);
    return true;
}

/* Another process was in the way: waits a little longer each time, but not once asked to stop. */
static void wait_while_busy(const struct writer *writer, int tries, const struct err *why)
{
    int doubles = tries - 1 < BUSY_DOUBLES ? tries - 1 : BUSY_DOUBLES;
    struct err ignored;

    if (tries == BUSY_TOLD_AFTER)
        log_warn("others keep the database busy, trying again: %s", why->msg);
    (void)!cancel_sleep(writer->context.cancel, BUSY_FIRST_US << doubles, &ignored);
}

/* As jobs_run(), in spite of other processes and of connections that break. */
static bool jobs_run_for_sure(struct writer *writer, struct writer_job **jobs, size_t count,
                              struct err *err)
{
    for (int tries = 1;; tries++) {
        bool committed = false;

        *err = (struct err){ 0 };
        if (jobs_run(writer, jobs, count, err))
            return true;
        registry_take_back(writer->context.registry);
        if (tries == GROUP_TRIES)
            return false;
        if (has_cause(err, SQL_BUSY)) {
            wait_while_busy(writer, tries, err);
            continue;
        }
        if ((!has_cause(err, SQL_AWAY) && !has_cause(err, SQL_COMMIT_LOST))
            || !databases_wait(writer, &committed, err))
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

static void group_run(struct writer *writer, struct writer_job **jobs, size_t count)
{
    struct err err = writer->broken;

    if (err.kind != ERR_NONE) {
        jobs_refuse(jobs, count, &err);
        return;
    }
    if (jobs_run_for_sure(writer, jobs, count, &err))
        return;
    if (writer_is_broken_by(&err)) {
        writer->broken = err;
        jobs_refuse(jobs, count, &err);
    } else if (count == 1) {
        jobs_refuse(jobs, 1, &err);
    } else {
        for (size_t i = 0; i < count; i++)
            group_run(writer, &jobs[i], 1);
    }
}

static void job_end(struct writer_job *job)
{
    if (job->then.call) {
        job->then.call(job->then.arg, job->why.kind == ERR_NONE ? NULL : &job->why);
        free(job);
        return;
    }
    (void)sem_post(&job->done);
}

/*
 * How many jobs join the first, until there is no more reason to wait. Nobody waits for a posted
 * job: it lies until another comes, and shares its commit.
 */
static size_t group_wait(struct writer *writer, const struct writer_job *first)
{
    size_t most = writer->most_jobs < GROUP_JOBS ? writer->most_jobs - 1 : GROUP_JOBS - 1;
    size_t before, count = 0;
    int64_t until_us;

    if (first->then.call)
        (void)queue_wait_for(writer->jobs, 1, POSTED_US);
    until_us = time_mono_us() + GROUP_US;
    do {
        before = count;
        count = queue_wait_for(writer->jobs, most, QUIET_US);
    } while (count > before && count < most && time_mono_us() < until_us);
    return count < most ? count : most;
}

static size_t group_gather(struct writer *writer, struct writer_job **jobs)
{
    size_t count, company;

    jobs[0] = queue_pop(writer->jobs);
    if (!jobs[0])
        return 0;
    company = group_wait(writer, jobs[0]);
    for (count = 1; count <= company; count++)
        jobs[count] = queue_pop(writer->jobs);
    return count;
}

static void *writer_thread(void *arg)
{
    struct writer *writer = arg;
    struct writer_job *jobs[GROUP_JOBS];
    size_t count;

    while ((count = group_gather(writer, jobs)) > 0) {
        group_run(writer, jobs, count);
        for (size_t i = 0; i < count; i++)
            job_end(jobs[i]);
    }
    return NULL;
}

struct writer *writer_new(const struct writer_context *context, size_t most_jobs)
{
    struct writer *writer = mem_new(struct writer);

    writer->context = *context;
    writer->outage = (struct outage){ .who = "the database", .clock = &clock_real };
    writer->most_jobs = most_jobs > 0 ? most_jobs : 1;
    writer->jobs = queue_new(1024);
    if (pthread_create(&writer->thread, NULL, writer_thread, writer) != 0)
        abort();
    return writer;
}

void writer_free(struct writer *writer)
{
    if (!writer)
        return;
    queue_close(writer->jobs);
    (void)pthread_join(writer->thread, NULL);
    queue_free(writer->jobs);
    free(writer);
}

const struct outage *writer_outage(const struct writer *writer)
{
    return &writer->outage;
}

static struct writer_job *job_new(writer_work *work, const void *args, size_t size)
{
    struct writer_job *job = mem_zero(sizeof *job + size);

    job->work = work;
    job->args = memcpy(job->copy, args, size);
    return job;
}

static struct writer_job *job_submit(struct writer *writer, struct writer_job *job)
{
    (void)sem_init(&job->done, 0, 0);
    if (!queue_push(writer->jobs, job)) {
        (void)err_set(&job->why, ERR_CANCELED, 0, "the writer is closed");
        (void)sem_post(&job->done);
    }
    return job;
}

struct writer_job *writer_submit(struct writer *writer, writer_work *work, const void *args,
                                 size_t size)
{
    return job_submit(writer, job_new(work, args, size));
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

bool writer_run(struct writer *writer, writer_work *work, void *args, struct err *err)
{
    struct writer_job *job = mem_new(struct writer_job);

    job->work = work;
    job->args = args;
    return writer_wait(job_submit(writer, job), err);
}

void writer_post(struct writer *writer, writer_work *work, const void *args, size_t size,
                 struct writer_then then)
{
    struct writer_job *job = job_new(work, args, size);

    job->then = then;
    if (!queue_push(writer->jobs, job))
        abort(); /* the writer is closed only after all who post have ended */
}
