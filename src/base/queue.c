/* A bounded ring with a lock and three conditions. A push signals without holding the lock. */
#include "base/queue.h"

#include "base/mem.h"
#include "base/time.h"

#include <assert.h>
#include <pthread.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t has_item, has_room, has_enough;
    size_t room, first, used;
    size_t enough; /* the count that queue_wait_for() waits for; SIZE_MAX: nobody waits */
    bool closed;
    void *ring[];
};

struct queue *queue_new(size_t room)
{
    struct queue *queue = mem_zero(sizeof *queue + room * sizeof queue->ring[0]);
    pthread_condattr_t monotonic;

    assert(room > 0);
    queue->room = room;
    queue->enough = SIZE_MAX;
    (void)pthread_mutex_init(&queue->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&queue->has_item, &monotonic);
    (void)pthread_cond_init(&queue->has_room, &monotonic);
    (void)pthread_cond_init(&queue->has_enough, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    return queue;
}

void queue_free(struct queue *queue)
{
    if (!queue)
        return;
    (void)pthread_cond_destroy(&queue->has_item);
    (void)pthread_cond_destroy(&queue->has_room);
    (void)pthread_cond_destroy(&queue->has_enough);
    (void)pthread_mutex_destroy(&queue->lock);
    free(queue);
}

bool queue_push(struct queue *queue, void *item)
{
    bool open, enough;

    (void)pthread_mutex_lock(&queue->lock);
    while (!queue->closed && queue->used == queue->room)
        (void)pthread_cond_wait(&queue->has_room, &queue->lock);
    open = !queue->closed;
    if (open)
        queue->ring[(queue->first + queue->used++) % queue->room] = item;
    enough = queue->used >= queue->enough;
    (void)pthread_mutex_unlock(&queue->lock);
    if (open)
        (void)pthread_cond_signal(&queue->has_item);
    if (enough)
        (void)pthread_cond_signal(&queue->has_enough);
    return open;
}

static void *take_first(struct queue *queue)
{
    void *item;

    if (queue->used == 0)
        return NULL;
    item = queue->ring[queue->first];
    queue->first = (queue->first + 1) % queue->room;
    queue->used--;
    (void)pthread_cond_signal(&queue->has_room);
    return item;
}

void *queue_pop(struct queue *queue)
{
    void *item;

    (void)pthread_mutex_lock(&queue->lock);
    while (!queue->closed && queue->used == 0)
        (void)pthread_cond_wait(&queue->has_item, &queue->lock);
    item = take_first(queue);
    (void)pthread_mutex_unlock(&queue->lock);
    return item;
}

static struct timespec deadline_after(int64_t wait_us)
{
    int64_t until_us = time_mono_after_us(wait_us);

    return (struct timespec){ .tv_sec = until_us / TIME_SECOND,
                              .tv_nsec = until_us % TIME_SECOND * 1000 };
}

void *queue_pop_within(struct queue *queue, int64_t wait_us)
{
    struct timespec until = deadline_after(wait_us);
    int late = wait_us <= 0;
    void *item;

    (void)pthread_mutex_lock(&queue->lock);
    while (!late && !queue->closed && queue->used == 0)
        late = pthread_cond_timedwait(&queue->has_item, &queue->lock, &until);
    item = take_first(queue);
    (void)pthread_mutex_unlock(&queue->lock);
    return item;
}

size_t queue_wait_for(struct queue *queue, size_t count, int64_t wait_us)
{
    struct timespec until = deadline_after(wait_us);
    int late = 0;
    size_t used;

    (void)pthread_mutex_lock(&queue->lock);
    queue->enough = count;
    while (!late && !queue->closed && queue->used < count)
        late = pthread_cond_timedwait(&queue->has_enough, &queue->lock, &until);
    queue->enough = SIZE_MAX;
    used = queue->used;
    (void)pthread_mutex_unlock(&queue->lock);
    return used;
}

void queue_close(struct queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    (void)pthread_cond_broadcast(&queue->has_item);
    (void)pthread_cond_broadcast(&queue->has_room);
    (void)pthread_cond_broadcast(&queue->has_enough);
    (void)pthread_mutex_unlock(&queue->lock);
}

bool queue_is_closed(struct queue *queue)
{
    bool closed;

    (void)pthread_mutex_lock(&queue->lock);
    closed = queue->closed;
    (void)pthread_mutex_unlock(&queue->lock);
    return closed;
}

size_t queue_size(struct queue *queue)
{
    size_t used;

    (void)pthread_mutex_lock(&queue->lock);
    used = queue->used;
    (void)pthread_mutex_unlock(&queue->lock);
    return used;
}
