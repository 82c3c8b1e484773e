/* What was found wrong is told by a short run of its own. */
#include "run/wrong_bytes.h"

#include "ledger/findings.h"
#include "run/enter.h"

bool wrong_bytes_tell(const char *ledger_url, const char *source_name,
                      const struct wrong_bytes *wrong, struct cancel *cancel, struct err *err)
{
    const struct ledger_progress nothing = { 0 };
    auto_ledger *ledger = NULL;
    auto_change change = { 0 };

    return ledger_open(ledger_url, source_name, cancel, &ledger, err)
           && run_short_begin(ledger, "serve", &change, err)
           && finding_put(ledger, wrong->document, wrong->kind, wrong->words, err)
           && run_short_end(ledger, &nothing, &change, err);
}
