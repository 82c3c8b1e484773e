/* Reads the entries of verifications in the audit chains. */
#include "ledger/read.h"

#include "base/mem.h"
#include "base/num.h"
#include "ledger/inside.h"

#include <limits.h>

void ledger_verified_clear(struct ledger_verified *verified)
{
    free(verified->found);
    verified->found = NULL;
}

/* Reads the one verification that a statement finds, or none. */
static bool verified_find(struct ledger *ledger, const struct sql_text *statement,
                          struct ledger_verified *last_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, statement, sql_args(sql_i64(ledger->source)), &rows, err))
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

bool ledger_verified_last(struct ledger *ledger, struct ledger_verified *last_r, struct err *err)
{
    return verified_find(ledger, &LEDGER_VERIFIED_LAST, last_r, err);
}

bool ledger_verified_certified(struct ledger *ledger, struct ledger_verified *last_r,
                               struct err *err)
{
    return verified_find(ledger, &LEDGER_VERIFIED_CERTIFIED, last_r, err);
}

/* "2/7" in what a verification found. False: it says nothing of the kind. */
static bool part_read(struct span found, struct ledger_verified_part *part_r)
{
    static const char name[] = "\"sample\":\"";
    size_t at = span_find(found, name);
    struct span rest = at < found.size ? span_from(found, at + sizeof name - 1) : SPAN_NONE;
    struct span number = span_cut(&rest, '/');
    struct err ignored;
    uint64_t part, parts;

    if (!num_u64(span_cut(&rest, '"'), 1, INT_MAX, &parts, &ignored)
        || !num_u64(number, 1, parts, &part, &ignored))
        return false;
    part_r->part = (int)part;
    part_r->parts = (int)parts;
    return true;
}

bool ledger_verified_part(struct ledger *ledger, int parts, int *part_r, struct err *err)
{
    auto_free char *pattern = mem_printf("%%\"sample\":\"%%/%d\"%%", parts);
    struct ledger_verified_part newest;
    auto_rows *rows = NULL;
    enum step step;

    *part_r = 0;
    if (!sql_query(ledger->sql, &LEDGER_VERIFIED_SAMPLE,
                   sql_args(sql_i64(ledger->source), sql_text(pattern)), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW && part_read(sql_get_text(rows, 0), &newest))
        *part_r = newest.part;
    return step != STEP_ERROR;
}

bool ledger_each_verified_part(struct ledger *ledger,
                               void (*each)(void *arg, const struct ledger_verified_part *part),
                               void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_VERIFIED_PARTS, sql_args(sql_i64(ledger->source)), &rows,
                   err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct ledger_verified_part part = { .at_us = sql_get_i64(rows, 0) };

        if (part_read(sql_get_text(rows, 1), &part))
            each(arg, &part);
    }
    return step == STEP_END;
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
