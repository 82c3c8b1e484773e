/* A cut-over is begun, noted and ended in one transaction. */
#include "ledger/cutovers.h"

#include "ledger/inside.h"

bool ledger_cutover_note(struct ledger *ledger, const struct ledger_process *process,
                         const char *evidence, int64_t *run_r, struct err *err)
{
    const struct ledger_progress nothing = { 0 };
    auto_change change = { 0 };

    return ledger_begin(ledger, &change, err) && ledger_run_begin(ledger, process, run_r, err)
           && ledger_audit(ledger, 0, 0, "", "cut-over", evidence, err)
           && ledger_run_note(ledger, &nothing, "finished", true, err)
           && ledger_commit(&change, err);
}
