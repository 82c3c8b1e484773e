/*
 * The least pace. A server that sends a byte now and then is never silent, and would hold a worker
 * for ever. Only the time that we wait counts; in each window of it so many bytes must come, or go.
 */
#pragma once

#include "base/base.h"

struct pace {
    int64_t waited_us; /* in this window */
    uint64_t bytes;    /* in this window */
};

/* A window, and the fewest bytes that must move in it. */
struct pace_least {
    int64_t window_us;
    uint64_t bytes;
};

static inline void pace_moved(struct pace *pace, int64_t waited_us, size_t bytes)
{
    pace->waited_us += waited_us;
    pace->bytes += bytes;
}

/* Whether a window ended with too few bytes; after one that ended well the next begins. */
static inline bool pace_is_too_slow(struct pace *pace, struct pace_least least, int64_t waiting_us)
{
    if (pace->waited_us + waiting_us < least.window_us)
        return false;
    if (pace->bytes < least.bytes)
        return true;
    *pace = (struct pace){ .waited_us = -waiting_us };
    return false;
}
