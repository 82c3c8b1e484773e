/*
 * A counted budget over memory that is kept. Each buffer is a mapping of its own, which grows to
 * the largest document that passed through it. Memory beyond what is lent is spare: it goes back to
 * the system when others need the budget, even from under a small document in a large buffer.
 *
 * mapped <= budget, and lent <= budget: so whoever may be lent something finds memory for it.
 */
#include "engine/buffers.h"

#include "base/mem.h"
#include "base/time.h"

#include <pthread.h>
#include <unistd.h>

enum { LOOK_US = 200 * TIME_MS };

struct buffer {
    struct buffer *next; /* the one that was given back before */
    char *bytes;
    size_t mapped, lent; /* in whole pages; lent 0: idle */
};

struct buffers {
    pthread_mutex_t lock;
    pthread_cond_t returned;
    size_t budget, lent, mapped, page;
    struct buffer *first;
};

struct buffers *buffers_new(size_t budget_bytes)
{
    struct buffers *buffers = mem_new(struct buffers);
    pthread_condattr_t monotonic;

    buffers->budget = budget_bytes;
    buffers->page = (size_t)sysconf(_SC_PAGESIZE);
    (void)pthread_mutex_init(&buffers->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&buffers->returned, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    return buffers;
}

/* Makes a buffer larger or smaller. Its address changes only if it grows. */
static void buffer_resize(struct buffers *buffers, struct buffer *buffer, size_t size)
{
    buffer->bytes = mem_pages(buffer->bytes, buffer->mapped, size);
    buffers->mapped = buffers->mapped - buffer->mapped + size;
    buffer->mapped = size;
}

void buffers_free(struct buffers *buffers)
{
    struct buffer *buffer;

    if (!buffers)
        return;
    while ((buffer = buffers->first)) {
        buffers->first = buffer->next;
        buffer_resize(buffers, buffer, 0);
        free(buffer);
    }
    (void)pthread_cond_destroy(&buffers->returned);
    (void)pthread_mutex_destroy(&buffers->lock);
    free(buffers);
}

/* Whether an idle buffer serves better: large enough and no larger than needed, else larger. */
static bool serves_better(const struct buffer *one, const struct buffer *other, size_t size)
{
    if (one->mapped < size || other->mapped < size)
        return one->mapped > other->mapped;
    return one->mapped < other->mapped;
}

/* The idle buffer that serves best: of equals the last one used, which the caches still hold. */
static struct buffer *buffer_choose(struct buffers *buffers, size_t size)
{
    struct buffer *best = NULL;

    for (struct buffer *buffer = buffers->first; buffer; buffer = buffer->next)
        if (!buffer->lent && (!best || serves_better(buffer, best, size)))
            best = buffer;
    if (best)
        return best;
    best = mem_new(struct buffer);
    best->next = buffers->first;
    buffers->first = best;
    return best;
}

/* Gives back spare memory until so much more may be mapped. */
static void spare_give_back(struct buffers *buffers, size_t more)
{
    for (struct buffer *buffer = buffers->first; buffer; buffer = buffer->next) {
        if (buffers->mapped + more <= buffers->budget)
            return;
        if (buffer->mapped > buffer->lent)
            buffer_resize(buffers, buffer, buffer->lent);
    }
}

static char *buffer_lend(struct buffers *buffers, size_t size)
{
    struct buffer *buffer = buffer_choose(buffers, size);

    buffers->lent += size;
    buffer->lent = size;
    if (buffer->mapped < size) {
        spare_give_back(buffers, size - buffer->mapped);
        buffer_resize(buffers, buffer, size);
    }
    return buffer->bytes;
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
    size_t size = (size_bytes + buffers->page - 1) / buffers->page * buffers->page;
    bool stopped;

    (void)pthread_mutex_lock(&buffers->lock);
    while (!(stopped = cancel_is_set(cancel)) && buffers->lent + size > buffers->budget)
        wait_a_little(buffers);
    if (!stopped)
        *bytes_r = buffer_lend(buffers, size);
    (void)pthread_mutex_unlock(&buffers->lock);
    return !stopped || err_set(err, ERR_CANCELED, 0, "asked to stop");
}

/* The buffer with these bytes, taken out of the list. */
static struct buffer *buffer_unlink(struct buffers *buffers, const char *bytes)
{
    struct buffer **link = &buffers->first, *buffer;

    while ((*link)->bytes != bytes)
        link = &(*link)->next;
    buffer = *link;
    *link = buffer->next;
    return buffer;
}

void buffers_return(struct buffers *buffers, char *bytes)
{
    struct buffer *buffer;

    (void)pthread_mutex_lock(&buffers->lock);
    buffer = buffer_unlink(buffers, bytes);
    buffers->lent -= buffer->lent;
    buffer->lent = 0;
    buffer->next = buffers->first;
    buffers->first = buffer;
    (void)pthread_cond_broadcast(&buffers->returned);
    (void)pthread_mutex_unlock(&buffers->lock);
}
