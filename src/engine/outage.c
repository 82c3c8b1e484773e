/* Each answer is noted in passing; only what changes is said. */
#include "engine/outage.h"

#include "base/log.h"
#include "base/time.h"

/* A single failure among good answers is no outage. */
#define MOMENT_US (4 * TIME_SECOND)

void outage_answered(struct outage *outage)
{
    int64_t since_us;
    char text[TIME_TEXT_SIZE];

    if (atomic_load(&outage->since_us) == 0)
        return;
    since_us = atomic_exchange(&outage->since_us, 0);
    if (since_us > 0 && atomic_exchange(&outage->is_said, false))
        log_info("%s answers again, after %s", outage->who,
                 time_for_people(clock_mono_us(outage->clock) - since_us, text));
}

static int64_t silent_for_us(const struct outage *outage)
{
    int64_t since_us = atomic_load(&outage->since_us);

    return since_us ? clock_mono_us(outage->clock) - since_us : 0;
}

void outage_failed(struct outage *outage, const struct err *why)
{
    int64_t none = 0, silent_us;
    char since[TIME_TEXT_SIZE], more[TIME_TEXT_SIZE];

    (void)atomic_compare_exchange_strong(&outage->since_us, &none, clock_mono_us(outage->clock));
    silent_us = silent_for_us(outage);
    if (silent_us < MOMENT_US || atomic_exchange(&outage->is_said, true))
        return;
    log_warn("%s has not answered for %s, and the run waits for it for %s more: %s", outage->who,
             time_for_people(silent_us, since), time_for_people(OUTAGE_MAX_US - silent_us, more),
             why->msg);
}

int64_t outage_lasts_us(const struct outage *outage)
{
    return atomic_load(&outage->is_said) ? silent_for_us(outage) : 0;
}

bool outage_is_too_long(const struct outage *outage, struct err *err)
{
    int64_t silent_us = silent_for_us(outage);
    char text[TIME_TEXT_SIZE];

    return silent_us >= OUTAGE_MAX_US
           && !err_ctx(err, "%s is away for %s", outage->who, time_for_people(silent_us, text));
}
