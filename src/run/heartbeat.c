/* Two loops, each with a clock: the heartbeat's, and the watcher's. */
#include "run/heartbeat.h"

#include "base/time.h"
#include "engine/dispatch.h"
#include "engine/outage.h"
#include "engine/peers.h"
#include "engine/writes_run.h"

#include <pthread.h>
#include <unistd.h>

#define HEARTBEAT_US (5 * TIME_SECOND)
#define LOOK_US (20 * TIME_MS)

static struct view_outage view_outage_of(const struct outage *outage)
{
    return (struct view_outage){ outage->who, outage_lasts_us(outage) };
}

/* Only a census measures itself during a run. */
static int64_t counted_by_census(const struct engine_settings *settings)
{
    struct meter_view view = { 0 };

    if (settings->meter)
        view = meter_look(settings->meter);
    return view.doing ? view.done : -1;
}

struct run_view heartbeat_view(const struct heartbeat *heartbeat)
{
    struct counts *counts = heartbeat->engine->counts;
    struct run_view view = { .elapsed_us = time_mono_us() - heartbeat->begun_us,
                             .counts = counts_get(counts),
                             .census_closed = atomic_load(heartbeat->census_closed),
                             .counted = counted_by_census(heartbeat->engine->settings),
                             .outages = {
                                 view_outage_of(&heartbeat->engine->source),
                                 view_outage_of(&heartbeat->engine->store),
                                 view_outage_of(writer_outage(heartbeat->engine->writer)) } };

    view.to_do = heartbeat->to_do_before + view.counts.seen;
    if (view.to_do < view.counts.processed)
        view.to_do = view.counts.processed; /* some were done before, and edited since */
    counts_recent(counts, view.recent);
    return view;
}

struct ledger_progress heartbeat_progress(const struct run_view *view)
{
    const struct counts_snapshot *counts = &view->counts;

    return (struct ledger_progress){ .found = view->to_do,
                                     .processed = counts->processed,
                                     .successful = counts->successful,
                                     .failed = counts->failed,
                                     .waiting = counts->processed - counts->successful
                                                - counts->failed };
}

bool heartbeat_share_sessions(const struct heartbeat *heartbeat, struct err *err)
{
    const struct engine_settings *settings = heartbeat->engine->settings;
    struct gate *gate = settings->filemaker.gate;
    int limit;

    if (settings->sessions == 0)
        return true;
    if (!write_session_share(heartbeat->engine->writer, gate, settings->sessions, &limit, err))
        return false;
    (void)gate_sessions_limit(gate, limit);
    return true;
}

/*
 * Releases what peers held that died beside us. The start lock is taken before the database is
 * asked, as when a run begins, so that neither waits for the other.
 */
static bool peers_check(const struct heartbeat *heartbeat, struct err *err)
{
    const struct engine *engine = heartbeat->engine;
    auto_peers peers = { .lease_us = engine->settings->lease_us };
    bool good;

    if (!peer_locks_start_lock(heartbeat->peer_locks, err))
        return false;
    good = ask_peers(engine->writer, &peers, err)
           && peers_find_dead(&peers, heartbeat->peer_locks, err)
           && (peers.living == peers.count || write_dead_peers(engine->writer, &peers, err));
    peer_locks_start_unlock(heartbeat->peer_locks);
    return good;
}

/* A run that is ending neither looks for its peers nor takes sessions. */
static bool heartbeat_once(const struct heartbeat *heartbeat, struct err *err)
{
    struct engine *engine = heartbeat->engine;
    int64_t lease_us = engine->settings->lease_us;
    struct run_view view = heartbeat_view(heartbeat);
    struct ledger_progress progress = heartbeat_progress(&view);

    if (!write_heartbeat(engine->writer, &progress, engine->settings->filemaker.gate, lease_us,
                         err))
        return false;
    return dispatch_is_finishing(engine->dispatch)
           || (peers_check(heartbeat, err) && heartbeat_share_sessions(heartbeat, err));
}

struct beating {
    const struct heartbeat *heartbeat;
    const atomic_int *threads_alive;
};

static void *beating_run(void *arg)
{
    const struct beating *beating = arg;
    struct engine *engine = beating->heartbeat->engine;
    int64_t beat_us = time_mono_us() + HEARTBEAT_US;
    struct err err = { 0 };

    while (atomic_load(beating->threads_alive) > 0) {
        (void)usleep(LOOK_US);
        if (time_mono_us() < beat_us)
            continue;
        if (!heartbeat_once(beating->heartbeat, &err))
            dispatch_stop(engine->dispatch, &err);
        beat_us = time_mono_us() + HEARTBEAT_US;
    }
    return NULL;
}

static void view_while_alive(const struct heartbeat *heartbeat, const atomic_int *threads_alive,
                             const struct run_watcher *watcher)
{
    int64_t view_us = time_mono_us();

    while (atomic_load(threads_alive) > 0) {
        if (time_mono_us() >= view_us) {
            struct run_view view = heartbeat_view(heartbeat);

            watcher->on_view(watcher->arg, &view);
            view_us = time_mono_us() + watcher->every_us;
        }
        (void)usleep(LOOK_US);
    }
}

void heartbeat_run(const struct heartbeat *heartbeat, const atomic_int *threads_alive,
                   const struct run_watcher *watcher)
{
    struct beating beating = { heartbeat, threads_alive };
    pthread_t thread;

    if (pthread_create(&thread, NULL, beating_run, &beating) != 0)
        abort();
    if (watcher)
        view_while_alive(heartbeat, threads_alive, watcher);
    (void)pthread_join(thread, NULL);
}
