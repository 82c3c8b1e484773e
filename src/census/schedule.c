/* Waits: for a source that cannot be counted just now, and for other processes that count it. */
#include "census/schedule.h"

#include "base/log.h"
#include "base/time.h"
#include "census/census.h"
#include "engine/classify.h"
#include "engine/dispatch.h"
#include "engine/writes_census.h"

/* How often we look for a census that another process takes. */
#define ELSEWHERE_LOOK_US (500 * TIME_MS)

/* How long the census may fail in a row before a person should look; and the longest wait before it
 * is begun anew. */
#define BROKEN_OFF_US (15 * 60 * TIME_SECOND)
#define WAIT_MAX_US (60 * TIME_SECOND)

struct census_schedule {
    struct engine *engine;
    struct source_reader *reader;
    int64_t begun_us;
    atomic_bool *closed;
    bool is_first;
};

/* --- failures that pass --------------------------------------------------------------------- */

static bool census_may_retry(const struct census_result *result, const struct err *why)
{
    struct failure failure;

    (void)failure_of_source(&failure, "census", why);
    return !result->rebuilt && !failure.run_wide;
}

/*
 * Takes a census in spite of sessions that are dropped again and again, of answers that make no
 * sense, of a server that is away for a while: the workers go on meanwhile, as far as they can.
 */
static bool census_with_retries(struct census_schedule *c, struct census_result *result_r,
                                struct err *err)
{
    int64_t since_us = time_mono_us(), wait_us = c->engine->settings->first_wait_us;
    char text[TIME_TEXT_SIZE];

    while (!census_take(c->engine, c->reader, result_r, err)) {
        if (!census_may_retry(result_r, err) || dispatch_is_finishing(c->engine->dispatch))
            return false;
        if (time_mono_us() - since_us >= BROKEN_OFF_US)
            return err_ctx(err, "the source could not be counted for %s",
                           time_for_people(time_mono_us() - since_us, text));
        log_warn("%s, beginning anew in %s", err->msg, time_for_people(wait_us, text));
        if (!cancel_sleep(c->engine->cancel, wait_us, err))
            return false;
        wait_us = wait_us * 2 < WAIT_MAX_US ? wait_us * 2 : WAIT_MAX_US;
    }
    return true;
}

/* --- one after another ---------------------------------------------------------------------- */

/*
 * Whether another process has counted for us. At first, any census will do that was closed since
 * the run began; later, only one that begins from `wanted_us` on.
 */
static bool elsewhere_closed(const struct census_schedule *c, int64_t wanted_us, bool *closed_r,
                             struct err *err)
{
    int64_t begun_us = c->is_first ? c->begun_us : wanted_us;
    int64_t closed_us = c->is_first ? c->begun_us : INT64_MAX;

    return ask_census_since(c->engine->writer, begun_us, closed_us, closed_r, err);
}

static bool census_or_wait(struct census_schedule *c, struct err *err)
{
    struct census_result result = { 0 };
    int64_t wanted_us = time_now_us();
    bool closed = false;

    do {
        if (!census_with_retries(c, &result, err))
            return false;
        if (result.taken_elsewhere
            && (!cancel_sleep(c->engine->cancel, ELSEWHERE_LOOK_US, err)
                || !elsewhere_closed(c, wanted_us, &closed, err)))
            return false;
    } while (result.taken_elsewhere && !closed && !dispatch_is_finishing(c->engine->dispatch));
    closed = closed || result.closed;
    if (!closed)
        log_warn("the record count could not be confirmed: %s", result.why);
    else if (*result.why)
        log_info("there is no independent count of the records: %s", result.why);
    atomic_store(c->closed, closed);
    return true;
}

bool schedule_run(struct engine *engine, int64_t begun_us, atomic_bool *closed_r, struct err *err)
{
    auto_source_reader *reader = NULL;
    struct census_schedule c = { engine, NULL, begun_us, closed_r, true };
    int64_t waiting;

    if (!source_new(&engine->settings->filemaker, engine->settings->file, engine->cancel, &reader,
                    err))
        return false;
    c.reader = reader;
    do {
        atomic_store(closed_r, false);
        if (!census_or_wait(&c, err))
            return false;
        source_log_out(reader); /* its place on the server is worth more than a login */
        if (!ask_waiting_count(engine->writer, &waiting, err))
            return false;
        dispatch_census_ended(engine->dispatch, atomic_load(closed_r), waiting);
        c.is_first = false;
    } while (dispatch_wants_census(engine->dispatch));
    return true;
}
