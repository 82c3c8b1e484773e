/*
 * One run for all: the writer commits what comes at the same time together. The lock is held while the
 * run is begun or ended, and not while it is used.
 */
#include "upload/uploads.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "engine/writes_run.h"
#include "ledger/uploads.h"
#include "preflight/pinned.h"
#include "run/enter.h"
#include "upload/settle.h"

#include <pthread.h>
#include <stdatomic.h>

enum { WRITES_AT_ONCE = 64 };
#define BEAT_US (5 * TIME_SECOND)

struct uploads {
    const struct engine_settings *of; /* of the migration                       */
    struct engine_settings settings;  /* the same, but for the name of the source */
    char *source;
    struct cancel *cancel;
    pthread_mutex_t lock;
    struct run_entry entry;
    struct writer *writer; /* NULL: no run is open */
    struct cancel *end;    /* of the heartbeat     */
    pthread_t heart;
    struct type_detector *detector; /* NULL: nobody wanted it yet */
    int users;
    atomic_bool is_broken; /* the run can write no more          */
    bool is_unsettled;     /* the last settling did not come through */
};

struct uploads *uploads_new(const struct engine_settings *settings, struct cancel *cancel)
{
    struct uploads *u = mem_new(struct uploads);

    *u = (struct uploads){ .of = settings,
                           .settings = *settings,
                           .source = ledger_uploads_name(settings->source_name),
                           .cancel = cancel,
                           .is_unsettled = true };
    u->settings.source_name = u->source;
    (void)pthread_mutex_init(&u->lock, NULL);
    return u;
}

const char *uploads_source(const struct uploads *u)
{
    return u->source;
}

const struct engine_settings *uploads_settings(const struct uploads *u)
{
    return u->of;
}

/* --- the run ---------------------------------------------------------------------------------- */

/* Says again and again that the run lives: with PostgreSQL, one that is silent counts as dead. */
static void *heart_beat(void *arg)
{
    struct uploads *u = arg;
    struct ledger_progress nothing = { 0 };
    struct err err;

    while (cancel_sleep(u->end, BEAT_US, &err))
        if (!write_heartbeat(u->writer, &nothing, NULL, u->settings.lease_us, &err)) {
            log_warn("uploads: the run cannot go on: %s", err.msg);
            atomic_store(&u->is_broken, true);
            break;
        }
    return NULL;
}

static bool run_open(struct uploads *u, struct err *err)
{
    struct writer_context context;

    u->entry = (struct run_entry){
        .settings = &u->settings, .cancel = u->cancel, .command = "upload", .maps_nobody = true
    };
    if (!pinned_store_check(u->of, u->cancel, err) || !run_entry_open(&u->entry, err)
        || !run_entry_begin(&u->entry, err)) {
        run_entry_close(&u->entry);
        return false;
    }
    context = (struct writer_context){ u->entry.ledger, u->entry.registry, u->cancel };
    u->writer = writer_new(&context, WRITES_AT_ONCE);
    u->end = cancel_new();
    atomic_store(&u->is_broken, false);
    if (pthread_create(&u->heart, NULL, heart_beat, u) != 0)
        abort();
    return true;
}

static void run_close(struct uploads *u)
{
    struct run_end end = { .status = "finished" };
    struct err err = { 0 };

    if (!u->writer)
        return;
    cancel_set(u->end);
    (void)pthread_join(u->heart, NULL);
    cancel_free(u->end);
    if (!atomic_load(&u->is_broken) && !write_run_end(u->writer, &end, &err))
        log_warn("uploads: the end of their run is not in the ledger: %s", err.msg);
    writer_free(u->writer);
    u->writer = NULL;
    run_entry_close(&u->entry);
}

void uploads_free(struct uploads *u)
{
    if (!u)
        return;
    run_close(u);
    type_detector_free(u->detector);
    (void)pthread_mutex_destroy(&u->lock);
    free(u->source);
    free(u);
}

/* --- using it --------------------------------------------------------------------------------- */

/* Under the lock: a run that is open and can write; what a dead one left is settled first. */
static bool run_ready(struct uploads *u, struct err *err)
{
    bool was_open;

    if (atomic_load(&u->is_broken) && u->users == 0)
        run_close(u);
    was_open = u->writer != NULL;
    if (!was_open && !run_open(u, err))
        return false;
    if (was_open && !u->is_unsettled)
        return true;
    u->is_unsettled = true;
    if (!settle_uploads(&u->settings, u->writer, u->cancel, &u->is_unsettled, err))
        return err_ctx(err, "what an earlier console left");
    return true;
}

bool uploads_use(struct uploads *u, struct uploads_use *use_r, struct err *err)
{
    bool good;

    (void)pthread_mutex_lock(&u->lock);
    good = run_ready(u, err);
    u->users += good;
    (void)pthread_mutex_unlock(&u->lock);
    if (good)
        *use_r = (struct uploads_use){ u, u->writer };
    return good;
}

void uploads_use_end(struct uploads_use *use)
{
    if (!use->uploads)
        return;
    (void)pthread_mutex_lock(&use->uploads->lock);
    use->uploads->users--;
    (void)pthread_mutex_unlock(&use->uploads->lock);
    *use = (struct uploads_use){ 0 };
}

void uploads_failed(struct uploads *u, const struct err *why)
{
    if (writer_is_broken_by(why)
        || (why->kind == ERR_DATABASE && why->code == LEDGER_TAKEN_FOR_DEAD))
        atomic_store(&u->is_broken, true);
}

bool uploads_detector(struct uploads *u, struct type_detector **detector_r, struct err *err)
{
    bool good;

    (void)pthread_mutex_lock(&u->lock);
    good = u->detector || type_detector_new(&u->detector, err);
    (void)pthread_mutex_unlock(&u->lock);
    *detector_r = u->detector;
    return good;
}

/* --- now and then ----------------------------------------------------------------------------- */

/* Whether there ever were uploads: else nothing was left, and no run is begun for it. */
static bool source_exists(const struct uploads *u)
{
    auto_ledger *ledger = NULL;
    struct err ignored;

    return ledger_open_reader(u->settings.ledger_url, u->source, u->cancel, &ledger, &ignored);
}

void uploads_tend(struct uploads *u)
{
    struct uploads_use use = { 0 };
    struct err err;
    bool wanted;

    (void)pthread_mutex_lock(&u->lock);
    wanted = u->is_unsettled;
    (void)pthread_mutex_unlock(&u->lock);
    if (!wanted || !source_exists(u))
        return;
    if (!uploads_use(u, &use, &err))
        log_warn("uploads: %s; it is tried again in a minute", err.msg);
    uploads_use_end(&use);
}
