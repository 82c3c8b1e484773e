/* Blocks of 1,024 neighbouring ids as bits, found through a hash table with open addressing. */
#include "base/idset.h"

#include "base/mem.h"

enum { BLOCK_BITS = 10, BLOCK_WORDS = (1 << BLOCK_BITS) / 64, FIRST_ROOM = 64 };

struct idset_block {
    uint64_t number_and_one; /* the block's number, plus one; 0: the place is free */
    uint64_t bits[BLOCK_WORDS];
};

struct idset {
    struct idset_block *blocks;
    size_t room, used; /* `room` is a power of two */
    uint64_t count;
    struct idset_ordered *order; /* the blocks in ascending order; NULL after a change */
};

/* A block in ascending order, and the number of ids before it. */
struct idset_ordered {
    const struct idset_block *block;
    uint64_t before;
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
    free(set->order);
    free(set->blocks);
    free(set);
}

static void order_forget(struct idset *set)
{
    free(set->order);
    set->order = NULL;
}

void idset_clear(struct idset *set)
{
    order_forget(set);
    memset(set->blocks, 0, set->room * sizeof *set->blocks);
    set->used = 0;
    set->count = 0;
}

/* The place of the block, or the free place where it belongs. */
static struct idset_block *slot_of(const struct idset *set, uint64_t number)
{
    size_t at = (size_t)(number * UINT64_C(0x9E3779B97F4A7C15)) & (set->room - 1);

    while (set->blocks[at].number_and_one && set->blocks[at].number_and_one != number + 1)
        at = (at + 1) & (set->room - 1);
    return &set->blocks[at];
}

static void idset_grow(struct idset *set)
{
    struct idset_block *old = set->blocks;
    size_t old_room = set->room;

    set->room *= 2;
    set->blocks = mem_zero(set->room * sizeof *set->blocks);
    for (size_t i = 0; i < old_room; i++)
        if (old[i].number_and_one)
            *slot_of(set, old[i].number_and_one - 1) = old[i];
    free(old);
}

static struct idset_block *block_of(struct idset *set, uint64_t number)
{
    struct idset_block *block = slot_of(set, number);

    if (block->number_and_one)
        return block;
    if ((set->used + 1) * 4 > set->room * 3) {
        idset_grow(set);
        block = slot_of(set, number);
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
    order_forget(set);
    return true;
}

bool idset_remove(struct idset *set, uint64_t id)
{
    if (!idset_has(set, id))
        return false;
    slot_of(set, id >> BLOCK_BITS)->bits[word_of(id)] &= ~bit_of(id);
    set->count--;
    order_forget(set);
    return true;
}

bool idset_has(const struct idset *set, uint64_t id)
{
    const struct idset_block *block = slot_of(set, id >> BLOCK_BITS);

    return block->number_and_one && (block->bits[word_of(id)] & bit_of(id));
}

uint64_t idset_count(const struct idset *set)
{
    return set->count;
}

/* --- order ---------------------------------------------------------------------------------- */

static uint64_t bits_in(const struct idset_block *block, size_t words)
{
    uint64_t count = 0;

    for (size_t i = 0; i < words; i++)
        count += (uint64_t)__builtin_popcountll(block->bits[i]);
    return count;
}

static int by_number(const void *a, const void *b)
{
    uint64_t left = ((const struct idset_ordered *)a)->block->number_and_one;
    uint64_t right = ((const struct idset_ordered *)b)->block->number_and_one;

    return (left > right) - (left < right);
}

static void order_make(struct idset *set)
{
    size_t count = 0;
    uint64_t before = 0;

    if (set->order)
        return;
    set->order = mem_zero(set->used * sizeof *set->order);
    for (size_t i = 0; i < set->room; i++)
        if (set->blocks[i].number_and_one)
            set->order[count++].block = &set->blocks[i];
    qsort(set->order, count, sizeof *set->order, by_number);
    for (size_t i = 0; i < count; i++) {
        set->order[i].before = before;
        before += bits_in(set->order[i].block, BLOCK_WORDS);
    }
}

uint64_t idset_rank(struct idset *set, uint64_t id)
{
    uint64_t number_and_one = (id >> BLOCK_BITS) + 1;
    size_t low = 0, high = set->used;
    const struct idset_ordered *place;

    order_make(set);
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (set->order[middle].block->number_and_one <= number_and_one)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return 0;
    place = &set->order[low - 1];
    if (place->block->number_and_one != number_and_one)
        return place->before + bits_in(place->block, BLOCK_WORDS);
    return place->before + bits_in(place->block, word_of(id))
           + (uint64_t)__builtin_popcountll(place->block->bits[word_of(id)]
                                            & (bit_of(id) | (bit_of(id) - 1)));
}

/* The id of the `left`-th bit, from 0, of a word that begins at `first`. */
static uint64_t bit_at(uint64_t word, uint64_t first, uint64_t left)
{
    for (; left > 0; left--)
        word &= word - 1;
    return first + (uint64_t)__builtin_ctzll(word);
}

uint64_t idset_nth(struct idset *set, uint64_t place)
{
    size_t low = 0, high = set->used;
    const struct idset_block *block;
    uint64_t left;

    order_make(set);
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (set->order[middle].before < place)
            low = middle;
        else
            high = middle;
    }
    block = set->order[low].block;
    left = place - 1 - set->order[low].before;
    for (size_t i = 0; i < BLOCK_WORDS; i++) {
        uint64_t here = (uint64_t)__builtin_popcountll(block->bits[i]);

        if (left < here)
            return bit_at(block->bits[i], ((block->number_and_one - 1) << BLOCK_BITS) + i * 64,
                          left);
        left -= here;
    }
    abort(); /* the set has fewer */
}
