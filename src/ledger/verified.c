/* Verifications, as runs that changed nothing: begun, told of and ended in one transaction. */
#include "ledger/verified.h"

#include "ledger/inside.h"

#include "base/mem.h"

void ledger_verified_clear(struct ledger_verified *verified)
{
    free(verified->found);
    verified->found = NULL;
}

/* Each as an entry without a document: docs/ledger.md. */
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

static bool findings_note(struct ledger *ledger, ledger_next_finding *next, void *arg,
                          struct err *err)
{
    struct ledger_finding finding;
    bool is_one = false;

    do {
        if (!next(arg, &finding, &is_one, err) || (is_one && !finding_note(ledger, &finding, err)))
            return false;
    } while (is_one);
    return true;
}

bool ledger_verified_note(struct ledger *ledger, const struct ledger_process *process,
                          const char *found, ledger_next_finding *next, void *arg, int64_t *run_r,
                          struct err *err)
{
    const struct ledger_progress nothing = { 0 };
    auto_change change = { 0 };

    return ledger_begin(ledger, &change, err) && ledger_run_begin(ledger, process, run_r, err)
           && (!found || ledger_audit(ledger, 0, 0, "", "verified", found, err))
           && findings_note(ledger, next, arg, err)
           && ledger_run_note(ledger, &nothing, found ? "finished" : "interrupted", true, err)
           && ledger_commit(&change, err);
}

bool ledger_verified_open_findings(struct ledger *ledger, struct ledger_open_findings *open_r,
                                   struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_VERIFIED_OPEN, sql_args(sql_i64(ledger->source)), &rows,
                   err))
        return false;
    *open_r = (struct ledger_open_findings){ 0 };
    step = sql_next(rows, err);
    if (step == STEP_ROW)
        *open_r = (struct ledger_open_findings){ sql_get_i64(rows, 0), sql_get_i64(rows, 1) };
    return step != STEP_ERROR;
}

bool ledger_verified_last(struct ledger *ledger, struct ledger_verified *last_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_VERIFIED_LAST, sql_args(sql_i64(ledger->source)), &rows,
                   err))
        return false;
    *last_r = (struct ledger_verified){ 0 };
    step = sql_next(rows, err);
    if (step == STEP_ROW) {
        last_r->run = sql_get_i64(rows, 0);
        last_r->at_us = sql_get_i64(rows, 1);
        ledger_column_copy(rows, 2, last_r->version, sizeof last_r->version);
        ledger_column_copy(rows, 3, last_r->host, sizeof last_r->host);
        last_r->found = ledger_column(rows, 4);
    }
    return step != STEP_ERROR;
}
