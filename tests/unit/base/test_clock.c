/* The real clock: it reads as the kernel's, and a wait ends by time or by a signal. */
#include "base/clock.h"

#include "base/time.h"
#include "tap.h"

struct bell {
    pthread_mutex_t lock;
    pthread_cond_t rung;
    bool has_rung;
};

static void *ring(void *arg)
{
    struct bell *bell = arg;

    (void)pthread_mutex_lock(&bell->lock);
    bell->has_rung = true;
    (void)pthread_cond_signal(&bell->rung);
    (void)pthread_mutex_unlock(&bell->lock);
    return NULL;
}

TEST(it_reads_as_the_kernel_does)
{
    int64_t mono_us = time_mono_us(), now_us = time_now_us();

    CHECK(clock_mono_us(&clock_real) >= mono_us && clock_mono_us(&clock_real) <= time_mono_us());
    CHECK(clock_now_us(&clock_real) - now_us < 3600 * TIME_SECOND);
    CHECK(now_us - clock_now_us(&clock_real) < 3600 * TIME_SECOND);
}

TEST(a_wait_ends_by_time)
{
    static const int64_t waits_us[] = { -1, 0, 1, 1 * TIME_MS };
    struct bell bell = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false };

    for (size_t i = 0; i < lengthof(waits_us); i++) {
        int64_t until_us = time_mono_us() + waits_us[i];

        (void)pthread_mutex_lock(&bell.lock);
        do
            clock_wait(&clock_real, &bell.rung, &bell.lock, until_us - time_mono_us());
        while (time_mono_us() < until_us);
        (void)pthread_mutex_unlock(&bell.lock);
        CHECK_AT(i, clock_mono_us(&clock_real) >= until_us);
    }
}

TEST(a_wait_ends_by_a_signal)
{
    struct bell bell = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false };
    pthread_t thread;

    (void)pthread_mutex_lock(&bell.lock);
    CHECK(pthread_create(&thread, NULL, ring, &bell) == 0);
    while (!bell.has_rung)
        clock_wait(&clock_real, &bell.rung, &bell.lock, INT64_MAX);
    (void)pthread_mutex_unlock(&bell.lock);
    CHECK(pthread_join(thread, NULL) == 0);
}
