/* The clock that a test holds in its hand. */
#include "hand_clock.h"

#include "base/time.h"

enum { FAR_TOO_MANY = 100 * 1000 };

static int64_t hand_mono_us(void *arg)
{
    return ((struct hand_clock *)arg)->mono_us;
}

static int64_t hand_now_us(void *arg)
{
    return ((struct hand_clock *)arg)->now_us;
}

static void hand_wait(void *arg, pthread_cond_t *condition, pthread_mutex_t *lock, int64_t us)
{
    struct hand_clock *hand = arg;

    (void)condition;
    hand_clock_move(hand, us);
    if (++hand->waits > FAR_TOO_MANY)
        cancel_set(hand->cancel);
    (void)pthread_mutex_unlock(lock);
    if (hand->meanwhile)
        hand->meanwhile(hand->arg);
    (void)pthread_mutex_lock(lock);
}

void hand_clock_set(struct hand_clock *hand, int64_t now_us, struct cancel *cancel)
{
    *hand = (struct hand_clock){ .clock = { hand_mono_us, hand_now_us, hand_wait, hand },
                                 .mono_us = 3600 * TIME_SECOND,
                                 .now_us = now_us,
                                 .cancel = cancel };
}

void hand_clock_move(struct hand_clock *hand, int64_t us)
{
    hand->mono_us += us;
    hand->now_us += us;
}
