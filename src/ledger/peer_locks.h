/*
 * Which runs on a ledger live. With SQLite every process holds a lock on a byte of a file beside
 * the ledger, which the system takes away when the process is no more, however it ended; only
 * processes of one machine can share such a ledger. With PostgreSQL there is no file, and nothing
 * here does anything: runs have leases.
 */
#pragma once

#include "base/base.h"
#include "ledger/read.h"

struct peer_locks;

/*
 * Opens the lock file of a ledger.
 *   url          of the ledger
 *   presence_r   caller frees with peer_locks_free(), which also gives up what is held
 * Fails with ERR_OS.
 */
must_check bool peer_locks_open(const char *url, struct peer_locks **presence_r, struct err *err);
void peer_locks_free(struct peer_locks *presence); /* NULL is allowed */

/* Whether the life of runs is told by locks here; otherwise by their leases in the ledger. */
bool peer_locks_are_used(const struct peer_locks *presence);

/*
 * The door: one process at a time comes in, so that none is taken for dead before it holds its
 * place. Waits. Fails with ERR_OS.
 */
must_check bool peer_locks_start_lock(struct peer_locks *presence, struct err *err);
void peer_locks_start_unlock(struct peer_locks *presence);

/* Holds the place of a run until this process ends. Behind the door. Fails with ERR_OS. */
must_check bool peer_locks_hold(struct peer_locks *presence, int64_t run, struct err *err);

/* Whether a process holds the place of a run, on this machine. Behind the door. Fails with ERR_OS.
 */
must_check bool peer_locks_is_held(struct peer_locks *presence, int64_t run, bool *held_r,
                                   struct err *err);

/*
 * Finds out which of the runs that never ended are dead, and says so in `peer_is_dead` and
 * `status`, for whoever only looks: by the lock of a ledger in SQLite if it is this machine's; on
 * PostgreSQL by the lease, or by the process if it was one of this machine's. What cannot be known
 * is alive.
 *   lease_us   as for ledger_open_runs()
 * Fails with ERR_DATABASE.
 */
must_check bool peer_locks_find_dead(struct ledger *ledger, const char *url, int64_t lease_us,
                                     struct ledger_run *runs, size_t count, struct err *err);

/* A name of this machine that stays, so that a ledger on a shared folder is noticed. */
void peer_locks_machine(char *name_r, size_t room);

/* This process, as ledger_run_begin() wants it; its texts are in `names_r` and `kind`. */
struct peer_locks_names {
    char machine[72], host[72];
};
struct ledger_process peer_locks_process(const char *kind, struct peer_locks_names *names_r);
