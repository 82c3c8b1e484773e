/*
 * Which runs on a ledger live. With SQLite every process holds a lock on a byte of a file beside
 * the ledger, which the system takes away when the process is no more, however it ended; only
 * processes of one machine can share such a ledger. With PostgreSQL there is no file, and nothing
 * here does anything: runs have leases.
 */
#pragma once

#include "base/base.h"
#include "ledger/ledger.h"
#include "ledger/look.h"

struct presence;

/*
 * Opens the lock file of a ledger.
 *   url          of the ledger
 *   presence_r   caller frees with presence_free(), which also gives up what is held
 * Fails with ERR_OS.
 */
must_check bool presence_open(const char *url, struct presence **presence_r, struct err *err);
void presence_free(struct presence *presence); /* NULL is allowed */

/* Whether the life of runs is told by locks here; otherwise by their leases in the ledger. */
bool presence_is_by_lock(const struct presence *presence);

/*
 * The door: one process at a time comes in, so that none is taken for dead before it holds its
 * place. Waits. Fails with ERR_OS.
 */
must_check bool presence_door_shut(struct presence *presence, struct err *err);
void presence_door_open(struct presence *presence);

/* Holds the place of a run until this process ends. Behind the door. Fails with ERR_OS. */
must_check bool presence_hold(struct presence *presence, int64_t run, struct err *err);

/* Whether a process holds the place of a run, on this machine. Behind the door. Fails with ERR_OS.
 */
must_check bool presence_is_held(struct presence *presence, int64_t run, bool *held_r,
                                 struct err *err);

/*
 * Finds out which of the runs that never ended are dead, and says so in `is_dead` and `status`, for
 * whoever only looks: by the lock of a ledger in SQLite if it is this machine's; on PostgreSQL by
 * the lease, or by the process if it was one of this machine's. What cannot be known is alive.
 *   lease_us   as for ledger_runs_open()
 * Fails with ERR_DATABASE.
 */
must_check bool presence_of_runs(struct ledger *ledger, const char *url, int64_t lease_us,
                                 struct ledger_run *runs, size_t count, struct err *err);

/* A name of this machine that stays, so that a ledger on a shared folder is noticed. */
void presence_machine(char *name_r, size_t room);

/* This process, as ledger_run_begin() wants it; its texts are in `names_r` and `kind`. */
struct presence_names {
    char machine[72], host[72];
};
struct ledger_process presence_process(const char *kind, struct presence_names *names_r);
