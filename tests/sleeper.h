/*
 * Waits for another thread to wait, instead of for a time in which it should have got there.
 *
 *     static void *take(void *arg)          // in the thread
 *     {
 *         sleeper_begin(&arg->id);
 *
 *     sleeper_wait(&taker.id);              // in the test: now it stands and waits
 */
#pragma once

#include <stdatomic.h>

/* Called by the thread itself, before what it will wait in. `id` was 0. */
void sleeper_begin(atomic_int *id);

/* Returns when the thread has begun and sleeps, or has ended. */
void sleeper_wait(const atomic_int *id);
