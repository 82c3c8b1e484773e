/* Timers: a list in the order of time, and the thread that waits for its head. */
#include "sim/base/timer.h"

#include "base/mem.h"
#include "base/time.h"

#include <pthread.h>

struct timer {
    struct timer *next;
    int64_t due_us;
    int64_t (*run)(void *arg);
    void (*release)(void *arg);
    void *arg;
};

struct timers {
    pthread_mutex_t lock;
    pthread_cond_t sooner;
    pthread_t thread;
    struct timer *first;
    bool ending;
};

static void timer_free(struct timer *timer)
{
    if (timer->release)
        timer->release(timer->arg);
    free(timer);
}

/* Inserts a timer behind all that are due before it or at the same time. With the lock held. */
static void timer_insert(struct timers *timers, struct timer *timer)
{
    struct timer **place = &timers->first;

    while (*place && (*place)->due_us <= timer->due_us)
        place = &(*place)->next;
    timer->next = *place;
    *place = timer;
    (void)pthread_cond_signal(&timers->sooner);
}

/* Waits for the next timer that is due. NULL when the timers are stopped. With the lock held. */
static struct timer *take_due(struct timers *timers)
{
    while (!timers->ending) {
        struct timer *timer = timers->first;
        int64_t now = time_mono_us();

        if (timer && timer->due_us <= now) {
            timers->first = timer->next;
            return timer;
        }
        if (timer) {
            struct timespec at = { timer->due_us / TIME_SECOND,
                                   timer->due_us % TIME_SECOND * 1000 };

            (void)pthread_cond_timedwait(&timers->sooner, &timers->lock, &at);
        } else {
            (void)pthread_cond_wait(&timers->sooner, &timers->lock);
        }
    }
    return NULL;
}

static void *timers_run(void *arg)
{
    struct timers *timers = arg;
    struct timer *timer;

    (void)pthread_mutex_lock(&timers->lock);
    while ((timer = take_due(timers)) != NULL) {
        int64_t again;

        (void)pthread_mutex_unlock(&timers->lock);
        again = timer->run(timer->arg);
        (void)pthread_mutex_lock(&timers->lock);
        if (again > 0) {
            timer->due_us += again;
            timer_insert(timers, timer);
        } else {
            timer_free(timer);
        }
    }
    (void)pthread_mutex_unlock(&timers->lock);
    return NULL;
}

struct timers *timers_new(void)
{
    struct timers *timers = mem_new(struct timers);
    pthread_condattr_t attributes;

    (void)pthread_mutex_init(&timers->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&timers->sooner, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (pthread_create(&timers->thread, NULL, timers_run, timers) != 0)
        abort();
    return timers;
}

void timers_add(struct timers *timers, int64_t wait_us, int64_t (*run)(void *arg),
                void (*release)(void *arg), void *arg)
{
    struct timer *timer = mem_new(struct timer);

    *timer = (struct timer){ NULL, time_mono_us() + wait_us, run, release, arg };
    (void)pthread_mutex_lock(&timers->lock);
    timer_insert(timers, timer);
    (void)pthread_mutex_unlock(&timers->lock);
}

void timers_stop(struct timers *timers)
{
    bool ended;

    (void)pthread_mutex_lock(&timers->lock);
    ended = timers->ending;
    timers->ending = true;
    (void)pthread_cond_signal(&timers->sooner);
    (void)pthread_mutex_unlock(&timers->lock);
    if (!ended)
        (void)pthread_join(timers->thread, NULL);
}

void timers_free(struct timers *timers)
{
    if (!timers)
        return;
    while (timers->first) {
        struct timer *timer = timers->first;

        timers->first = timer->next;
        timer_free(timer);
    }
    (void)pthread_cond_destroy(&timers->sooner);
    (void)pthread_mutex_destroy(&timers->lock);
    free(timers);
}
