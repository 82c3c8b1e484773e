/*
 * Every request to FileMaker Server passes this gate. People work on that server, so the gate keeps
 * a ceiling of requests per second, lets fewer through when the server grows slow or fails, lets
 * none through in quiet hours, and opens no more sessions than the server can bear. All clients of
 * a source share one; safe from any thread.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"
#include "filemaker/quiet.h"

struct gate;

struct gate_settings {
    int most_at_once;           /* requests; 0: any number                                */
    int most_sessions;          /* 0: any number                                          */
    double requests_per_second; /* 0: any number                                          */
    double mib_per_second;      /* of containers' files, of all clients together; 0: any  */
    int64_t latency_budget_us;  /* fewer calls at once if their average is longer; 0: any */
    struct quiet_hours quiet;   /* in which none passes */
};

/*
 * Makes a gate that is wide open.
 *   clock   must outlive the gate, which reads it and waits by it; NULL: the real one
 */
struct gate *gate_new(const struct gate_settings *settings, const struct clock *clock);
void gate_free(struct gate *gate); /* NULL is allowed */

/* How a request went. */
enum gate_outcome {
    GATE_GOOD,    /* answered, whatever the answer said                             */
    GATE_TROUBLE, /* no answer, or one that says that the server has too much to do */
    GATE_STREAM,  /* a download: its time depends on its size and says nothing      */
};

/*
 * Waits until a request may go. A NULL gate lets everybody through at once.
 * Fails with ERR_CANCELED.
 */
must_check bool gate_enter(struct gate *gate, const struct cancel *cancel, struct err *err);

/*
 * Ends a request that entered.
 *   took_us   from entering to its answer
 */
void gate_leave(struct gate *gate, enum gate_outcome outcome, int64_t took_us);

/*
 * Notes bytes of a download that have come, and waits as long as all clients together are ahead of the ceiling of
 * bytes a second. A pause is made up for by one second's bytes at most. NULL: does not wait.
 * Fails with ERR_CANCELED.
 */
must_check bool gate_bytes(struct gate *gate, size_t bytes, const struct cancel *cancel,
                           struct err *err);

/* Waits for a place for one more session. Fails with ERR_CANCELED. */
must_check bool gate_session_take(struct gate *gate, const struct cancel *cancel, struct err *err);

/*
 * Gives back the place of a session that has ended or could not begin.
 *   refused   the server had no place for it
 */
void gate_session_return(struct gate *gate, bool refused);

/*
 * Limits the sessions from now on, because other movers share the source. Sessions beyond the limit
 * stay until they are given back.
 *   most   may be 0: none begins for now
 * Returns how many there are. NULL: 0.
 */
int gate_sessions_limit(struct gate *gate, int most);

/* Whether there are more sessions than allowed: a worker gives its own up after its document. */
bool gate_session_is_surplus(struct gate *gate);

/* Whether somebody needs a session: a worker with nothing to do should give its own up. */
bool gate_session_is_wanted(struct gate *gate);

/* Whether requests wait for the end of quiet hours. NULL: no. */
bool gate_rests(struct gate *gate);

/* How the gate stands. */
struct gate_standing {
    int width;          /* requests that are let through at once now */
    int sessions;       /* that there are                            */
    int64_t average_us; /* of calls; the newest weighs most          */
};
void gate_stands(struct gate *gate, struct gate_standing *standing_r);

/* For watching: how many requests are let through at once now, and how many sessions there are. */
int gate_width(struct gate *gate);
int gate_sessions(struct gate *gate);
