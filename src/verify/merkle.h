/*
 * A Merkle tree as in RFC 6962: the hash of a leaf is of a zero byte and its bytes, that of a node
 * of a one byte and the hashes below it. Grows leaf by leaf, in memory that hardly does.
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

/* The root; of no leaves, the hash of nothing. */
struct sha256 merkle_root(const struct merkle *tree);
