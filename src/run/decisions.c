/* Each decision is a short run of its own. */
#include "run/decisions.h"

#include "run/enter.h"

static bool decision_write(struct ledger *ledger, const struct decision_request *d,
                           int64_t *count_r, struct err *err)
{
    if (strcmp(d->kind, "waive") == 0)
        return ledger_waive(ledger, &d->choice, d->who, d->reason, count_r, err);
    if (strcmp(d->kind, "accept") == 0)
        return ledger_accept(ledger, &d->choice, d->who, d->reason, count_r, err);
    return ledger_retry(ledger, &d->choice, count_r, err);
}

bool decision_carry_out(const char *ledger_url, const char *source_name,
                        const struct decision_request *decision, struct cancel *cancel,
                        int64_t *count_r, struct err *err)
{
    struct ledger_progress nothing = { 0 };
    auto_ledger *ledger = NULL;
    auto_change change = { 0 };

    return ledger_open(ledger_url, source_name, cancel, &ledger, err)
           && run_short_begin(ledger, decision->kind, &change, err)
           && decision_write(ledger, decision, count_r, err)
           && run_short_end(ledger, &nothing, &change, err);
}
