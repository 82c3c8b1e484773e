/*
 * The clock of an object that waits. A test gives it a clock whose hands it moves itself, so that
 * no wait takes time; everywhere else it is the real one.
 */
#pragma once

#include "base/base.h"

#include <pthread.h>

/* Functions of a clock are safe from any thread. */
struct clock {
    int64_t (*mono_us)(void *arg); /* as time_mono_us() */
    int64_t (*now_us)(void *arg);  /* as time_now_us()  */

    /*
     * Waits for a condition, no longer than `us`; may return early, as pthread_cond_wait() may.
     *   lock   held by the caller; released while it waits
     *   us     on the clock of mono_us
     */
    void (*wait)(void *arg, pthread_cond_t *condition, pthread_mutex_t *lock, int64_t us);
    void *arg;
};

extern const struct clock clock_real;

static inline int64_t clock_mono_us(const struct clock *clock)
{
    return clock->mono_us(clock->arg);
}

static inline int64_t clock_now_us(const struct clock *clock)
{
    return clock->now_us(clock->arg);
}

static inline void clock_wait(const struct clock *clock, pthread_cond_t *condition,
                              pthread_mutex_t *lock, int64_t us)
{
    clock->wait(clock->arg, condition, lock, us);
}
