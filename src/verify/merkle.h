/*
 * A Merkle tree as in RFC 6962: a leaf is hashed with a zero byte before its bytes, a node with a
 * one byte before the two hashes below it. It grows leaf by leaf, in memory of the logarithm.
 */
#pragma once

#include "base/base.h"
#include "base/digest.h"

enum { MERKLE_DEPTH_MAX = 64 };

struct merkle {
    struct sha256 peaks[MERKLE_DEPTH_MAX]; /* of full trees, each twice as high as the next  */
    uint64_t count;                        /* leaves so far: its bits say which peaks stand */
};

void merkle_add(struct merkle *tree, struct span leaf);

/* The root; without leaves, the hash of nothing. */
struct sha256 merkle_root(const struct merkle *tree);
