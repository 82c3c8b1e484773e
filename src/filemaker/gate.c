/*
 * The width, that is the requests at once, is halved when the server fails, one less when it is
 * slow, one more after ten good seconds. It begins wide open, as the configuration says.
 *
 * How several runs share the server's sessions
 *
 * The configuration says how many sessions all runs of a source may have together; nothing but the
 * ledger knows how many runs there are. The actors:
 *
 *   the ledger      one row per living run, with the sessions granted to it (ledger/leases.c)
 *   the heartbeat   one thread of each run, which compares and divides (run/heartbeat.c)
 *   the gate        one per run: counts its clients' sessions, and says whether one may begin
 *   a worker        has a client, which has at most one session
 *
 * Two things hold at every moment: the granted sessions of all runs together are no more than the
 * configuration allows, and no run has more sessions than its row grants. So:
 *
 *  1. A heartbeat reads all rows and writes its own in one change, which holds the source's row:
 *     no two runs divide at once.
 *  2. A run's fair part is the allowed number divided by the living runs; the remainder goes to the
 *     first ones, in the order of their rows.
 *  3. A run with less than its part takes spare sessions, if there are any: never any that another
 *     run still has granted. First its row is written and committed, only then is its gate widened
 *     (gate_sessions_limit()).
 *  4. A run with more than its part does the reverse: first its gate is narrowed, so that no
 *     session begins; then its row is lowered, but not below the sessions that still exist.
 *  5. A worker whose session is surplus (gate_session_is_surplus()) ends it after the document at
 *     hand; a later heartbeat lowers the row by as many.
 *  6. A run that died keeps its row until its lease has run out or its lock is free, and others
 *     release it. Its sessions may live on at the server, for a quarter of an hour at most: a run
 *     that finds no place there (gate_session_return(), `refused`) makes do with the sessions it
 *     has, and tries one more after each minute.
 *
 * A heartbeat that is late delays a run's gain, never another's right: rule 3 takes only spare
 * sessions, rule 4 gives away only those that have ended.
 */
#include "filemaker/gate.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/time.h"

#include <limits.h>
#include <pthread.h>

#define LOOK_US (200 * TIME_MS)
#define BYTES_BURST_US (1 * TIME_SECOND) /* a pause is made up for by so much of the ceiling */
#define NARROW_US (1 * TIME_SECOND)      /* at most one step down in this time */
#define WIDEN_US (10 * TIME_SECOND)      /* one step up after this time without a step */
#define SESSIONS_US (60 * TIME_SECOND)   /* one more session is tried after this time */

struct gate {
    struct gate_settings settings;
    const struct clock *clock;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int inside, width;
    int sessions, sessions_wanted;
    int sessions_allowed; /* the most, by the configuration and by the server */
    int sessions_shared;  /* the most, so that the other movers get theirs    */
    int64_t next_pass_us; /* when the ceiling lets the next request pass      */
    int64_t bytes_due_us; /* when the bytes that have come would have come at the ceiling */
    int64_t narrowed_us, widened_us, sessions_us;
    double average_us; /* of calls; the newest weighs most */
    bool quiet;        /* the log says that these are quiet hours */
};

struct gate *gate_new(const struct gate_settings *settings, const struct clock *clock)
{
    struct gate *gate = mem_new(struct gate);

    gate->settings = *settings;
    gate->clock = clock ? clock : &clock_real;
    gate->width = settings->most_at_once ? settings->most_at_once : INT_MAX;
    gate->sessions_allowed = settings->most_sessions ? settings->most_sessions : INT_MAX;
    gate->sessions_shared = INT_MAX;
    (void)pthread_mutex_init(&gate->lock, NULL);
    (void)pthread_cond_init(&gate->changed, NULL);
    return gate;
}

void gate_free(struct gate *gate)
{
    if (!gate)
        return;
    (void)pthread_cond_destroy(&gate->changed);
    (void)pthread_mutex_destroy(&gate->lock);
    free(gate);
}

/* --- waiting -------------------------------------------------------------------------------- */

static void wait_us(struct gate *gate, int64_t us)
{
    clock_wait(gate->clock, &gate->changed, &gate->lock, us < LOOK_US ? us : LOOK_US);
}

