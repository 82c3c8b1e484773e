/* The other runs on our ledger: which live, and what to do about those whose process is no more. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/writer.h"
#include "ledger/peer_locks.h"

struct peers {
    int64_t lease_us; /* how long each promises to live */
    struct ledger_open_run *runs;
    size_t count, living;
    bool *is_dead;
};

void peers_clear(struct peers *others);
#define auto_peers __attribute__((cleanup(peers_clear))) struct peers

/*
 * Tells the living from the dead. Behind the door.
 *   others   `runs` and `count` are those that never ended
 * Fails with ERR_USAGE if one is under way on another machine, where we cannot know; ERR_OS.
 */
must_check bool peers_find_dead(struct peers *others, struct peer_locks *presence, struct err *err);

/* In a change: what the dead held is free again. */
must_check bool peers_release_dead(const struct peers *others, struct ledger *ledger,
                                   struct err *err);

/*
 * While a run goes on: looks for processes that died beside us and frees what they held.
 * The door is shut before the database is asked, as it is when a run begins, so that neither waits
 * for the other. Fails as the desk does, and as peers_find_dead().
 */
must_check bool peers_check(struct writer *desk, struct peer_locks *presence, int64_t lease_us,
                            struct err *err);
