/* Exchanging answers: the first waits for the second. */
#include "sim/server/swap.h"

#include "base/mem.h"
#include "base/time.h"

#include <pthread.h>

struct swaps {
    pthread_mutex_t lock;
    pthread_cond_t met;
    struct answer *waiting;
};

struct swaps *swaps_new(void)
{
    struct swaps *swaps = mem_new(struct swaps);

    (void)pthread_mutex_init(&swaps->lock, NULL);
    (void)pthread_cond_init(&swaps->met, NULL);
    return swaps;
}

void swaps_free(struct swaps *swaps)
{
    if (!swaps)
        return;
    (void)pthread_cond_destroy(&swaps->met);
    (void)pthread_mutex_destroy(&swaps->lock);
    free(swaps);
}

static void answers_exchange(struct answer *a, struct answer *b)
{
    struct answer other = *a;

    *a = *b;
    *b = other;
}

static void wait_for_other(struct swaps *swaps, struct answer *answer, int64_t wait_us)
{
    int64_t until = time_now_us() + wait_us;
    struct timespec at = { until / TIME_SECOND, until % TIME_SECOND * 1000 };
    int waited = 0;

    swaps->waiting = answer;
    while (swaps->waiting == answer && waited == 0)
        waited = pthread_cond_timedwait(&swaps->met, &swaps->lock, &at);
    if (swaps->waiting == answer)
        swaps->waiting = NULL;
}

void swaps_meet(struct swaps *swaps, struct answer *answer, int64_t wait_us)
{
    (void)pthread_mutex_lock(&swaps->lock);
    if (swaps->waiting) {
        answers_exchange(swaps->waiting, answer);
        swaps->waiting = NULL;
        (void)pthread_cond_broadcast(&swaps->met);
    } else {
        wait_for_other(swaps, answer, wait_us);
    }
    (void)pthread_mutex_unlock(&swaps->lock);
}
