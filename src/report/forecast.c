/* Adds up states, and failures by whether later runs try them again. */
#include "report/forecast.h"

#include "document/failure_class.h"

static int64_t failed_again(const struct status *s)
{
    int64_t again = 0;

    for (int i = 0; i < FAILURES; i++)
        if (failure_class_of((enum failure_kind)i)->is_retried_later)
            again += status_class_count(s, (enum failure_kind)i);
    return again;
}

struct forecast forecast_of(const struct status *s)
{
    struct forecast f = { .arrived = s->states[LEDGER_DONE],
                          .coming = s->states[LEDGER_WAITING] + s->states[LEDGER_CLAIMED]
                                    + s->states[LEDGER_STORED],
                          .again = failed_again(s),
                          .given_up = s->states[LEDGER_WAIVED] };

    f.never = s->states[LEDGER_FAILED] - f.again;
    if (f.coming > 0 && s->rate > 0 && s->census.closed)
        f.eta_us = s->at_us + (int64_t)((double)f.coming / s->rate * 1e6);
    return f;
}
