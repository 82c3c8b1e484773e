/* Blocks of 1,024 neighbouring ids as bits, found through a hash table with open addressing. */
#include "base/idset.h"

#include "base/mem.h"

enum { BLOCK_BITS = 10, BLOCK_WORDS = (1 << BLOCK_BITS) / 64, FIRST_ROOM = 64 };

struct block {
    uint64_t number_and_one; /* which 1,024 ids, plus one; 0: the place is free */
    uint64_t bits[BLOCK_WORDS];
};

struct idset {
    struct block *blocks;
    size_t room, used; /* `room` is a power of two */
    uint64_t count;
};

struct idset *idset_new(void)
{
    struct idset *set = mem_new(struct idset);

    set->room = FIRST_ROOM;
    set->blocks = mem_zero(set->room * sizeof *set->blocks);
    return set;
}

void idset_free(struct idset *set)
{
    if (!set)
        return;
    free(set->blocks);
    free(set);
}

void idset_clear(struct idset *set)
{
    memset(set->blocks, 0, set->room * sizeof *set->blocks);
    set->used = 0;
    set->count = 0;
}

/* Where the block is, or the free place where it belongs. */
static struct block *place_of(const struct idset *set, uint64_t number)
{
    size_t at = (size_t)(number * UINT64_C(0x9E3779B97F4A7C15)) & (set->room - 1);

    while (set->blocks[at].number_and_one && set->blocks[at].number_and_one != number + 1)
        at = (at + 1) & (set->room - 1);
    return &set->blocks[at];
}

static void grow(struct idset *set)
{
    struct block *old = set->blocks;
    size_t old_room = set->room;

    set->room *= 2;
    set->blocks = mem_zero(set->room * sizeof *set->blocks);
    for (size_t i = 0; i < old_room; i++)
        if (old[i].number_and_one)
            *place_of(set, old[i].number_and_one - 1) = old[i];
    free(old);
}

static struct block *block_of(struct idset *set, uint64_t number)
{
    struct block *block = place_of(set, number);

    if (block->number_and_one)
        return block;
    if ((set->used + 1) * 4 > set->room * 3) {
        grow(set);
        block = place_of(set, number);
    }
    set->used++;
    block->number_and_one = number + 1;
    return block;
}

static uint64_t bit_of(uint64_t id)
{
    return UINT64_C(1) << (id & 63);
}

static size_t word_of(uint64_t id)
{
    return (id >> 6) & (BLOCK_WORDS - 1);
}

bool idset_add(struct idset *set, uint64_t id)
{
    uint64_t *word = &block_of(set, id >> BLOCK_BITS)->bits[word_of(id)];

    if (*word & bit_of(id))
        return false;
    *word |= bit_of(id);
    set->count++;
    return true;
}

bool idset_has(const struct idset *set, uint64_t id)
{
    const struct block *block = place_of(set, id >> BLOCK_BITS);

    return block->number_and_one && (block->bits[word_of(id)] & bit_of(id));
}

uint64_t idset_count(const struct idset *set)
{
    return set->count;
}
