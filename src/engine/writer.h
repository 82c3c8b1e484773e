/*
 * The one thread that writes. Workers hand in pieces of work; the desk puts many into one
 * transaction, so that the disk is flushed once for all of them, and answers each when its change
 * is committed.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/ledger.h"
#include "registry/registry.h"

/* What a piece of work may use; it runs on the desk's thread, inside a change. */
struct writer_context {
    struct ledger *ledger;
    struct registry *registry;
    const struct cancel *cancel;
};

/*
 * A piece of work. It may be run again after its change was taken back together with that of
 * others, so it alters nothing outside the databases but what it hands out.
 */
typedef bool writer_work(const struct writer_context *hands, void *arg, struct err *err);

struct writer;

/*
 * Starts the desk's thread, which owns the hands from now on.
 *   most_jobs   as many as can wait at once: when all wait, there is nobody to wait for
 */
struct writer *writer_new(const struct writer_context *hands, size_t most_jobs);

/* Finishes what was handed in, then ends the thread. The hands are the caller's again. */
void writer_free(struct writer *desk); /* NULL is allowed */

/*
 * Has a piece of work done and waits until it is committed. Safe from any thread. While a database
 * is away, that is tried again for some minutes.
 * Fails as the work does (then none of it is committed), and with the desk's own failure if it can
 * no longer write: then everything should stop.
 */
must_check bool writer_run(struct writer *desk, writer_work *work, void *arg, struct err *err);

/* A piece of work that somebody will wait for. */
struct writer_job;

/*
 * writer_run() in two steps, with something else between them: hands it in, and waits until it is
 * committed. Safe from any thread.
 *   arg    untouched until writer_wait() has returned
 * What is handed in must be waited for, once; writer_wait() frees the job.
 */
must_check struct writer_job *writer_submit(struct writer *desk, writer_work *work, void *arg);
must_check bool writer_wait(struct writer_job *job, struct err *err);

/*
 * Hands in a piece of work without waiting. Safe from any thread.
 *   arg     the desk's from now on
 *   after   called on the desk's thread once it is committed, or has failed (`why` set); frees
 * `arg`
 */
void writer_post(struct writer *desk, writer_work *work, void *arg,
                 void (*after)(void *arg, const struct err *why));

/* Whether a failure means that the desk can no longer write at all. */
bool writer_is_broken_by(const struct err *err);
