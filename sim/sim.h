/* The simulated server as a whole. People, scenarios, handlers and connections all work on it. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "sim/base/generation.h"
#include "sim/base/journal.h"
#include "sim/base/switches.h"
#include "sim/base/timer.h"
#include "sim/file/solution.h"
#include "sim/identity/identity.h"
#include "sim/request/request.h"
#include "sim/request/session.h"

#include <pthread.h>

struct scenario;
struct swaps;

struct sim_options {
    const char *account;                 /* "name:password" */
    int64_t claris_ahead_s;              /* of the identity provider's clock */
    const char *otto_key;                /* NULL: no OttoFMS stands before the server */
    const struct generation *generation; /* NULL: the usual one */
    int latency_ms;
    int quota_mib; /* 0: none */
    bool http;     /* plain */
};

/* The sessions that OttoFMS keeps. */
struct otto {
    pthread_mutex_t lock;
    char tokens[8][SESSION_TOKEN_SIZE];
};

struct sim {
    struct sim_options options;
    uint64_t seed;
    struct switches switches;
    struct solution *solution;
    struct sessions *sessions;
    struct otto otto;
    struct identity *identity; /* NULL: no FileMaker Cloud */
    struct scenario *scenario;
    struct journal *journal;
    const struct cancel *stop;
    struct timers *timers;
    struct swaps *swaps; /* answers that wait to be exchanged */

    /* counters, each changed by one atomic step */
    uint64_t choices; /* of the people at work */
    uint64_t requests, counts[REQUEST_KINDS], faults, bytes_out;
    int64_t started_us, down_until_us, refuse_until_us;
    uint32_t logins;
};

/* What server answers. */
const struct generation *sim_generation(const struct sim *sim);

/* Adds to a counter; returns what it was before. */
uint64_t sim_count(uint64_t *counter, uint64_t by);
uint64_t sim_counted(const uint64_t *counter);

/* Whether the engine is down now, because a scenario wants it so. */
bool sim_is_down(const struct sim *sim);
void sim_down_for(struct sim *sim, int64_t wait_us);
/* Refuses connections for so long, as a machine that is not there. */
void sim_refuse_for(struct sim *sim, int64_t wait_us);
/* Until when connections are to be refused; 0: not. The answer is given once and then forgotten. */
int64_t sim_refuses_until(struct sim *sim);

/* Changes switches while requests are served. */
void sim_switches_change(struct sim *sim, const struct switches *switches);

/* Waits; false if the simulator stops meanwhile. */
bool sim_pause(const struct sim *sim, int64_t wait_us);
