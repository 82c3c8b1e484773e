/* The real clock: the kernel's. */
#include "base/clock.h"

#include "base/time.h"

static int64_t real_mono_us(void *arg)
{
    (void)arg;
    return time_mono_us();
}

static int64_t real_now_us(void *arg)
{
    (void)arg;
    return time_now_us();
}

static void real_wait(void *arg, pthread_cond_t *condition, pthread_mutex_t *lock, int64_t us)
{
    int64_t until_us = time_mono_after_us(us);
    struct timespec until = { until_us / TIME_SECOND, until_us % TIME_SECOND * 1000 };

    (void)arg;
    (void)pthread_cond_clockwait(condition, lock, CLOCK_MONOTONIC, &until);
}

const struct clock clock_real = { real_mono_us, real_now_us, real_wait, NULL };
