/* Counts what comes from one place within a window of time. Safe from any thread. */
#pragma once

#include "base/base.h"

struct throttle;

/* At most `most` in `window_us`, for each key. The caller frees. */
struct throttle *throttle_new(unsigned most, int64_t window_us);
void throttle_free(struct throttle *throttle); /* NULL is allowed */

/* The key of an account, or of a token where that is not 0. The caller frees. */
char *throttle_key_of(int64_t account, int64_t token);

/*
 * Counts one more.
 *   now_us   of a clock that never goes back
 * Returns 0 if it may pass, else the seconds to wait.
 */
unsigned throttle_take(struct throttle *throttle, const char *key, int64_t now_us);
