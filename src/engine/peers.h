/* Peers: the other runs on our ledger. Tells which of them are dead, and releases their claims. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/leases.h"
#include "ledger/peer_locks.h"

struct peers {
    int64_t lease_us; /* how long each promises to live */
    struct ledger_open_run *runs;
    size_t count, living;
    bool *is_dead;
};

void peers_clear(struct peers *peers);
#define auto_peers __attribute__((cleanup(peers_clear))) struct peers

/*
 * Tells the living from the dead. Under the start lock.
 *   peers   `runs` and `count` are those that never ended
 * Fails with ERR_USAGE if one is under way on another machine, where we cannot know; ERR_OS.
 */
must_check bool peers_find_dead(struct peers *peers, struct peer_locks *locks, struct err *err);

/* In a change: releases the claims of the dead. */
must_check bool peers_release_dead(const struct peers *peers, struct ledger *ledger,
                                   struct err *err);
