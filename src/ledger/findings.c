/* Two lists in the order of documents are merged: what is known, and what a verification says. */
#include "ledger/findings.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/inside.h"

/* --- a verification's word -------------------------------------------------------------------- */

/* A document of which something is known, and whether this verification can take it back. */
struct known_finding {
    int64_t document;
    bool is_judged;
};

struct known_findings {
    struct known_finding *items;
    size_t count, at;
};

static void known_clear(struct known_findings *known)
{
    free(known->items);
}

static void known_add(struct known_findings *known, const struct looked_documents *looked,
                      const struct sql_rows *rows)
{
    struct known_finding *one;

    known->items = mem_grow(known->items, (known->count + 1) * sizeof *known->items);
    one = &known->items[known->count++];
    one->document = sql_get_i64(rows, 0);
    one->is_judged = looked->is_whole && looked->judges(looked->arg, sql_get_text(rows, 1));
}

static bool known_read(struct ledger *ledger, const struct looked_documents *looked,
                       struct known_findings *known, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_FINDINGS_ALL, sql_args(sql_i64(ledger->source)), &rows,
                   err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        known_add(known, looked, rows);
    return step == STEP_END;
}

/* Drops what is known of documents before this one: the verification found nothing there. */
static bool known_drop_before(struct ledger *ledger, struct known_findings *known, int64_t document,
                              struct err *err)
{
    for (; known->at < known->count && known->items[known->at].document < document; known->at++)
        if (known->items[known->at].is_judged
            && !sql_run(ledger->sql, &LEDGER_FINDING_DROP,
                        sql_args(sql_i64(known->items[known->at].document)), err))
            return false;
    return true;
}

/* Takes the document off the list. True: what is known of it stays. */
static bool known_stays(struct known_findings *known, int64_t document)
{
    return known->at < known->count && known->items[known->at].document == document
           && !known->items[known->at++].is_judged;
}

static bool looked_put(struct ledger *ledger, struct known_findings *known,
                       const struct looked_document *one, struct err *err)
{
    if (!known_drop_before(ledger, known, one->document, err))
        return false;
    return known_stays(known, one->document) || one->is_moving
           || sql_run(ledger->sql, &LEDGER_FINDING_PUT,
                      sql_args(sql_i64(one->document), sql_span(one->kind), sql_span(one->words),
                               sql_i64(ledger->run), sql_i64(time_now_us())),
                      err);
}

bool findings_replace(struct ledger *ledger, const struct looked_documents *looked, struct err *err)
{
    __attribute__((cleanup(known_clear))) struct known_findings known = { 0 };
    struct looked_document one;
    bool is_one = true;

    if (!known_read(ledger, looked, &known, err))
        return false;
    for (;;) {
        if (!looked->next(looked->arg, &one, &is_one, err))
            return false;
        if (!is_one)
            return known_drop_before(ledger, &known, INT64_MAX, err);
        if (!looked_put(ledger, &known, &one, err))
            return false;
    }
}

bool findings_count(struct ledger *ledger, int64_t *count_r, struct err *err)
{
    *count_r = 0;
    return ledger->step < LEDGER_STEP_OF_FINDINGS
           || sql_number(ledger->sql, &LEDGER_FINDINGS_COUNT, sql_args(sql_i64(ledger->source)), 0,
                         count_r, err);
}

/* --- at once ---------------------------------------------------------------------------------- */

/* Where the bytes lie; the key is NULL if nothing is stored. */
struct finding_place {
    int64_t record_id;
    char *key;
};

static void place_clear(struct finding_place *place)
{
    free(place->key);
}

static bool place_find(struct ledger *ledger, int64_t document, struct finding_place *place,
                       struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_FINDING_PLACE,
                   sql_args(sql_i64(ledger->source), sql_i64(document)), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW) {
        place->record_id = sql_get_i64(rows, 0);
        place->key = ledger_column(rows, 1);
    }
    return step != STEP_ERROR;
}

bool finding_put(struct ledger *ledger, int64_t document, const char *kind, const char *words,
                 struct err *err)
{
    __attribute__((cleanup(place_clear))) struct finding_place place = { 0 };
    auto_str evidence = STR_MAX(KIB(1));

    if (!place_find(ledger, document, &place, err))
        return false;
    if (!place.key)
        return true;
    str_printf(&evidence, "%s record %jd", kind, (intmax_t)place.record_id);
    return ledger_audit(ledger, 0, 0, place.key, "differs", str_text(&evidence), err)
           && sql_run(ledger->sql, &LEDGER_FINDING_PUT,
                      sql_args(sql_i64(document), sql_text(kind), sql_text(words),
                               sql_i64(ledger->run), sql_i64(time_now_us())),
                      err);
}
