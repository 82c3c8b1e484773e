/*
 * Memory as a budget: nobody takes more than there is, each waiting thread gets some, and what was
 * given back serves again, or goes back to the system when others need it.
 */
#include "engine/buffers.h"

#include "base/time.h"
#include "sleeper.h"
#include "tap.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { PAGE = 4096, BUDGET = 64 * PAGE, WORKERS = 6, ROUNDS = 300 };

struct taker {
    struct buffers *buffers;
    struct cancel *cancel;
    atomic_size_t *used, *most;
    size_t number, good;
    pthread_t thread;
    atomic_int id;
};

static void *take_and_return(void *arg)
{
    struct taker *taker = arg;

    for (size_t i = 0; i < ROUNDS; i++) {
        size_t size = (1 + (taker->number * 131 + i * 37) % (BUDGET / PAGE)) * PAGE;
        char *bytes = NULL;
        struct err err = { 0 };

        if (!buffers_take(taker->buffers, size, taker->cancel, &bytes, &err))
            return NULL;
        if (atomic_fetch_add(taker->used, size) + size > BUDGET)
            atomic_fetch_add(taker->most, 1);
        memset(bytes, (int)taker->number, size);
        atomic_fetch_sub(taker->used, size);
        buffers_return(taker->buffers, bytes);
        taker->good++;
    }
    return NULL;
}

TEST(nobody_takes_more_than_there_is)
{
    struct cancel *cancel = cancel_new();
    struct buffers *buffers = buffers_new(BUDGET);
    atomic_size_t used = 0, beyond = 0;
    struct taker takers[WORKERS];

    for (size_t i = 0; i < WORKERS; i++) {
        takers[i] = (struct taker){ buffers, cancel, &used, &beyond, i, 0, 0, 0 };
        CHECK_AT(i, pthread_create(&takers[i].thread, NULL, take_and_return, &takers[i]) == 0);
    }
    for (size_t i = 0; i < WORKERS; i++)
        CHECK_AT(i, pthread_join(takers[i].thread, NULL) == 0 && takers[i].good == ROUNDS);
    CHECK(atomic_load(&beyond) == 0 && atomic_load(&used) == 0);
    buffers_free(buffers);
    buffers_free(NULL);
    cancel_free(cancel);
}

static void *wait_for_all(void *arg)
{
    struct taker *taker = arg;
    char *bytes = NULL;
    struct err err = { 0 };

    sleeper_begin(&taker->id);
    if (buffers_take(taker->buffers, BUDGET, taker->cancel, &bytes, &err)) {
        taker->good = 1;
        buffers_return(taker->buffers, bytes);
    } else if (err.kind == ERR_CANCELED) {
        taker->good = 2;
    }
    return NULL;
}

/* This would never end if the waiting thread were not woken. */
TEST(whoever_waits_gets_some_or_is_told_to_stop)
{
    for (size_t stop = 0; stop < 2; stop++) {
        struct cancel *cancel = cancel_new();
        struct buffers *buffers = buffers_new(BUDGET);
        struct taker taker = { .buffers = buffers, .cancel = cancel };
        char *bytes = NULL;
        struct err err = { 0 };

        CHECK_AT(stop, buffers_take(buffers, 1, cancel, &bytes, &err));
        CHECK_AT(stop, pthread_create(&taker.thread, NULL, wait_for_all, &taker) == 0);
        sleeper_wait(&taker.id);
        if (stop)
            cancel_set(cancel);
        else
            buffers_return(buffers, bytes);
        CHECK_AT(stop, pthread_join(taker.thread, NULL) == 0 && taker.good == 1 + stop);
        if (stop) {
            CHECK_AT(stop, !buffers_take(buffers, 1, cancel, &(char *){ NULL }, &err));
            buffers_return(buffers, bytes);
        }
        buffers_free(buffers);
        cancel_free(cancel);
    }
}

/* --- memory that is kept -------------------------------------------------------------------- */

/* Takes memory, and writes to its first and last byte. */
static char *taken(struct buffers *buffers, size_t size, const struct cancel *cancel)
{
    char *bytes = NULL;
    struct err err = { 0 };

    if (!buffers_take(buffers, size, cancel, &bytes, &err))
        abort();
    bytes[0] = bytes[size - 1] = 'x';
    return bytes;
}

TEST(memory_serves_again)
{
    struct cancel *cancel = cancel_new();
    struct buffers *buffers = buffers_new(BUDGET);
    char *large = taken(buffers, 40 * PAGE, cancel), *small = taken(buffers, PAGE, cancel);
    char *first, *second;

    memset(large, 'l', 40 * PAGE);
    memset(small, 's', PAGE);
    buffers_return(buffers, small);
    buffers_return(buffers, large);
    first = taken(buffers, 100, cancel);
    second = taken(buffers, 30 * PAGE, cancel);
    CHECK(first == small && first[1] == 's');
    CHECK(second == large && second[1] == 'l');
    buffers_return(buffers, first);
    buffers_return(buffers, second);
    buffers_free(buffers);
    cancel_free(cancel);
}

/* What the process has mapped, all in all. */
static size_t mapped_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    size_t pages = 0;

    if (!file || fscanf(file, "%zu", &pages) != 1)
        abort();
    (void)fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Takes the whole budget in equal buffers, and gives them back. */
static size_t mapped_with(struct buffers *buffers, size_t budget, size_t size,
                          const struct cancel *cancel)
{
    char *all[64];
    size_t count = budget / size, mapped;

    for (size_t i = 0; i < count; i++)
        all[i] = taken(buffers, size, cancel);
    mapped = mapped_bytes();
    for (size_t i = 0; i < count; i++)
        buffers_return(buffers, all[i]);
    return mapped;
}

TEST(what_is_kept_stays_within_the_budget)
{
    enum { LARGE_BUDGET = 64 * 1024 * 1024, ROOM = 12 * 1024 * 1024 };
    static const size_t sizes[] = { LARGE_BUDGET, LARGE_BUDGET / 64, LARGE_BUDGET / 4,
                                    LARGE_BUDGET / 32, LARGE_BUDGET / 2 };
    struct cancel *cancel = cancel_new();
    struct buffers *buffers = buffers_new(LARGE_BUDGET);
    size_t before = mapped_bytes();

    for (size_t i = 0; i < lengthof(sizes); i++)
        CHECK_AT(i, mapped_with(buffers, LARGE_BUDGET, sizes[i], cancel)
                        <= before + LARGE_BUDGET + ROOM);
    buffers_free(buffers);
    cancel_free(cancel);
}

/* A small document in a large buffer holds no more of the budget than it needs. */
TEST(spare_memory_is_given_back_from_under_a_small_document)
{
    struct cancel *cancel = cancel_new();
    struct buffers *buffers = buffers_new(BUDGET);
    char *small, *large;

    buffers_return(buffers, taken(buffers, BUDGET, cancel));
    small = taken(buffers, PAGE, cancel);
    small[10] = 'k';
    large = taken(buffers, BUDGET - PAGE, cancel);
    memset(large, 'l', BUDGET - PAGE);
    CHECK(small[10] == 'k' && small[PAGE - 1] == 'x');
    CHECK(large + BUDGET - PAGE <= small || small + PAGE <= large);
    buffers_return(buffers, large);
    buffers_return(buffers, small);
    buffers_free(buffers);
    cancel_free(cancel);
}
