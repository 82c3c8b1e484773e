/* Counts a difference by its kind, keeps it for the ledger, and hands it on. */
#include "verify/inside.h"

#include <assert.h>
#include <stdarg.h>

static void kind_count(struct verify_result *r, const char *kind)
{
    size_t at = 0;

    while (at < r->kind_count && strcmp(r->kinds[at].kind, kind) != 0)
        at++;
    assert(at < VERIFY_KINDS_MAX);
    if (at == r->kind_count)
        r->kinds[r->kind_count++].kind = kind;
    r->kinds[at].count++;
}

void difference_report(struct verifier *v, const char *kind, const struct named_document *named,
                       const char *format, ...)
{
    char words[WORDS_SIZE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(words, sizeof words, format, args);
    va_end(args);
    v->result->differences++;
    kind_count(v->result, kind);
    looked_differs(v, named->document, kind, words);
    v->tell(v->arg, &(struct verify_difference){ .kind = kind,
                                                 .record_id = named->record_id,
                                                 .identity = named->identity,
                                                 .key = named->key,
                                                 .row = named->row,
                                                 .words = words });
}

bool document_is_moving(struct verifier *v, uint64_t document, uint64_t epoch, uint64_t changed_us,
                        bool *moving_r, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(v->ledger, &VERIFY_DOCUMENT_NOW, sql_args(sql_i64((int64_t)document)), &rows,
                   err))
        return false;
    step = sql_next(rows, err);
    if (step != STEP_ERROR)
        *moving_r = step == STEP_END || (uint64_t)sql_get_i64(rows, 0) != epoch
                    || (uint64_t)sql_get_i64(rows, 1) != changed_us;
    return step != STEP_ERROR;
}

bool document_is_sampled(const struct verifier *v, const uint8_t row_id[16])
{
    uint64_t number;

    memcpy(&number, row_id, sizeof number);
    return v->settings->sample_count == 0
           || number % (uint64_t)v->settings->sample_count + 1
                  == (uint64_t)v->settings->sample_index;
}
