/*
 * Two hashes, of the whole and of the present part. Until the first part has ended they are one,
 * and only one is computed.
 */
#include "base/sha256_parts.h"

#include "base/mem.h"
#include "base/sha256_blocks.h"

#include <endian.h>

/* A hash under way. Its last size % SHA256_BLOCK_SIZE bytes wait in `rest` for a whole block. */
struct sha256_partial {
    struct sha256_state state;
    uint64_t size;
    char rest[SHA256_BLOCK_SIZE];
};

struct sha256_parts {
    bool by_instructions;
    bool has_parts; /* the first part has ended */
    struct sha256_partial whole, part;
    struct sha256_stream *whole_stream, *part_stream; /* by OpenSSL */
};

static const struct sha256_partial nothing = { .state = SHA256_STATE_FIRST };

struct sha256_parts *sha256_parts_new(bool by_instructions)
{
    struct sha256_parts *parts = mem_new(struct sha256_parts);

    parts->by_instructions = by_instructions && sha256_blocks_can();
    parts->whole = parts->part = nothing;
    if (!parts->by_instructions) {
        parts->whole_stream = sha256_stream_new();
        parts->part_stream = sha256_stream_new();
    }
    return parts;
}

void sha256_parts_free(struct sha256_parts *parts)
{
    if (!parts)
        return;
    sha256_stream_free(parts->whole_stream);
    sha256_stream_free(parts->part_stream);
    free(parts);
}

void auto_sha256_parts_cleanup(struct sha256_parts **parts)
{
    sha256_parts_free(*parts);
}

/* --- by the processor's instructions -------------------------------------------------------- */

static size_t rest_of(const struct sha256_partial *hash)
{
    return hash->size % SHA256_BLOCK_SIZE;
}

/* Adds as many bytes as complete the waiting block, or all. */
static struct span rest_fill(struct sha256_partial *hash, struct sha256_state *other,
                             struct span bytes)
{
    size_t used = rest_of(hash);
    struct span fit = span_first(bytes, SHA256_BLOCK_SIZE - used);

    memcpy(hash->rest + used, fit.at, fit.size);
    hash->size += fit.size;
    if (rest_of(hash) == 0)
        sha256_blocks(&hash->state, other, hash->rest, 1);
    return span_from(bytes, fit.size);
}

/* `other`: a hash whose bytes wait for the same blocks, or NULL. */
static void partial_add(struct sha256_partial *hash, struct sha256_partial *other,
                        struct span bytes)
{
    struct sha256_state *state = other ? &other->state : NULL;
    size_t all = bytes.size, whole;

    if (rest_of(hash) > 0)
        bytes = rest_fill(hash, state, bytes);
    whole = bytes.size / SHA256_BLOCK_SIZE * SHA256_BLOCK_SIZE;
    if (whole > 0)
        sha256_blocks(&hash->state, state, bytes.at, whole / SHA256_BLOCK_SIZE);
    hash->size += whole;
    bytes = span_from(bytes, whole);
    if (bytes.size > 0)
        (void)rest_fill(hash, state, bytes);
    if (other) {
        other->size += all;
        memcpy(other->rest, hash->rest, sizeof hash->rest);
    }
}

/* The hash, once the standard's padding follows (FIPS 180-4, 5.1.1). */
static struct sha256 partial_end(struct sha256_partial hash)
{
    static const char padding[2 * SHA256_BLOCK_SIZE] = "\x80";
    uint64_t bits = htobe64(hash.size * 8);
    size_t used = rest_of(&hash), last = SHA256_BLOCK_SIZE - sizeof bits;
    struct sha256 sha256;

    partial_add(&hash, NULL,
                (struct span){ padding, (used < last ? last : last + SHA256_BLOCK_SIZE) - used });
    partial_add(&hash, NULL, (struct span){ (const char *)&bits, sizeof bits });
    for (size_t i = 0; i < lengthof(hash.state.words); i++) {
        uint32_t word = htobe32(hash.state.words[i]);

        memcpy(sha256.bytes + i * sizeof word, &word, sizeof word);
    }
    return sha256;
}

static void partials_add(struct sha256_parts *parts, struct span bytes)
{
    if (!parts->has_parts) {
        partial_add(&parts->whole, NULL, bytes);
    } else if (rest_of(&parts->whole) == rest_of(&parts->part)) {
        partial_add(&parts->whole, &parts->part, bytes);
    } else {
        partial_add(&parts->whole, NULL, bytes);
        partial_add(&parts->part, NULL, bytes);
    }
}

/* --- either way ----------------------------------------------------------------------------- */

void sha256_parts_add(struct sha256_parts *parts, struct span bytes)
{
    if (bytes.size == 0)
        return;
    if (parts->by_instructions) {
        partials_add(parts, bytes);
        return;
    }
    sha256_stream_add(parts->whole_stream, bytes);
    if (parts->has_parts)
        sha256_stream_add(parts->part_stream, bytes);
}

struct sha256 sha256_parts_whole(const struct sha256_parts *parts)
{
    return parts->by_instructions ? partial_end(parts->whole)
                                  : sha256_stream_so_far(parts->whole_stream);
}

struct sha256 sha256_parts_part_end(struct sha256_parts *parts)
{
    struct sha256 sha256;

    if (!parts->has_parts)
        sha256 = sha256_parts_whole(parts);
    else if (parts->by_instructions)
        sha256 = partial_end(parts->part);
    else
        sha256 = sha256_stream_end(parts->part_stream);
    parts->has_parts = true;
    parts->part = nothing;
    return sha256;
}
