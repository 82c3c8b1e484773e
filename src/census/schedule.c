/* Patience with a source that cannot be counted just now, and with others who count it. */
#include "census/schedule.h"

#include "base/log.h"
#include "base/time.h"
#include "census/census.h"
#include "engine/classify.h"
#include "engine/dispatch.h"
#include "ledger/look.h"

/* How often we look for a census that another process takes. */
#define ELSEWHERE_LOOK_US (500 * TIME_MS)

/* How long, in a row, the census may be broken off: then a person should look. And the longest wait
 * before it is begun anew. */
#define BROKEN_OFF_US (15 * 60 * TIME_SECOND)
#define WAIT_MAX_US (60 * TIME_SECOND)

struct census_schedule {
    struct engine *engine;
    struct filemaker *filemaker;
    int64_t begun_us;
    atomic_bool *closed;
    bool is_first;
};

/* Another process may have counted for us: since this run began, or since it last wanted to. */
struct since_job {
    int64_t begun_us, closed_us;
    bool was_closed;
};

static bool since_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct since_job *job = arg;

    return ledger_census_since(hands->ledger, job->begun_us, job->closed_us, &job->was_closed, err);
}

/* --- patience ------------------------------------------------------------------------------- */

static bool census_may_retry(const struct census_result *result, const struct err *why)
{
    struct failure trouble;

    (void)failure_of_source(&trouble, "census", why);
    return !result->rebuilt && !trouble.run_wide;
}

/*
 * A census, in spite of sessions that are dropped again and again, of answers that make no sense,
 * of a server that is away for a while: the workers go on meanwhile, as far as they can.
 */
static bool census_with_retries(struct census_schedule *c, struct census_result *result_r,
                                struct err *err)
{
    int64_t since_us = time_mono_us(), wait_us = c->engine->settings->first_wait_us;
    char text[TIME_TEXT_SIZE];

    while (!census_take(c->engine, c->filemaker, result_r, err)) {
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

/* Whose census will do: at first, any that is closed since the run began; later, only one that
 * begins from now on. */
static struct since_job since_when(const struct census_schedule *c)
{
    if (c->is_first)
        return (struct since_job){ c->begun_us, c->begun_us, false };
    return (struct since_job){ time_now_us(), INT64_MAX, false };
}

static bool census_or_wait(struct census_schedule *c, struct err *err)
{
    struct engine *mover = c->engine;
    struct since_job since = since_when(c);
    struct census_result result = { 0 };

    do {
        if (!census_with_retries(c, &result, err))
            return false;
        if (result.taken_elsewhere
            && (!cancel_sleep(mover->cancel, ELSEWHERE_LOOK_US, err)
                || !writer_run(mover->writer, since_work, &since, err)))
            return false;
    } while (result.taken_elsewhere && !since.was_closed
             && !dispatch_is_finishing(mover->dispatch));
    if (!result.closed && !since.was_closed)
        log_warn("the census stays open: %s", result.why);
    else if (*result.why)
        log_info("there is no second witness for the census: %s", result.why);
    atomic_store(c->closed, result.closed || since.was_closed);
    return true;
}

/* How many documents are still to be handed out. */
static bool waiting_work(const struct writer_context *hands, void *arg, struct err *err)
{
    int64_t *waiting = arg, states[LEDGER_STATES];

    if (!ledger_states(hands->ledger, states, err))
        return false;
    *waiting = states[LEDGER_WAITING] + states[LEDGER_STORED];
    return true;
}

bool schedule_run(struct engine *mover, int64_t begun_us, atomic_bool *closed_r, struct err *err)
{
    auto_filemaker *filemaker = NULL;
    struct census_schedule c = { mover, NULL, begun_us, closed_r, true };
    int64_t waiting;

    if (!filemaker_new(&mover->settings->filemaker, mover->cancel, &filemaker, err))
        return false;
    c.filemaker = filemaker;
    do {
        atomic_store(closed_r, false);
        if (!census_or_wait(&c, err))
            return false;
        filemaker_log_out(filemaker); /* its place on the server is worth more than a login */
        if (!writer_run(mover->writer, waiting_work, &waiting, err))
            return false;
        dispatch_census_ended(mover->dispatch, atomic_load(closed_r), waiting);
        c.is_first = false;
    } while (dispatch_wants_census(mover->dispatch));
    return true;
}