static bool gate_is_quiet(struct gate *gate)
{
    int until = 0;
    bool quiet = quiet_at(&gate->settings.quiet, clock_now_us(gate->clock), &until);

    if (quiet != gate->quiet)
        log_info(quiet ? "quiet hours until %02d:%02d: waiting" : "quiet hours are over",
                 until / 60, until % 60);
    gate->quiet = quiet;
    return quiet;
}

/* How long the ceiling makes the next request wait; 0: it may go, and is counted. */
static int64_t ceiling_wait(struct gate *gate)
{
    int64_t now_us = clock_mono_us(gate->clock), step_us;

    if (gate->settings.requests_per_second <= 0)
        return 0;
    if (gate->next_pass_us > now_us)
        return gate->next_pass_us - now_us;
    step_us = (int64_t)(1e6 / gate->settings.requests_per_second);
    gate->next_pass_us = (gate->next_pass_us > now_us - step_us ? gate->next_pass_us : now_us)
                         + step_us;
    return 0;
}

bool gate_enter(struct gate *gate, const struct cancel *cancel, struct err *err)
{
    int64_t wait = 0;
    bool stopped;

    if (!gate)
        return true;
    (void)pthread_mutex_lock(&gate->lock);
    while (
        !(stopped = cancel_is_set(cancel))
        && (gate->inside >= gate->width || gate_is_quiet(gate) || (wait = ceiling_wait(gate)) > 0))
        wait_us(gate, wait > 0 ? wait : LOOK_US);
    gate->inside += !stopped;
    (void)pthread_mutex_unlock(&gate->lock);
    return !stopped || err_set(err, ERR_CANCELED, 0, "asked to stop");
}

bool gate_bytes(struct gate *gate, size_t bytes, const struct cancel *cancel, struct err *err)
{
    int64_t earliest_us, ahead_us;
    bool stopped;

    if (!gate || gate->settings.mib_per_second <= 0)
        return true;
    (void)pthread_mutex_lock(&gate->lock);
    earliest_us = clock_mono_us(gate->clock) - BYTES_BURST_US;
    if (gate->bytes_due_us < earliest_us)
        gate->bytes_due_us = earliest_us;
    gate->bytes_due_us +=
        (int64_t)((double)bytes * 1e6 / (gate->settings.mib_per_second * 1024 * 1024));
    while (!(stopped = cancel_is_set(cancel))
           && (ahead_us = gate->bytes_due_us - clock_mono_us(gate->clock)) > 0)
        wait_us(gate, ahead_us);
    (void)pthread_mutex_unlock(&gate->lock);
    return !stopped || err_set(err, ERR_CANCELED, 0, "asked to stop");
}

/* --- adapting ------------------------------------------------------------------------------- */

static void gate_narrow(struct gate *gate, int width, const char *why)
{
    int64_t now_us = clock_mono_us(gate->clock);

    if (now_us - gate->narrowed_us < NARROW_US || gate->settings.most_at_once == 0)
        return;
    width = width > 1 ? width : 1;
    gate->narrowed_us = gate->widened_us = now_us;
    if (width < gate->width)
        log_debug("%s: %d requests at once from now on", why, width);
    gate->width = width;
}

static void gate_widen(struct gate *gate)
{
    int64_t now_us = clock_mono_us(gate->clock);

    if (gate->width >= gate->settings.most_at_once || now_us - gate->widened_us < WIDEN_US)
        return;
    gate->widened_us = now_us;
    gate->width++;
}

static bool is_slow(struct gate *gate, int64_t took_us)
{
    gate->average_us += ((double)took_us - gate->average_us) / 8;
    return gate->settings.latency_budget_us > 0
           && gate->average_us > (double)gate->settings.latency_budget_us;
}

void gate_leave(struct gate *gate, enum gate_outcome outcome, int64_t took_us)
{
    if (!gate)
        return;
    (void)pthread_mutex_lock(&gate->lock);
    gate->inside--;
    switch (outcome) {
    case GATE_TROUBLE:
        gate_narrow(gate, gate->width / 2, "the server has trouble");
        break;
    case GATE_GOOD:
        if (is_slow(gate, took_us))
            gate_narrow(gate, gate->width - 1, "the server is slow");
        else
            gate_widen(gate);
        break;
    case GATE_STREAM:
        break;
    }
    (void)pthread_cond_broadcast(&gate->changed); /* workers wait on it for a session, too */
    (void)pthread_mutex_unlock(&gate->lock);
}

