/* Memory as a budget: nobody takes more than there is, and each waiting thread gets some. */
#include "engine/buffers.h"

#include "base/time.h"
#include "sleeper.h"
#include "tap.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { BUDGET = 1000, WORKERS = 6, ROUNDS = 300 };

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
        size_t size = 1 + (taker->number * 131 + i * 37) % BUDGET;
        char *bytes = NULL;
        struct err err = { 0 };

        if (!buffers_take(taker->buffers, size, taker->cancel, &bytes, &err))
            return NULL;
        if (atomic_fetch_add(taker->used, size) + size > BUDGET)
            atomic_fetch_add(taker->most, 1);
        memset(bytes, (int)taker->number, size);
        atomic_fetch_sub(taker->used, size);
        buffers_return(taker->buffers, bytes, size);
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
        buffers_return(taker->buffers, bytes, BUDGET);
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
            buffers_return(buffers, bytes, 1);
        CHECK_AT(stop, pthread_join(taker.thread, NULL) == 0 && taker.good == 1 + stop);
        if (stop) {
            CHECK_AT(stop, !buffers_take(buffers, 1, cancel, &(char *){ NULL }, &err));
            buffers_return(buffers, bytes, 1);
        }
        buffers_free(buffers);
        cancel_free(cancel);
    }
}
