/* How long an export waits for a store or a database that is away. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/meter.h"

/* How long one of them may be away before a person should look. */
#define PATIENCE_MOST_US (15 * 60 * INT64_C(1000000))

/* One side's silence. Begins as 0. */
struct patience {
    int64_t since_us; /* monotonic, of the first failure since a good answer; 0: it answers */
    unsigned tries;
};

/* Whether an error says that the other side is away, and that trying again may help. */
bool patience_is_due(const struct err *err);

/*
 * Chooses the next wait: a second, then twice as long each time, at most a minute.
 *   now_us   monotonic, and not 0
 * False if it has been away for too long.
 */
bool patience_next(struct patience *patience, int64_t now_us, int64_t *wait_us_r);

/*
 * Says that `who` is away, once, and waits.
 *   meter   shows it meanwhile; may be NULL
 *   err   why; fails with it if `who` has been away for too long, or with ERR_CANCELED
 */
must_check bool patience_wait(struct patience *patience, const char *who, struct meter *meter,
                              const struct cancel *cancel, struct err *err);

/* `who` answered: says so if it was away. */
void patience_answered(struct patience *patience, const char *who);
