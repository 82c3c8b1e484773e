/* A stream's hashes by the processor's instructions and by OpenSSL, against OpenSSL's of each text. */
#include "base/sha256_parts.h"

#include "base/mem.h"
#include "base/sha256_blocks.h"
#include "tap.h"

enum { SIZE = 200000 };

/* Bytes that look like chance, and are the same every time. */
static char *made_bytes(size_t size)
{
    char *bytes = mem_zero(size);
    uint32_t chance = 1;

    for (size_t i = 0; i < size; i++) {
        chance = chance * 1664525 + 1013904223;
        bytes[i] = (char)(chance >> 24);
    }
    return bytes;
}

/* Adds bytes in pieces of one size. */
static void added(struct sha256_parts *parts, struct span bytes, size_t piece)
{
    while (bytes.size) {
        sha256_parts_add(parts, span_first(bytes, piece));
        bytes = span_from(bytes, bytes.size < piece ? bytes.size : piece);
    }
}

static bool is_hash_of(struct sha256 sha256, struct span bytes)
{
    struct sha256 expected = sha256_of(bytes);

    return sha256_equal(&sha256, &expected);
}

/* Whole blocks, a part that ends within a block and all that follow it, empty parts, one part. */
static const size_t plans[][6] = {
    { 64, 128, 64, 1 },
    { 65536, 65536, 65536, 3392 },
    { 1, 64, 63, 100, 7 },
    { 1000, 1000, 1000, 1000 },
    { 64, 0, 0, 64 },
    { 0 },
    { 55 },
    { 56 },
    { 63 },
    { 64 },
    { 119 },
    { 120 },
    { 128, 55, 9 },
    { 100000, 99 },
    { 64, 63, 1, 64 },
};

static void plan_check(size_t plan, bool by_instructions, size_t piece, const char *bytes)
{
    auto_sha256_parts *parts = sha256_parts_new(by_instructions);
    size_t begin = 0;

    for (size_t i = 0; i < lengthof(plans[plan]); i++) {
        struct span part = { bytes + begin, plans[plan][i] };

        added(parts, part, piece);
        begin += part.size;
        CHECK_AT(plan, is_hash_of(sha256_parts_part_end(parts), part));
        CHECK_AT(plan, is_hash_of(sha256_parts_whole(parts), (struct span){ bytes, begin }));
    }
}

TEST(whole_and_parts_have_the_hashes_of_their_bytes)
{
    static const size_t pieces[] = { 1, 7, 63, 64, 65, 1000, SIZE };
    auto_free char *bytes = made_bytes(SIZE);

    for (size_t plan = 0; plan < lengthof(plans); plan++)
        for (size_t i = 0; i < lengthof(pieces); i++)
            for (int by_instructions = 0; by_instructions < 2; by_instructions++)
                plan_check(plan, by_instructions, pieces[i], bytes);
}

/* Every length up to three blocks: each has its own padding. */
TEST(every_length_ends_well)
{
    auto_free char *bytes = made_bytes(SIZE);

    for (size_t size = 0; size < 3 * SHA256_BLOCK_SIZE; size++) {
        auto_sha256_parts *parts = sha256_parts_new(true);
        struct span text = { bytes, size };

        added(parts, text, 50);
        CHECK_AT(size, is_hash_of(sha256_parts_whole(parts), text));
        CHECK_AT(size, is_hash_of(sha256_parts_part_end(parts), text));
    }
    sha256_parts_free(NULL);
}
