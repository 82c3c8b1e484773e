/* A correction changes nothing if anything happened to the document since it was read. */
#include "ledger/corrections.h"

#include "base/time.h"
#include "ledger/inside.h"

bool ledger_correct(struct ledger *ledger, const struct ledger_document_state *document,
                    enum ledger_state after, uint64_t mod_id, const char *why, bool *changed_r,
                    struct err *err)
{
    struct ledger_row row = { .document = document->document,
                              .epoch = document->epoch,
                              .state = document->state,
                              .link = document->link,
                              .size = document->size,
                              .type = document->type };
    struct transition step = ledger_step(&row, after, why);

    if (after != LEDGER_DONE) {
        step.link_after = LEDGER_NO_LINK;
        step.size_after = 0;
    }
    if (!sql_run(ledger->sql, &LEDGER_WHOLE_SETTLE,
                 sql_args(sql_i64(document->document), sql_text(ledger_state_name(after)),
                          sql_i64((int64_t)mod_id), sql_i64(time_now_us()),
                          sql_i64(document->epoch), sql_text(ledger_state_name(document->state))),
                 err))
        return false;
    *changed_r = sql_changed(ledger->sql) > 0;
    return !*changed_r || ledger_transition(ledger, &step, err);
}
