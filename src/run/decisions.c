/* One short run per decision: begun, decided and ended in one transaction. */
#include "run/decisions.h"

#include "ledger/peer_locks.h"

static bool decision_dispatch(struct ledger *ledger, const struct decision_request *d,
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
    struct peer_locks_names names;
    struct ledger_process process = peer_locks_process(decision->kind, &names);
    struct ledger_progress nothing = { 0 };
    auto_ledger *ledger = NULL;
    auto_change change = { 0 };
    int64_t run;

    return ledger_open(ledger_url, source_name, cancel, &ledger, err)
           && ledger_begin(ledger, &change, err) && ledger_run_begin(ledger, &process, &run, err)
           && decision_dispatch(ledger, decision, count_r, err)
           && ledger_run_note(ledger, &nothing, "finished", true, err)
           && ledger_commit(&change, err);
}
