/* A bit per record, and a Fenwick tree over blocks of bits. */
#include "sim/file/places.h"

#include "base/mem.h"

#include <assert.h>

enum { WORD_BITS = 64, BLOCK_WORDS = 64, BLOCK_BITS = WORD_BITS * BLOCK_WORDS };

struct places {
    uint64_t size, count;
    size_t blocks; /* a power of two */
    uint64_t *words;
    uint64_t *tree; /* 1 .. blocks: living records of a run of blocks */
};

static size_t blocks_for(uint64_t size)
{
    size_t blocks = 1;

    while (blocks * BLOCK_BITS < size)
        blocks *= 2;
    return blocks;
}

static void tree_add(struct places *p, size_t block, uint64_t by)
{
    for (size_t i = block + 1; i <= p->blocks; i += i & -i)
        p->tree[i] += by;
}

static uint64_t block_count(const struct places *p, size_t block)
{
    uint64_t count = 0;

    for (size_t i = 0; i < BLOCK_WORDS; i++)
        count += (uint64_t)__builtin_popcountll(p->words[block * BLOCK_WORDS + i]);
    return count;
}

static void tree_build(struct places *p)
{
    free(p->tree);
    p->tree = mem_zero((p->blocks + 1) * sizeof *p->tree);
    for (size_t i = 1; i <= p->blocks; i++) {
        size_t up = i + (i & -i);

        p->tree[i] += block_count(p, i - 1);
        if (up <= p->blocks)
            p->tree[up] += p->tree[i];
    }
}

struct places *places_none(uint64_t size)
{
    struct places *p = mem_new(struct places);

    p->size = size;
    p->blocks = blocks_for(size);
    p->words = mem_zero(p->blocks * BLOCK_WORDS * sizeof *p->words);
    tree_build(p);
    return p;
}

struct places *places_new(uint64_t size)
{
    struct places *p = places_none(size);

    p->count = size;
    for (uint64_t word = 0; word < size / WORD_BITS; word++)
        p->words[word] = UINT64_MAX;
    if (size % WORD_BITS)
        p->words[size / WORD_BITS] = (UINT64_C(1) << size % WORD_BITS) - 1;
    tree_build(p);
    return p;
}

void places_free(struct places *p)
{
    if (!p)
        return;
    free(p->words);
    free(p->tree);
    free(p);
}

uint64_t places_size(const struct places *p)
{
    return p->size;
}

uint64_t places_count(const struct places *p)
{
    return p->count;
}

bool places_is_live(const struct places *p, uint64_t number)
{
    return number < p->size && p->words[number / WORD_BITS] >> number % WORD_BITS & 1;
}

static void places_grow(struct places *p)
{
    size_t words = p->blocks * BLOCK_WORDS;

    p->blocks *= 2;
    p->words = mem_grow(p->words, 2 * words * sizeof *p->words);
    memset(p->words + words, 0, words * sizeof *p->words);
    tree_build(p);
}

uint64_t places_add(struct places *p)
{
    uint64_t number = p->size;

    if (number == (uint64_t)p->blocks * BLOCK_BITS)
        places_grow(p);
    p->size++;
    places_set(p, number, true);
    return number;
}

void places_set(struct places *p, uint64_t number, bool live)
{
    uint64_t by = live ? 1 : UINT64_MAX;

    if (places_is_live(p, number) == live)
        return;
    p->words[number / WORD_BITS] ^= UINT64_C(1) << number % WORD_BITS;
    p->count += by;
    tree_add(p, number / BLOCK_BITS, by);
}

uint64_t places_rank(const struct places *p, uint64_t number)
{
    size_t block = number / BLOCK_BITS;
    uint64_t rank = 0;

    if (number >= p->size)
        return p->count;
    for (size_t i = block; i > 0; i -= i & -i)
        rank += p->tree[i];
    for (uint64_t word = (uint64_t)block * BLOCK_WORDS; word < number / WORD_BITS; word++)
        rank += (uint64_t)__builtin_popcountll(p->words[word]);
    if (number % WORD_BITS)
        rank += (uint64_t)__builtin_popcountll(p->words[number / WORD_BITS]
                                               << (WORD_BITS - number % WORD_BITS));
    return rank;
}

/* The place of the n-th set bit of a word that has more than n. */
static unsigned bit_select(uint64_t word, uint64_t n)
{
    for (; n > 0; n--)
        word &= word - 1;
    return (unsigned)__builtin_ctzll(word);
}

uint64_t places_select(const struct places *p, uint64_t position)
{
    size_t block = 0;
    uint64_t word;

    assert(position < p->count);
    for (size_t step = p->blocks; step > 0; step /= 2) {
        if (block + step <= p->blocks && p->tree[block + step] <= position) {
            block += step;
            position -= p->tree[block];
        }
    }
    for (word = (uint64_t)block * BLOCK_WORDS;; word++) {
        uint64_t here = (uint64_t)__builtin_popcountll(p->words[word]);

        if (position < here)
            return word * WORD_BITS + bit_select(p->words[word], position);
        position -= here;
    }
}
