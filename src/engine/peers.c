/*
 * With SQLite death is found by the lock that the system took away, never by waiting; with
 * PostgreSQL by a lease that ran out on the database's clock.
 */
#include "engine/peers.h"

#include "base/log.h"
#include "base/mem.h"

void peers_clear(struct peers *others)
{
    free(others->runs);
    free(others->is_dead);
    *others = (struct peers){ 0 };
}

static bool peer_is_dead(const struct ledger_open_run *run, struct peer_locks *presence,
                         bool *dead_r, struct err *err)
{
    char machine[72];
    bool held;

    if (!peer_locks_are_used(presence)) {
        *dead_r = run->is_late;
        return true;
    }
    peer_locks_machine(machine, sizeof machine);
    if (strcmp(run->machine, machine) != 0)
        return err_set(err, ERR_USAGE, 0,
                       "run %jd of this ledger is under way on another machine ('%s'): a ledger in "
                       "SQLite serves one machine; put it on PostgreSQL to share it",
                       (intmax_t)run->run, run->host);
    if (!peer_locks_is_held(presence, run->run, &held, err))
        return false;
    *dead_r = !held;
    return true;
}

bool peers_find_dead(struct peers *others, struct peer_locks *presence, struct err *err)
{
    others->living = 0;
    free(others->is_dead);
    others->is_dead = mem_zero(others->count * sizeof *others->is_dead);
    for (size_t i = 0; i < others->count; i++) {
        if (!peer_is_dead(&others->runs[i], presence, &others->is_dead[i], err))
            return false;
        others->living += !others->is_dead[i];
    }
    return true;
}

bool peers_release_dead(const struct peers *others, struct ledger *ledger, struct err *err)
{
    for (size_t i = 0; i < others->count; i++) {
        int64_t freed;

        if (!others->is_dead[i])
            continue;
        if (!ledger_run_release_dead(ledger, others->runs[i].run, &freed, err))
            return false;
        log_info("run %jd had died; %jd documents that it held are free again",
                 (intmax_t)others->runs[i].run, (intmax_t)freed);
    }
    return true;
}

static bool peers_list_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct peers *others = arg;

    free(take(others->runs));
    return ledger_open_runs(hands->ledger, others->lease_us, &others->runs, &others->count, err);
}

static bool release_dead_work(const struct writer_context *hands, void *arg, struct err *err)
{
    return peers_release_dead(arg, hands->ledger, err);
}

bool peers_check(struct writer *desk, struct peer_locks *presence, int64_t lease_us,
                 struct err *err)
{
    auto_peers others = { .lease_us = lease_us };
    bool good;

    if (!peer_locks_start_lock(presence, err))
        return false;
    good = writer_run(desk, peers_list_work, &others, err)
           && peers_find_dead(&others, presence, err)
           && (others.living == others.count || writer_run(desk, release_dead_work, &others, err));
    peer_locks_start_unlock(presence);
    return good;
}
