/* One queue for all, and a short one for each worker. */
#include "engine/ready.h"

#include "base/mem.h"
#include "engine/batches.h"
#include "filemaker/filemaker.h"

struct reserved {
    struct assignment *items[BATCH_MAX];
    size_t count;
};

struct ready {
    struct assignment **items; /* nobody's */
    size_t count, room, total;
    struct reserved *reserved; /* by worker */
    int workers;
};

struct ready *ready_new(int workers)
{
    struct ready *ready = mem_new(struct ready);

    ready->workers = workers;
    ready->reserved = mem_zero((size_t)workers * sizeof *ready->reserved);
    return ready;
}

void ready_free(struct ready *ready)
{
    if (!ready)
        return;
    for (size_t i = 0; i < ready->count; i++)
        assignment_free(ready->items[i]);
    for (int worker = 0; worker < ready->workers; worker++)
        for (size_t i = 0; i < ready->reserved[worker].count; i++)
            assignment_free(ready->reserved[worker].items[i]);
    free(ready->reserved);
    free(ready->items);
    free(ready);
}

void ready_add(struct ready *ready, struct assignment *assignment)
{
    if (ready->count == ready->room) {
        ready->room = ready->room ? ready->room * 2 : BATCH_MAX;
        ready->items = mem_grow(ready->items, ready->room * sizeof *ready->items);
    }
    ready->items[ready->count++] = assignment;
    ready->total++;
}

size_t ready_count(const struct ready *ready)
{
    return ready->total;
}

/* So many that each worker could have as many; in a worker's queue there is always room for them. */
static size_t fair_share(const struct ready *ready, size_t most)
{
    size_t workers = (size_t)ready->workers;
    size_t share = (ready->total + workers - 1) / workers;

    share = share < most ? share : most;
    return share < ready->count ? share : ready->count;
}

static void share_reserve(struct ready *ready, struct reserved *own, size_t share)
{
    memcpy(own->items, ready->items, share * sizeof *own->items);
    own->count = share;
    ready->count -= share;
    memmove(ready->items, ready->items + share, ready->count * sizeof *ready->items);
}

static struct assignment *first_of(struct ready *ready, struct reserved *own)
{
    struct assignment *first = own->items[0];

    own->count--;
    ready->total--;
    memmove(own->items, own->items + 1, own->count * sizeof first);
    return first;
}

/* The last document of whoever has reserved most. */
static struct assignment *last_of_another(struct ready *ready)
{
    struct reserved *longest = &ready->reserved[0];

    for (int worker = 1; worker < ready->workers; worker++)
        if (ready->reserved[worker].count > longest->count)
            longest = &ready->reserved[worker];
    if (longest->count == 0)
        return NULL;
    ready->total--;
    return longest->items[--longest->count];
}

struct assignment *ready_take(struct ready *ready, int worker, size_t most, bool others)
{
    struct reserved *own = &ready->reserved[worker];

    if (own->count == 0 && ready->count > 0)
        share_reserve(ready, own, fair_share(ready, most));
    if (own->count > 0)
        return first_of(ready, own);
    return others ? last_of_another(ready) : NULL;
}

size_t ready_look_ahead(const struct ready *ready, int worker, size_t most,
                        struct ready_ahead *ahead_r)
{
    const struct reserved *own = &ready->reserved[worker];
    size_t count = 0;

    for (size_t i = 0; i < own->count && count < most; i++) {
        const struct ledger_claim *claim = &own->items[i]->claim;

        if (claim->filemaker_id && filemaker_can_find(span_of(claim->filemaker_id)))
            ahead_r[count++] = (struct ready_ahead){ mem_text(claim->filemaker_id), claim->document,
                                                     claim->epoch };
    }
    return count;
}
