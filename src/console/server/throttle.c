/*
 * A table of fixed size: each key has two places where it may stand. If both are taken, the older
 * window gives way, so that a flood of new keys costs no memory.
 */
#include "console/server/throttle.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/time.h"

#include <pthread.h>

enum { PLACES = 4096 };

struct throttle {
    unsigned most;
    int64_t window_us;
    pthread_mutex_t lock;
    struct throttle_place {
        int64_t key, from_us;
        unsigned count;
    } places[PLACES];
};

struct throttle *throttle_new(unsigned most, int64_t window_us)
{
    struct throttle *throttle = mem_new(struct throttle);

    throttle->most = most;
    throttle->window_us = window_us;
    (void)pthread_mutex_init(&throttle->lock, NULL);
    return throttle;
}

void throttle_free(struct throttle *throttle)
{
    if (!throttle)
        return;
    (void)pthread_mutex_destroy(&throttle->lock);
    free(throttle);
}

static struct throttle_place *place_of(struct throttle *throttle, int64_t key)
{
    struct throttle_place *one = &throttle->places[(uint64_t)key % PLACES];
    struct throttle_place *other = &throttle->places[((uint64_t)key >> 32) % PLACES];

    if (one->key == key || other->key == key)
        return one->key == key ? one : other;
    return one->from_us <= other->from_us ? one : other;
}

unsigned throttle_take(struct throttle *throttle, const char *key, int64_t now_us)
{
    struct sha256 hash = sha256_of(span_of(key));
    int64_t number = sha256_number(&hash);
    struct throttle_place *place;
    unsigned wait = 0;

    (void)pthread_mutex_lock(&throttle->lock);
    place = place_of(throttle, number);
    if (place->key != number || now_us - place->from_us >= throttle->window_us)
        *place = (struct throttle_place){ .key = number, .from_us = now_us };
    if (place->count < throttle->most)
        place->count++;
    else
        wait = 1 + (unsigned)((place->from_us + throttle->window_us - now_us) / TIME_SECOND);
    (void)pthread_mutex_unlock(&throttle->lock);
    return wait;
}

char *throttle_key_of(int64_t account, int64_t token)
{
    return token ? mem_printf("token %jd", (intmax_t)token)
                 : mem_printf("account %jd", (intmax_t)account);
}
