/* Pointers handed from thread to thread. */
#include "base/queue.h"

#include "base/time.h"
#include "tap.h"

#include <pthread.h>

static const int64_t an_hour_us = INT64_C(3600) * TIME_SECOND;

TEST(what_goes_in_first_comes_out_first)
{
    int items[5];
    struct queue *queue = queue_new(3);

    /* twice around the ring */
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < 3; i++)
            CHECK_AT(i, queue_push(queue, &items[round + i]) && queue_size(queue) == i + 1);
        for (size_t i = 0; i < 3; i++)
            CHECK_AT(i, queue_pop(queue) == &items[round + i]);
        CHECK_AT(round, queue_size(queue) == 0);
    }
    queue_free(queue);
    queue_free(NULL);
}

TEST(a_closed_queue_gives_what_is_inside_and_takes_nothing)
{
    int item;
    struct queue *queue = queue_new(2);

    CHECK(queue_push(queue, &item) && !queue_is_closed(queue));
    queue_close(queue);
    queue_close(queue);
    CHECK(queue_is_closed(queue) && !queue_push(queue, &item) && queue_size(queue) == 1);
    CHECK(queue_pop(queue) == &item);
    CHECK(!queue_pop(queue) && !queue_pop_within(queue, an_hour_us));
    queue_free(queue);
}

TEST(waiting_for_an_item_has_an_end)
{
    static const int64_t waits_us[] = { 0, -1, INT64_MIN, 2000 };
    int item;
    struct queue *queue = queue_new(1);

    for (size_t i = 0; i < lengthof(waits_us); i++) {
        int64_t before_us = time_mono_us();

        CHECK_AT(i, !queue_pop_within(queue, waits_us[i]));
        CHECK_AT(i, time_mono_us() - before_us >= waits_us[i]);
        CHECK_AT(i, queue_push(queue, &item) && queue_pop_within(queue, waits_us[i]) == &item);
    }
    queue_free(queue);
}

/* A thread that waits for several items is woken by the last one, by the end, or by the time. */
TEST(waiting_for_several_takes_none)
{
    int items[3];
    struct queue *queue = queue_new(3);

    CHECK(queue_wait_for(queue, 0, an_hour_us) == 0);
    CHECK(queue_wait_for(queue, 1, 2000) == 0);
    for (size_t i = 0; i < lengthof(items); i++) {
        CHECK_AT(i, queue_push(queue, &items[i]));
        CHECK_AT(i, queue_wait_for(queue, i + 1, an_hour_us) == i + 1);
        CHECK_AT(i, queue_wait_for(queue, i + 2, 2000) == i + 1);
    }
    CHECK(queue_pop(queue) == &items[0]);
    queue_close(queue);
    CHECK(queue_wait_for(queue, 3, an_hour_us) == 2);
    queue_free(queue);
}

struct crew {
    struct queue *queue;
    uint64_t from, count, sum;
    int64_t wait_us; /* of one pop; 0: without a limit */
    bool refused;
};

static void *push_numbers(void *arg)
{
    struct crew *crew = arg;

    for (uint64_t i = 0; i < crew->count && !crew->refused; i++)
        crew->refused = !queue_push(crew->queue, (void *)(uintptr_t)(crew->from + i));
    return NULL;
}

static void *pop_numbers(void *arg)
{
    struct crew *crew = arg;
    void *item;

    while ((item = crew->wait_us ? queue_pop_within(crew->queue, crew->wait_us)
                                 : queue_pop(crew->queue))) {
        crew->sum += (uintptr_t)item;
        crew->count++;
    }
    return NULL;
}

