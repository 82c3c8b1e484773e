/*
 * The documents that were claimed and are to be handed out. A worker reserves several at once, so
 * that it can read their records by one find; what it has not begun, another may take once there is
 * nothing else. No lock: dispatch holds its own.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "engine/assignment.h"

struct ready;

struct ready *ready_new(int workers);
void ready_free(struct ready *ready); /* with what is left in it; NULL is allowed */

void ready_add(struct ready *ready, struct assignment *assignment); /* takes it */
size_t ready_count(const struct ready *ready);

/*
 * Takes the worker's next document: one it has reserved, else the first of as many as are its fair
 * share, which it reserves.
 *   worker   from 0
 *   most     how many it may reserve, 1 .. BATCH_MAX
 *   others   whether it may take what another worker has reserved
 * NULL: there is none for it. The caller's.
 */
struct assignment *ready_take(struct ready *ready, int worker, size_t most, bool others);

/* A document whose record may be read before it is taken. */
struct ready_ahead {
    char *id; /* in FileMaker */
    int64_t document, epoch;
};

/*
 * The documents that the worker takes next, as far as a find can look for their ids.
 *   ahead_r   room for `most`; the caller frees each id
 * Returns how many.
 */
size_t ready_look_ahead(const struct ready *ready, int worker, size_t most,
                        struct ready_ahead *ahead_r);
