/* A correction changes nothing if anything happened to the document since it was read. */
#include "ledger/corrections.h"

#include "base/time.h"
#include "ledger/inside.h"

bool ledger_correct(struct ledger *ledger, const struct ledger_document_state *whole,
                    enum ledger_state after, uint64_t mod_id, const char *why, bool *changed_r,
                    struct err *err)
{
    bool keeps = after == LEDGER_DONE;
    struct transition step = { .document = whole->document,
                               .epoch = whole->epoch,
                               .before = whole->state,
                               .after = after,
                               .class_before = "",
                               .class_after = "",
                               .link_before = whole->link,
                               .link_after = keeps ? whole->link : LEDGER_NO_LINK,
                               .size_before = whole->size,
                               .size_after = keeps ? whole->size : 0,
                               .type = whole->type,
                               .evidence = why };

    if (!sql_run(ledger->sql, &LEDGER_WHOLE_SETTLE,
                 sql_args(sql_i64(whole->document), sql_text(ledger_state_name(after)),
                          sql_i64((int64_t)mod_id), sql_i64(time_now_us()), sql_i64(whole->epoch),
                          sql_text(ledger_state_name(whole->state))),
                 err))
        return false;
    *changed_r = sql_changed(ledger->sql) > 0;
    return !*changed_r || ledger_transition(ledger, &step, err);
}
