/* A counted budget over the heap. Large buffers come from the system and go back to it. */
#include "engine/buffers.h"

#include "base/mem.h"
#include "base/time.h"

#include <pthread.h>

enum { LOOK_US = 200 * TIME_MS };

struct buffers {
    pthread_mutex_t lock;
    pthread_cond_t returned;
    size_t left;
};

struct buffers *buffers_new(size_t budget_bytes)
{
    struct buffers *buffers = mem_new(struct buffers);
    pthread_condattr_t monotonic;

    buffers->left = budget_bytes;
    (void)pthread_mutex_init(&buffers->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&buffers->returned, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    return buffers;
}

void buffers_free(struct buffers *buffers)
{
    if (!buffers)
        return;
    (void)pthread_cond_destroy(&buffers->returned);
    (void)pthread_mutex_destroy(&buffers->lock);
    free(buffers);
}

/* Not for long: a request to stop does not wake the condition. */
static void wait_a_little(struct buffers *buffers)
{
    int64_t until_us = time_mono_us() + LOOK_US;
    struct timespec until = { .tv_sec = until_us / TIME_SECOND,
                              .tv_nsec = until_us % TIME_SECOND * 1000 };

    (void)pthread_cond_timedwait(&buffers->returned, &buffers->lock, &until);
}

bool buffers_take(struct buffers *buffers, size_t size_bytes, const struct cancel *cancel,
                  char **bytes_r, struct err *err)
{
    bool stopped;

    (void)pthread_mutex_lock(&buffers->lock);
    while (!(stopped = cancel_is_set(cancel)) && buffers->left < size_bytes)
        wait_a_little(buffers);
    if (!stopped)
        buffers->left -= size_bytes;
    (void)pthread_mutex_unlock(&buffers->lock);
    if (stopped)
        return err_set(err, ERR_CANCELED, 0, "asked to stop");
    *bytes_r = mem_grow(NULL, size_bytes);
    return true;
}

void buffers_return(struct buffers *buffers, char *bytes, size_t size_bytes)
{
    free(bytes);
    (void)pthread_mutex_lock(&buffers->lock);
    buffers->left += size_bytes;
    (void)pthread_cond_broadcast(&buffers->returned);
    (void)pthread_mutex_unlock(&buffers->lock);
}
