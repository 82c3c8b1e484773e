/*
 * The start lock is taken before the database is asked, as in every check of peers, so that neither
 * waits for the other.
 */
#include "run/enter.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/time.h"
#include "document/failure_class.h"
#include "engine/peers.h"
#include "ledger/decisions.h"
#include "ledger/last_failures.h"
#include "ledger/leases.h"
#include "preflight/file_known.h"
#include "preflight/pinned.h"
#include "preflight/store_probe.h"

/* How often we look whether another mover has ended. */
#define PLACE_LOOK_US (5 * TIME_SECOND)

bool run_entry_open(struct run_entry *entry, struct err *err)
{
    const struct engine_settings *s = entry->settings;
    bool is_shared = sql_same_database(s->ledger_url, s->registry.url);

    return ledger_open(s->ledger_url, s->source_name, entry->cancel, &entry->ledger, err)
           && peer_locks_open(s->ledger_url, &entry->peer_locks, err)
           && registry_open(&s->registry, is_shared ? ledger_sql(entry->ledger) : NULL,
                            entry->cancel, &entry->registry, err);
}

void run_entry_close(struct run_entry *entry)
{
    registry_free(entry->registry);
    ledger_close(entry->ledger);
    peer_locks_free(entry->peer_locks);
}

/* --- what a mover does ---------------------------------------------------------------------- */

/* Documents that failed before have all tries, whatever they failed with. */
static bool last_failures_forget(struct run_entry *entry, struct err *err)
{
    return !entry->settings->retry_failed || ledger_last_failures_forget(entry->ledger, err);
}

/* Gives new tries to documents whose reason of failure may have passed. */
static bool failed_wake(struct run_entry *entry, struct err *err)
{
    for (int i = 0; i < FAILURES; i++) {
        const struct failure_class *class = failure_class_of((enum failure_kind)i);
        bool again = class->is_retried_later
                     || (entry->settings->adopt && failure_class_is_previous((enum failure_kind)i));

        if (again && !ledger_retry_class(entry->ledger, class->name, err))
            return false;
    }
    return last_failures_forget(entry, err) && ledger_make_waiting_due(entry->ledger, err);
}

static bool settings_keep(struct run_entry *entry, struct err *err)
{
    const struct engine_settings *s = entry->settings;

    return pinned_keep(entry->ledger, s, err) && file_known_keep(entry->ledger, s, err)
           && kept_rules_keep(entry->ledger, &s->writeback, err)
           && store_probe_keep(entry->ledger, s, &s->store.traits, entry->cancel, err)
           && (!s->accept_record_ids
               || ledger_note_write(entry->ledger, "record ids accepted by", s->accept_record_ids,
                                    err));
}

/* Holds the source in this change, so that no other mover divides its sessions meanwhile. */
static bool source_hold(struct run_entry *entry, struct err *err)
{
    struct ledger_share ignored;

    return ledger_sessions_share(entry->ledger, entry->settings->sessions, &ignored, err);
}

static bool has_place(const struct run_entry *entry, const struct peers *peers)
{
    int sessions = entry->settings->sessions;

    return !entry->is_mover || sessions == 0 || peers->living < (size_t)sessions;
}

/* --- entering ------------------------------------------------------------------------------- */

/* Only the first mover wakes failed documents: the peers' tries are under way. */
static bool failed_wake_if_alone(struct run_entry *entry, const struct peers *peers,
                                 struct err *err)
{
    if (peers->living == 0)
        return failed_wake(entry, err);
    if (entry->settings->retry_failed)
        log_warn("--retry-failed has no effect: other movers are at work, and only the first of "
                 "them takes up what failed before");
    return true;
}

static bool is_alone(const struct run_entry *entry, const struct peers *peers, struct err *err)
{
    for (size_t i = 0; entry->is_alone && i < peers->count; i++)
        if (!peers->is_dead[i])
            return err_set(
                err, ERR_USAGE, 0,
                "run %jd is under way on '%s': '%s' wants to be alone; wait for its end, "
                "or stop it first",
                (intmax_t)peers->runs[i].run, peers->runs[i].host, entry->command);
    return true;
}

/* In a change. */
static bool run_join(struct run_entry *entry, const struct peers *peers, int64_t *run_r,
                     struct err *err)
{
    struct peer_locks_names names;
    struct ledger_process process = peer_locks_process(entry->command, &names);

    return ledger_run_begin(entry->ledger, &process, run_r, err)
           && ledger_run_lease(entry->ledger, entry->settings->lease_us, err)
           && (!entry->is_mover || settings_keep(entry, err))
           && peers_release_dead(peers, entry->ledger, err)
           && (!entry->is_mover || failed_wake_if_alone(entry, peers, err))
           && (entry->maps_nobody || registry_map_patients(entry->registry, &entry->patients, err))
           && registry_commit(entry->registry, err);
}

/* Begins a run. `run_r` 0: the source has no session left for one more mover. */
static bool enter_locked(struct run_entry *entry, int64_t *run_r, struct err *err)
{
    auto_peers peers = { .lease_us = entry->settings->lease_us };
    auto_change change = { 0 };

    *run_r = 0;
    if (!ledger_begin(entry->ledger, &change, err) || (entry->is_mover && !source_hold(entry, err))
        || !ledger_open_runs(entry->ledger, peers.lease_us, &peers.runs, &peers.count, err)
        || !peers_find_dead(&peers, entry->peer_locks, err) || !is_alone(entry, &peers, err))
        return false;
    if (!has_place(entry, &peers))
        return true;
    if (!run_join(entry, &peers, run_r, err) || !ledger_commit(&change, err))
        return false;
    FAILPOINT("run.begun");
    if (!peer_locks_hold(entry->peer_locks, *run_r, err))
        return false;
    FAILPOINT("run.entered");
    return true;
}

static bool enter_once(struct run_entry *entry, int64_t *run_r, struct err *err)
{
    bool good;

    if (!peer_locks_start_lock(entry->peer_locks, err))
        return false;
    good = enter_locked(entry, run_r, err);
    peer_locks_start_unlock(entry->peer_locks);
    return good;
}

bool run_entry_begin(struct run_entry *entry, struct err *err)
{
    bool told = false;
    int64_t run;

    for (;;) {
        if (!enter_once(entry, &run, err))
            return false;
        if (run)
            return true;
        if (!told)
            log_info("as many movers are at work as the source may have sessions (%d): waiting "
                     "for one to end",
                     entry->settings->sessions);
        told = true;
        if (!cancel_sleep(entry->cancel, PLACE_LOOK_US, err))
            return false;
    }
}

/* --- short runs ----------------------------------------------------------------------------- */

bool run_short_begin(struct ledger *ledger, const char *command, struct ledger_change *change,
                     struct err *err)
{
    struct peer_locks_names names;
    struct ledger_process process = peer_locks_process(command, &names);
    int64_t run;

    return ledger_begin(ledger, change, err) && ledger_run_begin(ledger, &process, &run, err);
}

bool run_short_end(struct ledger *ledger, const struct ledger_progress *progress,
                   struct ledger_change *change, struct err *err)
{
    return ledger_run_note(ledger, progress, "finished", true, err) && ledger_commit(change, err);
}
