/*
 * A clock whose hands a test moves. Nobody sleeps at it: a wait moves the hands by as much as it
 * should have taken, and returns. What another thread would do meanwhile is a function.
 */
#pragma once

#include "base/cancel.h"
#include "base/clock.h"

struct hand_clock {
    struct clock clock;           /* what is given to the maker                           */
    int64_t mono_us, now_us;      /* the hands                                            */
    size_t waits;                 /* how often somebody waited                            */
    struct cancel *cancel;        /* set after far too many waits: fails, does not hang   */
    void (*meanwhile)(void *arg); /* called in each wait, the lock given up; NULL: nobody */
    void *arg;
};

/* An hour after the start of a machine, at `now_us`. It must not move in memory from here on. */
void hand_clock_set(struct hand_clock *hand, int64_t now_us, struct cancel *cancel);

void hand_clock_move(struct hand_clock *hand, int64_t us);
