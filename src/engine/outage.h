/*
 * Whether source, store and database answer. When one has been silent for a while, that is said once: since
 * when, why, and how long the run waits for it; and again when it answers. Safe from any thread.
 */
#pragma once

#include "base/base.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdatomic.h>

/* How long a run waits for whoever is away, before a person should look. */
#define OUTAGE_MAX_US (15 * 60 * INT64_C(1000000))

/*
 * One side. Its silence is counted from its first failure since a good answer, not from that answer:
 * in quiet hours nobody asks.
 */
struct outage {
    const char *who;               /* "FileMaker Server", "the store" */
    const struct clock *clock;     /* the rest begins as 0            */
    atomic_int_least64_t since_us; /* monotonic; 0: it answers                              */
    atomic_bool is_said;
};

/* It gave a good answer. */
void outage_answered(struct outage *outage);

/*
 * It gave none. Says so, once it has been silent for longer than a moment.
 *   why   its words
 */
void outage_failed(struct outage *outage, const struct err *why);

/* How long an outage that was said has lasted; 0: there is none. */
int64_t outage_lasts_us(const struct outage *outage);

/*
 * Whether it has been silent for longer than a run waits.
 *   err   its last failure; says so in front then
 */
bool outage_is_too_long(const struct outage *outage, struct err *err);
