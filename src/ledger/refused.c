/* Refused bytes are told apart by their hash. */
#include "ledger/refused.h"

#include "base/time.h"
#include "ledger/inside.h"

static bool refused_before_read(struct ledger *ledger, int64_t document, struct sql_value sha256,
                                struct ledger_refused *seen, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_REFUSED_FIND, sql_args(sql_i64(document), sha256), &rows,
                   err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW) {
        seen->readings = sql_get_i64(rows, 0);
        seen->accepted = sql_get_i64(rows, 1) != 0;
    }
    return step != STEP_ERROR;
}

bool ledger_refuse(struct ledger *ledger, const struct ledger_claim *claim, const char *class,
                   const struct sha256 *sha256, uint64_t size_bytes, struct ledger_refused *seen_r,
                   struct err *err)
{
    struct sql_value hash = sql_bytes(sha256->bytes, SHA256_SIZE);
    struct ledger_refused seen = { 0 };

    if (!ledger_claim_still_ours(ledger, claim, err)
        || !refused_before_read(ledger, claim->document, hash, &seen, err)
        || !sql_number(ledger->sql, &LEDGER_REFUSED_ELSEWHERE,
                       sql_args(sql_i64(ledger->source), hash, sql_i64(claim->document)), 0,
                       &seen.elsewhere, err)
        || !sql_run(ledger->sql, &LEDGER_REFUSED_PUT,
                    sql_args(sql_i64(claim->document), hash, sql_i64((int64_t)size_bytes),
                             sql_text(class), sql_i64(time_now_us())),
                    err))
        return false;
    *seen_r = seen;
    return true;
}
