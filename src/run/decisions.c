/* Each decision is a short run of its own. */
#include "run/decisions.h"

#include "run/enter.h"

static bool choice_decide(struct ledger *ledger, const struct decision_request *d,
                          const struct ledger_selection *choice, struct ledger_decided *decided,
                          struct err *err)
{
    if (strcmp(d->kind, "waive") == 0)
        return ledger_waive(ledger, choice, d->who, d->reason, decided, err);
    if (strcmp(d->kind, "accept") == 0)
        return ledger_accept(ledger, choice, d->who, d->reason, decided, err);
    return ledger_retry(ledger, choice, decided, err);
}

static bool name_unknown(const struct decision_name *name, struct err *err)
{
    if (name->identity)
        return err_set(err, ERR_USAGE, 0,
                       "line %zu: no document has the id '%.64s'; nothing was done", name->line,
                       name->identity);
    if (name->document)
        return err_set(err, ERR_USAGE, 0, "there is no document %jd; nothing was done",
                       (intmax_t)name->document);
    return err_set(err, ERR_USAGE, 0, "line %zu: there is no record %jd; nothing was done",
                   name->line, (intmax_t)name->record);
}

static bool names_decide(struct ledger *ledger, const struct decision_request *d,
                         struct ledger_decided *decided, struct err *err)
{
    for (size_t i = 0; i < d->name_count; i++) {
        struct ledger_selection one = { .identity = d->names[i].identity,
                                        .record_id = d->names[i].record,
                                        .document = d->names[i].document };
        int64_t before = decided->chosen;

        if (!choice_decide(ledger, d, &one, decided, err))
            return false;
        if (decided->chosen == before)
            return name_unknown(&d->names[i], err);
    }
    return true;
}

static bool choice_exists(const struct ledger_selection *choice,
                          const struct ledger_decided *decided, struct err *err)
{
    if (decided->chosen > 0)
        return true;
    if (choice->identity)
        return err_set(err, ERR_USAGE, 0, "no document fits: none has the id '%.64s'%s",
                       choice->identity, choice->class ? " and failed with this class" : "");
    if (choice->record_id)
        return err_set(err, ERR_USAGE, 0, "no document fits: see 'fmferry failures --record'");
    return true;
}

static bool decision_write(struct ledger *ledger, const struct decision_request *d,
                           struct ledger_decided *decided, struct err *err)
{
    if (d->names)
        return names_decide(ledger, d, decided, err);
    return choice_decide(ledger, d, &d->choice, decided, err)
           && choice_exists(&d->choice, decided, err);
}

static bool is_as_expected(const struct decision_request *d, const struct ledger_decided *decided)
{
    return !d->expect || d->expect == decided->changed;
}

bool decision_carry_out(const char *ledger_url, const char *source_name,
                        const struct decision_request *decision, struct cancel *cancel,
                        struct ledger_decided *decided_r, struct err *err)
{
    struct ledger_progress nothing = { 0 };
    auto_ledger *ledger = NULL;
    auto_change change = { 0 };

    *decided_r = (struct ledger_decided){ 0 };
    return ledger_open(ledger_url, source_name, cancel, &ledger, err)
           && run_short_begin(ledger, decision->kind, &change, err)
           && decision_write(ledger, decision, decided_r, err)
           && (decision->only_looks || !is_as_expected(decision, decided_r)
               || run_short_end(ledger, &nothing, &change, err));
}
