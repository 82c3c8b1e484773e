/*
 * How far a long piece of work has come. The one who works says what is done and counts it; another
 * thread looks. Work that nobody watches has no meter: all but meter_look() allow NULL. Safe from any
 * thread.
 */
#pragma once

#include "base/base.h"

struct meter;

/* Nobody knows how much there is. */
#define METER_UNKNOWN INT64_C(-1)

struct meter_view {
    const char *doing; /* "reading the source"; NULL: nothing is measured            */
    const char *unit;  /* "records", in the plural; NULL: nothing is counted         */
    int64_t done;      /* of them                                                    */
    int64_t total;     /* METER_UNKNOWN: nobody knows                                */
    uint64_t bytes;    /* that came with them; 0: not counted                        */
    int64_t begun_us;  /* monotonic: when this piece of work began                   */
    const char *away;  /* who does not answer: "the store"; NULL: all do                */
    int64_t away_since_us, away_until_us; /* monotonic: until when that is borne */
    int64_t moved_us; /* monotonic: when something was counted last, or it began    */
};

struct meter *meter_new(void);
void meter_free(struct meter *meter);

/*
 * Begins a piece of work, and ends the one before.
 *   doing, unit   literals; see struct meter_view
 *   total         how many there are, or METER_UNKNOWN
 */
void meter_begin(struct meter *meter, const char *doing, const char *unit, int64_t total);

/* More is done; `bytes` may be 0. */
void meter_add(struct meter *meter, int64_t count, uint64_t bytes);

/*
 * Somebody does not answer, and is waited for; over when more is counted.
 *   who        a literal
 *   since_us   monotonic
 *   until_us   until when the work waits
 */
void meter_away(struct meter *meter, const char *who, int64_t since_us, int64_t until_us);

/* The work is over, or goes on unmeasured. */
void meter_end(struct meter *meter);

struct meter_view meter_look(struct meter *meter);
