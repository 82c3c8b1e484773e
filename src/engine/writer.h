/*
 * The writer: the one thread that writes. Workers submit writes; the writer puts many into one
 * transaction, a group, so that the disk is flushed once for all of them, and answers each when its
 * change is committed. All the writes that there are stand in engine/writes.h.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/ledger.h"
#include "registry/registry.h"

/* What a write may use; it runs on the writer's thread, inside a change. */
struct writer_context {
    struct ledger *ledger;
    struct registry *registry;
    const struct cancel *cancel;
};

/*
 * The body of a write. It may be run again after its change was taken back together with that of
 * others, so it alters nothing outside the databases but its results, and those it sets anew.
 *   args   its arguments, as they were submitted
 */
typedef bool writer_work(const struct writer_context *to, void *args, struct err *err);

struct writer;
struct outage;

/*
 * Starts the writer's thread, which owns what the context names from now on.
 *   most_jobs   how many can wait at once: when all of them wait, the group has no one to wait for
 */
struct writer *writer_new(const struct writer_context *context, size_t most_jobs);

/* Whether its database answers: safe from any thread, as long as the writer lives. */
const struct outage *writer_outage(const struct writer *writer);

/* Finishes what was submitted, then ends the thread. The context is the caller's again. */
void writer_free(struct writer *writer); /* NULL is allowed */

/*
 * Does a write and waits until it is committed. Safe from any thread. While a database is away, it
 * is tried again for a quarter of an hour (engine/outage.h).
 * Fails as the body does (then none of it is committed), and with the writer's own failure if it
 * can no longer write: then everything should stop.
 */
must_check bool writer_run(struct writer *writer, writer_work *work, void *args, struct err *err);

/* A write that somebody will wait for. */
struct writer_job;

/*
 * writer_run() in two steps, with something else between them: submits a write, and waits until it
 * is committed. Safe from any thread.
 *   args   `size` bytes, copied; what they point to stays untouched until writer_wait() returns
 * What is submitted must be waited for, once; writer_wait() frees the job.
 */
must_check struct writer_job *writer_submit(struct writer *writer, writer_work *work,
                                            const void *args, size_t size);
must_check bool writer_wait(struct writer_job *job, struct err *err);

/* What follows a posted write: called on the writer's thread, once. */
struct writer_then {
    void (*call)(void *arg, const struct err *why); /* `why` NULL: it is committed */
    void *arg;
};

/*
 * Submits a write without waiting for it. Safe from any thread.
 *   args   `size` bytes, copied; what they point to stays untouched until `then` is called
 */
void writer_post(struct writer *writer, writer_work *work, const void *args, size_t size,
                 struct writer_then then);

/* Whether a failure means that the writer can no longer write at all. */
bool writer_is_broken_by(const struct err *err);
