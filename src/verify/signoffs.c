/* Holds the ledger's sign-offs against the audit chains. */
#include "verify/signoffs.h"

#include "base/mem.h"
#include "verify/inside.h"

/* The step of the ledger's schema that brought them. */
enum { STEP_OF_SIGNOFFS = 7 };

void told_signoffs_clear(struct told_signoffs *told)
{
    for (size_t i = 0; i < told->count; i++)
        free(told->items[i].evidence);
    free(told->items);
}

void signoff_collect(struct verifier *v, int64_t run, struct span after, struct span evidence)
{
    struct told_signoffs *told = &v->signoffs;

    if (!span_is(after, "signed"))
        return;
    told->items = mem_grow(told->items, (told->count + 1) * sizeof *told->items);
    told->items[told->count++] =
        (struct told_signoff){ .run = run, .evidence = span_text(evidence) };
}

/* The entry that a row must have, as docs/ledger.md gives it. */
static void evidence_of(const struct sql_rows *rows, struct str *to)
{
    auto_sha256_stream *hash = sha256_stream_new();
    struct span digest = sql_get_bytes(rows, 7);
    struct sha256 all;

    for (int column = 2; column <= 6; column++) {
        sha256_stream_add(hash, sql_get_text(rows, column));
        sha256_stream_add(hash, span_of("\n"));
    }
    all = sha256_stream_end(hash);
    str_printf(to, "signoff %jd by ", (intmax_t)sql_get_i64(rows, 0));
    str_add_span(to, sql_get_text(rows, 2));
    str_add_text(to, ", shown ");
    hex_add(to, digest.at, digest.size);
    str_add_text(to, ", all ");
    hex_add(to, all.bytes, SHA256_SIZE);
}

static void row_hold(struct verifier *v, const struct sql_rows *rows)
{
    struct named_document nobody = { .row = "" };
    auto_str evidence = STR_MAX(ENTRY_MAX);
    int64_t run = sql_get_i64(rows, 1);

    evidence_of(rows, &evidence);
    for (size_t i = 0; i < v->signoffs.count; i++) {
        struct told_signoff *told = &v->signoffs.items[i];

        if (told->run != run || told->is_met)
            continue;
        told->is_met = true;
        if (strcmp(told->evidence, str_text(&evidence)) != 0)
            difference_report(v, "audit-signoff", &nobody,
                              "sign-off %jd is not what the audit chain of run %jd says",
                              (intmax_t)sql_get_i64(rows, 0), (intmax_t)run);
        return;
    }
    difference_report(v, "audit-signoff", &nobody, "no audit chain tells of sign-off %jd",
                      (intmax_t)sql_get_i64(rows, 0));
}

static bool rows_hold(struct verifier *v, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (v->ledger_step < STEP_OF_SIGNOFFS)
        return true;
    if (!sql_query(v->ledger, &VERIFY_SIGNOFFS, sql_args(sql_i64(v->source_number)), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        row_hold(v, rows);
    return step == STEP_END;
}

bool signoffs_judge(struct verifier *v, struct err *err)
{
    struct named_document nobody = { .row = "" };

    if (!rows_hold(v, err))
        return false;
    for (size_t i = 0; i < v->signoffs.count; i++)
        if (!v->signoffs.items[i].is_met)
            difference_report(v, "audit-signoff", &nobody,
                              "the audit chain of run %jd tells of a sign-off that the ledger does "
                              "not have",
                              (intmax_t)v->signoffs.items[i].run);
    return true;
}