/* --- sessions ------------------------------------------------------------------------------- */

/* Allows one more session after a while: a server that had no place may have one later. */
static void sessions_grow(struct gate *gate)
{
    int64_t now_us = clock_mono_us(gate->clock);
    int most = gate->settings.most_sessions ? gate->settings.most_sessions : INT_MAX;

    if (gate->sessions_allowed >= most || now_us - gate->sessions_us < SESSIONS_US)
        return;
    gate->sessions_us = now_us;
    gate->sessions_allowed++;
}

static bool session_is_free(const struct gate *gate)
{
    return gate->sessions < gate->sessions_allowed && gate->sessions < gate->sessions_shared;
}

bool gate_session_take(struct gate *gate, const struct cancel *cancel, struct err *err)
{
    bool stopped;

    if (!gate)
        return true;
    (void)pthread_mutex_lock(&gate->lock);
    gate->sessions_wanted++;
    while (!(stopped = cancel_is_set(cancel)) && !session_is_free(gate)) {
        sessions_grow(gate);
        wait_us(gate, LOOK_US);
    }
    gate->sessions_wanted--;
    gate->sessions += !stopped;
    (void)pthread_mutex_unlock(&gate->lock);
    return !stopped || err_set(err, ERR_CANCELED, 0, "asked to stop");
}

void gate_session_return(struct gate *gate, bool refused)
{
    if (!gate)
        return;
    (void)pthread_mutex_lock(&gate->lock);
    gate->sessions--;
    if (refused) {
        gate->sessions_us = clock_mono_us(gate->clock);
        gate->sessions_allowed = gate->sessions > 1 ? gate->sessions : 1;
        log_debug("the server has no place for more than %d of our sessions", gate->sessions);
    }
    (void)pthread_cond_broadcast(&gate->changed);
    (void)pthread_mutex_unlock(&gate->lock);
}

int gate_sessions_limit(struct gate *gate, int most)
{
    int sessions;

    if (!gate)
        return 0;
    (void)pthread_mutex_lock(&gate->lock);
    gate->sessions_shared = most;
    sessions = gate->sessions;
    (void)pthread_cond_broadcast(&gate->changed);
    (void)pthread_mutex_unlock(&gate->lock);
    return sessions;
}

bool gate_session_is_surplus(struct gate *gate)
{
    bool surplus;

    if (!gate)
        return false;
    (void)pthread_mutex_lock(&gate->lock);
    surplus = gate->sessions > gate->sessions_shared;
    (void)pthread_mutex_unlock(&gate->lock);
    return surplus;
}

bool gate_session_is_wanted(struct gate *gate)
{
    bool wanted;

    if (!gate)
        return false;
    (void)pthread_mutex_lock(&gate->lock);
    wanted = gate->sessions_wanted > 0 || gate->sessions > gate->sessions_shared;
    (void)pthread_mutex_unlock(&gate->lock);
    return wanted;
}

bool gate_rests(struct gate *gate)
{
    bool rests;

    if (!gate)
        return false;
    (void)pthread_mutex_lock(&gate->lock);
    rests = gate->quiet;
    (void)pthread_mutex_unlock(&gate->lock);
    return rests;
}

void gate_stands(struct gate *gate, struct gate_standing *standing_r)
{
    (void)pthread_mutex_lock(&gate->lock);
    *standing_r = (struct gate_standing){ gate->width, gate->sessions, (int64_t)gate->average_us };
    (void)pthread_mutex_unlock(&gate->lock);
}

int gate_width(struct gate *gate)
{
    int width;

    (void)pthread_mutex_lock(&gate->lock);
    width = gate->width;
    (void)pthread_mutex_unlock(&gate->lock);
    return width;
}

int gate_sessions(struct gate *gate)
{
    int sessions;

    (void)pthread_mutex_lock(&gate->lock);
    sessions = gate->sessions;
    (void)pthread_mutex_unlock(&gate->lock);
    return sessions;
}
