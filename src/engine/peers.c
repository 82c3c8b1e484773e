/*
 * With SQLite a dead run is known by its lock, which the system took away, never by waiting; with
 * PostgreSQL by its lease, which ran out on the database's clock.
 */
#include "engine/peers.h"

#include "base/log.h"
#include "base/mem.h"

void peers_clear(struct peers *peers)
{
    free(peers->runs);
    free(peers->is_dead);
    *peers = (struct peers){ 0 };
}

static bool peer_is_dead(const struct ledger_open_run *run, struct peer_locks *locks, bool *dead_r,
                         struct err *err)
{
    char machine[72];
    bool held;

    if (!peer_locks_are_used(locks)) {
        *dead_r = run->is_late;
        return true;
    }
    peer_locks_machine(machine, sizeof machine);
    if (strcmp(run->machine, machine) != 0)
        return err_set(err, ERR_USAGE, 0,
                       "run %jd of this ledger is under way on another machine ('%s'): a ledger in "
                       "SQLite serves one machine; put it on PostgreSQL to share it",
                       (intmax_t)run->run, run->host);
    if (!peer_locks_is_held(locks, run->run, &held, err))
        return false;
    *dead_r = !held;
    return true;
}

bool peers_find_dead(struct peers *peers, struct peer_locks *locks, struct err *err)
{
    peers->living = 0;
    free(peers->is_dead);
    peers->is_dead = mem_zero(peers->count * sizeof *peers->is_dead);
    for (size_t i = 0; i < peers->count; i++) {
        if (!peer_is_dead(&peers->runs[i], locks, &peers->is_dead[i], err))
            return false;
        peers->living += !peers->is_dead[i];
    }
    return true;
}

bool peers_release_dead(const struct peers *peers, struct ledger *ledger, struct err *err)
{
    for (size_t i = 0; i < peers->count; i++) {
        int64_t freed;

        if (!peers->is_dead[i])
            continue;
        if (!ledger_run_release_dead(ledger, peers->runs[i].run, &freed, err))
            return false;
        log_info("run %jd had died; %jd documents that it held are free again",
                 (intmax_t)peers->runs[i].run, (intmax_t)freed);
    }
    return true;
}
