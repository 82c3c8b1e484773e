/* A verification is begun, noted and ended in one transaction. */
#include "ledger/verifications.h"

#include "base/mem.h"
#include "ledger/inside.h"

/* Notes a finding as an entry without a document: docs/ledger.md. */
static bool finding_note(struct ledger *ledger, const struct ledger_finding *finding,
                         struct err *err)
{
    auto_free char *place = span_text(finding->place);
    auto_str evidence = STR_MAX(KIB(1));

    str_add_span(&evidence, finding->kind);
    str_printf(&evidence, " record %ju", (uintmax_t)finding->record_id);
    return ledger_audit(ledger, 0, 0, place, finding->is_open ? "differs" : "agrees",
                        str_text(&evidence), err);
}

static bool findings_note(struct ledger *ledger, const struct ledger_verification *verification,
                          struct err *err)
{
    struct ledger_finding finding;
    bool is_one = false;

    do {
        if (!verification->next(verification->arg, &finding, &is_one, err)
            || (is_one && !finding_note(ledger, &finding, err)))
            return false;
    } while (is_one);
    return true;
}

bool ledger_verified_note(struct ledger *ledger, const struct ledger_process *process,
                          const struct ledger_verification *verification, int64_t *run_r,
                          struct err *err)
{
    const char *found = verification->found;
    const struct ledger_progress nothing = { 0 };
    auto_change change = { 0 };

    return ledger_begin(ledger, &change, err) && ledger_run_begin(ledger, process, run_r, err)
           && (!found || ledger_audit(ledger, 0, 0, "", "verified", found, err))
           && findings_note(ledger, verification, err)
           && findings_replace(ledger, &verification->looked, err)
           && ledger_run_note(ledger, &nothing, found ? "finished" : "interrupted", true, err)
           && ledger_commit(&change, err);
}
