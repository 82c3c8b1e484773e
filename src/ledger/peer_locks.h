/*
 * Peer locks tell which runs on a ledger live. With SQLite each process locks a byte of a file
 * beside the ledger, and the system releases the lock when the process ends, however it ends; only
 * processes of one machine can share such a ledger. With PostgreSQL there is no file, and no lock
 * is taken: runs have leases.
 */
#pragma once

#include "base/base.h"
#include "ledger/read.h"

struct peer_locks;

/*
 * Opens the lock file of a ledger.
 *   url          of the ledger
 *   presence_r   caller frees with peer_locks_free(), which also releases its locks
 * Fails with ERR_OS.
 */
must_check bool peer_locks_open(const char *url, struct peer_locks **presence_r, struct err *err);
void peer_locks_free(struct peer_locks *presence); /* NULL is allowed */

/* Whether locks tell which runs live; otherwise their leases in the ledger do. */
bool peer_locks_are_used(const struct peer_locks *presence);

/*
 * Takes the start lock, and waits for it. Only one process at a time starts a run, so that none is
 * taken for dead before it holds its own lock. Fails with ERR_OS.
 */
must_check bool peer_locks_start_lock(struct peer_locks *presence, struct err *err);
void peer_locks_start_unlock(struct peer_locks *presence);

/* Under the start lock: holds a run's lock until this process ends. Fails with ERR_OS. */
must_check bool peer_locks_hold(struct peer_locks *presence, int64_t run, struct err *err);

/* Under the start lock: whether a process on this machine holds a run's lock. Fails with ERR_OS. */
must_check bool peer_locks_is_held(struct peer_locks *presence, int64_t run, bool *held_r,
                                   struct err *err);

/*
 * For readers: finds out which of the runs that never ended are dead, and sets their `is_dead` and
 * `status`. With SQLite it asks for the lock of a run of this machine; with PostgreSQL the lease
 * tells, or the process if it was one of this machine. In doubt a run is alive.
 *   lease_us   as for ledger_open_runs()
 * Fails with ERR_DATABASE.
 */
must_check bool peer_locks_find_dead(struct ledger *ledger, const char *url, int64_t lease_us,
                                     struct ledger_run *runs, size_t count, struct err *err);

/* A lasting name of this machine, so that a ledger on a shared folder is noticed. */
void peer_locks_machine(char *name_r, size_t room);

/* This process, as ledger_run_begin() wants it; its texts are in `names_r` and `kind`. */
struct peer_locks_names {
    char machine[72], host[72];
};
struct ledger_process peer_locks_process(const char *kind, struct peer_locks_names *names_r);
