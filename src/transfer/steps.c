/* One line for each step, with the time since the step before. */
#include "transfer/steps.h"

#include "base/log.h"
#include "base/time.h"
#include "transfer/version.h"

static void step_log(struct transfer *t, const char *step, uint64_t bytes)
{
    int64_t now_us = time_mono_us();

    log_step(step, bytes, now_us - t->step_us);
    t->step_us = now_us;
}

void steps_fetched(struct transfer *t)
{
    step_log(t, "fetched", t->download.size_bytes);
}

void steps_stored(struct transfer *t)
{
    step_log(t, "stored", t->version.size_bytes);
}

void steps_recorded(struct transfer *t)
{
    step_log(t, "recorded", t->version.size_bytes);
}

void steps_marked(struct transfer *t)
{
    step_log(t, "marked", t->version.size_bytes);
}

void steps_confirmed(struct transfer *t)
{
    if (t->version.mark && !version_keeps_mark(t))
        step_log(t, "confirmed", t->version.size_bytes);
}
