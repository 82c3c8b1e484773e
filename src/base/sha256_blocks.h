/*
 * SHA-256 of whole blocks by the processor's own instructions (SHA-NI), into one hash or into two
 * at once. Two cost little more than one: mostly each waits for its own last result, and what is
 * computed from the message alone serves both.
 */
#pragma once

#include "base/base.h"

enum { SHA256_BLOCK_SIZE = 64 };

/* Between blocks; the standard calls it the hash value (FIPS 180-4, 6.2). */
struct sha256_state {
    uint32_t words[8];
};

#define SHA256_STATE_FIRST                                                                         \
    {                                                                                              \
        {                                                                                          \
            0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,    \
                0x5be0cd19                                                                         \
        }                                                                                          \
    }

/* Whether this processor has the instructions. */
bool sha256_blocks_can(void);

/*
 * Adds `count` blocks of SHA256_BLOCK_SIZE bytes. Only if sha256_blocks_can().
 *   other   a second hash of the same blocks, or NULL
 */
void sha256_blocks(struct sha256_state *state, struct sha256_state *other, const void *bytes,
                   size_t count);
