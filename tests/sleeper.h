/*
 * Waits until another thread waits, instead of sleeping for as long as it might need to get there.
 *
 *     static void *take(void *arg)          // in the thread
 *     {
 *         sleeper_begin(&arg->id);
 *
 *     sleeper_wait(&taker.id);              // in the test: from here on, the thread is waiting
 */
#pragma once

#include <stdatomic.h>

/* Called by the thread itself, before the call in which it will wait. `id` was 0. */
void sleeper_begin(atomic_int *id);

/* Returns when the thread has begun and sleeps, or has ended. */
void sleeper_wait(const atomic_int *id);
