/*
 * Things to be done later, by one thread of their own and one after the other: what a scenario set
 * for a time, requests delivered again, people at work.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"

struct timers;

struct timers *timers_new(void);

/*
 * Does something after a while.
 *   run       returns in how many microseconds it wants to run again; 0: never
 *   release   frees `arg` when it is over, also if it was never run; may be NULL
 */
void timers_add(struct timers *timers, int64_t wait_us, int64_t (*run)(void *arg),
                void (*release)(void *arg), void *arg);

/* Ends the thread: nothing runs any more, what is added only waits to be freed. By one thread;
 * twice is fine. */
void timers_stop(struct timers *timers);

/* After timers_stop(). NULL is allowed. */
void timers_free(struct timers *timers);
