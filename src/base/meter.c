/* A view under a lock. */
#include "base/meter.h"

#include "base/mem.h"
#include "base/time.h"

#include <pthread.h>

struct meter {
    pthread_mutex_t lock;
    struct meter_view view;
};

struct meter *meter_new(void)
{
    struct meter *meter = mem_new(struct meter);

    (void)pthread_mutex_init(&meter->lock, NULL);
    return meter;
}

void meter_free(struct meter *meter)
{
    if (!meter)
        return;
    (void)pthread_mutex_destroy(&meter->lock);
    free(meter);
}

static void view_set(struct meter *meter, struct meter_view view)
{
    (void)pthread_mutex_lock(&meter->lock);
    meter->view = view;
    (void)pthread_mutex_unlock(&meter->lock);
}

void meter_begin(struct meter *meter, const char *doing, const char *unit, int64_t total)
{
    int64_t now_us = time_mono_us();

    if (meter)
        view_set(meter, (struct meter_view){ .doing = doing,
                                             .unit = unit,
                                             .total = total,
                                             .begun_us = now_us,
                                             .moved_us = now_us });
}

void meter_add(struct meter *meter, int64_t count, uint64_t bytes)
{
    int64_t now_us = time_mono_us();

    if (!meter)
        return;
    (void)pthread_mutex_lock(&meter->lock);
    meter->view.done += count;
    meter->view.bytes += bytes;
    meter->view.moved_us = now_us;
    meter->view.away = NULL;
    (void)pthread_mutex_unlock(&meter->lock);
}

void meter_away(struct meter *meter, const char *who, int64_t since_us, int64_t until_us)
{
    if (!meter)
        return;
    (void)pthread_mutex_lock(&meter->lock);
    meter->view.away = who;
    meter->view.away_since_us = since_us;
    meter->view.away_until_us = until_us;
    (void)pthread_mutex_unlock(&meter->lock);
}

void meter_end(struct meter *meter)
{
    if (meter)
        view_set(meter, (struct meter_view){ 0 });
}

struct meter_view meter_look(struct meter *meter)
{
    struct meter_view view;

    (void)pthread_mutex_lock(&meter->lock);
    view = meter->view;
    (void)pthread_mutex_unlock(&meter->lock);
    return view;
}
