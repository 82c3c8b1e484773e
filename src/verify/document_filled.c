/*
 * Judges the fields that were filled with the mark. A person may fill them otherwise later: where the
 * record was edited since, that is only counted; where it was not, nobody but us can have been there.
 */
#include "base/mem.h"
#include "verify/document.h"

/* --- the rules ------------------------------------------------------------------------------ */

bool filled_gather(struct verifier *v, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(v->ledger, &VERIFY_NOTES_OF_WRITEBACK, sql_args(sql_i64(v->source_number)),
                   &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        auto_free char *text = span_text(sql_get_text(rows, 0));

        v->filled = mem_grow(v->filled, (v->filled_count + 1) * sizeof *v->filled);
        v->filled[v->filled_count] = (struct filled_rules){ 0 };
        if (!filled_rules_read(text ? text : "", &v->filled[v->filled_count++], err))
            return false;
    }
    return step == STEP_END;
}

const struct filled_rules *filled_now(const struct verifier *v)
{
    static const struct filled_rules none = { 0 };

    return v->filled_count ? &v->filled[v->filled_count - 1] : &none;
}

void filled_clear(struct verifier *v)
{
    for (size_t i = 0; i < v->filled_count; i++)
        filled_rules_clear(&v->filled[i]);
    free(v->filled);
}

/* --- one field ------------------------------------------------------------------------------ */

/* Whether the rules of any time put this into the field for the version. */
static bool is_filled_for(const struct verifier *v, const char *field,
                          const struct filled_version *version, struct span hash)
{
    for (size_t i = 0; i < v->filled_count; i++)
        if (filled_by(&v->filled[i], field, version, hash))
            return true;
    return false;
}

/* Whether it was written for another version of the document, or with another mark. */
static bool is_filled_for_any(struct verifier *v, const struct document_facts *d, const char *field,
                              struct span hash, bool *is_r, struct err *err)
{
    char row[ROW_TEXT_SIZE];
    auto_rows *rows = NULL;
    enum step step = STEP_END;

    *is_r = false;
    if (!sql_query(v->ledger, &VERIFY_VERSIONS_EVER,
                   sql_args(sql_i64(v->source_number), sql_i64((int64_t)d->ledger.document),
                            sql_i64((int64_t)d->source.record_id)),
                   &rows, err))
        return false;
    while (!*is_r && (step = sql_next(rows, err)) == STEP_ROW) {
        const struct filled_version version = { .row = uuid_text(&d->id, row),
                                                .key = sql_get_text(rows, 0),
                                                .sha256 = sql_get_bytes(rows, 1),
                                                .size_bytes = (uint64_t)sql_get_i64(rows, 2),
                                                .mark = sql_get_text(rows, 3) };

        *is_r = is_filled_for(v, field, &version, hash);
    }
    return *is_r || step == STEP_END;
}

/* Whether the documents that were stored first were so before this field was to be filled. */
static bool field_came_later(const struct verifier *v, const char *field)
{
    for (size_t i = 0; i < v->filled_count; i++) {
        size_t k = 0;

        while (k < v->filled[i].count && strcmp(v->filled[i].fields[k], field) != 0)
            k++;
        if (k == v->filled[i].count)
            return true;
    }
    return false;
}

/* What became of a document's fields, the worst last. */
enum filled_as { AS_WRITTEN, AS_BEFORE, AS_NOT_FILLED, AS_EDITED };

static bool empty_judge(struct verifier *v, const struct document_facts *d, const char *field,
                        bool moving, enum filled_as *as, struct err *err)
{
    int64_t stood;

    if (!sql_number(v->ledger, &VERIFY_MARK_STOOD, sql_args(sql_i64((int64_t)d->ledger.document)),
                    0, &stood, err))
        return false;
    *as = AS_NOT_FILLED;
    if (stood || field_came_later(v, field))
        return true;
    if (d->source.mod_id == d->ledger.mod_id)
        DIFFER(v, d, moving, "field-missing", "the field '%.64s' ([writeback]) is empty", field);
    *as = AS_EDITED;
    return true;
}

static bool field_judge(struct verifier *v, const struct document_facts *d, size_t which,
                        bool moving, enum filled_as *as, struct err *err)
{
    const char *field = filled_now(v)->fields[which];
    struct span hash = { d->source.filled.at + which * SHA256_SIZE, SHA256_SIZE };
    char row[ROW_TEXT_SIZE];
    const struct filled_version version = { .row = uuid_text(&d->id, row),
                                            .key = d->ledger.key,
                                            .sha256 = d->ledger.sha256,
                                            .size_bytes = d->ledger.size_bytes,
                                            .mark = d->ledger.mark };
    bool was_ours;

    *as = AS_WRITTEN;
    if (is_filled_for(v, field, &version, hash))
        return true;
    if (filled_hash_is_empty(hash))
        return empty_judge(v, d, field, moving, as, err);
    if (!is_filled_for_any(v, d, field, hash, &was_ours, err))
        return false;
    *as = was_ours ? AS_BEFORE : AS_EDITED;
    if (!was_ours && d->source.mod_id == d->ledger.mod_id)
        DIFFER(v, d, moving, "field-foreign",
               "the field '%.64s' ([writeback]) holds what fmferry never wrote there", field);
    return true;
}

/* --- all of a document's --------------------------------------------------------------------- */

bool document_filled_judge(struct verifier *v, const struct document_facts *d, bool moving,
                           struct err *err)
{
    size_t count = filled_now(v)->count;
    enum filled_as worst = AS_WRITTEN, as;

    if (!count || !span_is(d->ledger.state, "done") || d->ledger.mark.size == 0
        || d->source.filled.size != count * SHA256_SIZE)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (!field_judge(v, d, i, moving, &as, err))
            return false;
        worst = as > worst ? as : worst;
    }
    v->result->filled += worst <= AS_BEFORE;
    v->result->not_filled += worst == AS_NOT_FILLED;
    v->result->filled_otherwise += worst == AS_EDITED;
    return true;
}