/* Every number from 1 to COUNT passes exactly once, whatever the room in the queue. */
TEST(many_threads_lose_and_double_nothing)
{
    enum { CREW = 4, EACH = 2000, COUNT = CREW * EACH };
    static const size_t rooms[] = { 1, 3, COUNT };

    for (size_t i = 0; i < lengthof(rooms); i++) {
        struct queue *queue = queue_new(rooms[i]);
        struct crew pushers[CREW], poppers[CREW];
        pthread_t pushing[CREW], popping[CREW];
        uint64_t count = 0, sum = 0;

        for (size_t k = 0; k < CREW; k++) {
            pushers[k] = (struct crew){ .queue = queue, .from = 1 + k * EACH, .count = EACH };
            poppers[k] = (struct crew){ .queue = queue, .wait_us = k % 2 ? an_hour_us : 0 };
            CHECK_AT(i, pthread_create(&pushing[k], NULL, push_numbers, &pushers[k]) == 0);
            CHECK_AT(i, pthread_create(&popping[k], NULL, pop_numbers, &poppers[k]) == 0);
        }
        for (size_t k = 0; k < CREW; k++)
            CHECK_AT(i, pthread_join(pushing[k], NULL) == 0 && !pushers[k].refused);
        queue_close(queue);
        for (size_t k = 0; k < CREW; k++) {
            CHECK_AT(i, pthread_join(popping[k], NULL) == 0);
            count += poppers[k].count;
            sum += poppers[k].sum;
        }
        CHECK_AT(i, count == COUNT && sum == (uint64_t)COUNT * (COUNT + 1) / 2);
        queue_free(queue);
    }
}

static void *wait_for_all(void *arg)
{
    struct crew *crew = arg;

    crew->sum = queue_wait_for(crew->queue, crew->count, an_hour_us);
    return NULL;
}

/* This would never end if the last push woke nobody. */
TEST(the_last_of_several_wakes)
{
    enum { COUNT = 100 };
    struct queue *queue = queue_new(COUNT);
    struct crew waiter = { .queue = queue, .count = COUNT };
    struct crew pusher = { .queue = queue, .from = 1, .count = COUNT };
    pthread_t thread;

    CHECK(pthread_create(&thread, NULL, wait_for_all, &waiter) == 0);
    (void)push_numbers(&pusher);
    CHECK(pthread_join(thread, NULL) == 0 && waiter.sum == COUNT);
    queue_free(queue);
}

/* This would never end if closing did not wake the waiting threads. */
TEST(closing_wakes_all_who_wait)
{
    struct queue *full = queue_new(1), *empty = queue_new(1);
    struct crew crew[] = {
        { .queue = full, .from = 1, .count = 1 },
        { .queue = full, .from = 1, .count = 1 },
        { .queue = empty },
        { .queue = empty, .wait_us = an_hour_us },
        { .queue = empty, .wait_us = INT64_MAX },
    };
    pthread_t threads[lengthof(crew)];

    CHECK(queue_push(full, crew));
    for (size_t i = 0; i < lengthof(crew); i++)
        CHECK_AT(i, pthread_create(&threads[i], NULL, i < 2 ? push_numbers : pop_numbers, &crew[i])
                        == 0);
    queue_close(full);
    queue_close(empty);
    for (size_t i = 0; i < lengthof(crew); i++) {
        CHECK_AT(i, pthread_join(threads[i], NULL) == 0);
        CHECK_AT(i, crew[i].refused == (i < 2) && (i < 2 || crew[i].count == 0));
    }
    CHECK(queue_pop(full) == crew && !queue_pop(full));
    queue_free(full);
    queue_free(empty);
}

/* However long a thread is ready to wait, an item ends the wait. */
TEST(an_item_ends_the_longest_wait)
{
    struct queue *queue = queue_new(1);
    struct crew pusher = { .queue = queue, .from = 7, .count = 1 };
    pthread_t thread;

    CHECK(pthread_create(&thread, NULL, push_numbers, &pusher) == 0);
    CHECK((uintptr_t)queue_pop_within(queue, INT64_MAX) == 7);
    CHECK(pthread_join(thread, NULL) == 0);
    queue_free(queue);
}
