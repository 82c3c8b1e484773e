/*
 * Timers: things to be done later, one after the other, by one thread of their own. They are the
 * timed lines of a scenario, requests that arrive again, and people at work.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"

struct timers;

/* Starts the thread of the timers. */
struct timers *timers_new(void);

/*
 * Calls `run` after a while.
 *   run       returns after how many microseconds it wants to run again; 0: never
 *   release   frees `arg` in the end, also if `run` was never called; may be NULL
 */
void timers_add(struct timers *timers, int64_t wait_us, int64_t (*run)(void *arg),
                void (*release)(void *arg), void *arg);

/* Ends the thread: nothing runs any more, and what is added later is only freed. One thread calls
 * this; it may do so twice. */
void timers_stop(struct timers *timers);

/* Frees everything, after timers_stop(). NULL is allowed. */
void timers_free(struct timers *timers);
