/*
 * The one way to ask all threads to stop. Every wait listens to it; code that sees it set ends or
 * leaves its present step and returns ERR_CANCELED. Safe from any thread and from signal handlers.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"

struct cancel;

struct cancel *cancel_new(void);
void cancel_free(struct cancel *cancel); /* NULL is allowed */

void cancel_set(struct cancel *cancel);
bool cancel_is_set(const struct cancel *cancel);

/* For poll(): becomes readable when the flag is set, and stays so. Borrowed; never read from it. */
int cancel_fd(const struct cancel *cancel);

/* Sleeps; false (ERR_CANCELED) if asked to stop meanwhile. `wait_us` <= 0 only looks. */
must_check bool cancel_sleep(const struct cancel *cancel, int64_t wait_us, struct err *err);
