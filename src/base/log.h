/*
 * The log: one line per event on standard error, as text or as JSON. A line holds sentences of
 * ours, ids, sizes, durations and codes; never names of people or files, never a secret, never a
 * URL with its query. Safe from any thread.
 */
#pragma once

#include "base/base.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/*
 * Call before threads start. Without it: text, LOG_INFO. Where standard error is systemd's journal, a line of text
 * begins with its level as the journal reads it, and has no time.
 */
void log_setup(enum log_level least, bool as_json);

bool log_is_on(enum log_level level);

/* Names the worker and item on each later line of this thread. Both borrowed; NULL for none. */
void log_context(const char *worker, const char *item);

void log_debug(const char *format, ...) printf_like(1, 2);
void log_info(const char *format, ...) printf_like(1, 2);
void log_warn(const char *format, ...) printf_like(1, 2);
void log_error(const char *format, ...) printf_like(1, 2);

/*
 * A step of the thread's item, at LOG_DEBUG: as text a sentence; as JSON also in members of its own,
 * "step", "bytes" and "ms" (docs/json.md).
 *   step      one word of ours: "fetched"
 *   took_us   since the step before
 */
void log_step(const char *step, uint64_t bytes, int64_t took_us);
