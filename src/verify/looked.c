/* Of several words about a document the ledger keeps one: they are sorted by their weight. */
#include "verify/looked.h"

#include "verify/inside.h"
#include "verify/pack.h"

/* The order in which a document's words are read back. */
enum weight { WEIGHT_OF_SOME, WEIGHT_OF_ALL, WEIGHT_MOVING };

static bool needs_source(struct span kind)
{
    static const char *const of_source[] = {
        "document-missing", "field-foreign", "field-missing", "mark-foreign", "mark-missing",
        "patient",          "record-moved",  "record-older",  "record-other", "type"
    };

    for (size_t i = 0; i < lengthof(of_source); i++)
        if (span_is(kind, of_source[i]))
            return true;
    return false;
}

static bool needs_certificate(struct span kind)
{
    return span_starts(kind, "certified-");
}

bool verify_judges(const struct verify_result *result, struct span kind)
{
    return (result->saw_source || !needs_source(kind))
           && (result->saw_certificate || !needs_certificate(kind));
}

static void looked_add(struct verifier *v, uint64_t document, enum weight weight, const char *kind,
                       const char *words)
{
    auto_str entry = STR_MAX(ENTRY_MAX);
    struct err err = { 0 };

    pack_u64(&entry, document);
    pack_u8(&entry, (uint8_t)weight);
    pack_text(&entry, span_of(kind));
    pack_text(&entry, span_of(words));
    if (!sorter_add(v->looked, str_span(&entry), &err) && v->looked_err.kind == ERR_NONE)
        v->looked_err = err;
}

/*
 * What not every verification judges comes first, so that one that does not judge it never meets a
 * row that hides such a difference behind another.
 */
void looked_differs(struct verifier *v, uint64_t document, const char *kind, const char *words)
{
    bool is_special = needs_source(span_of(kind)) || needs_certificate(span_of(kind));

    if (document)
        looked_add(v, document, is_special ? WEIGHT_OF_SOME : WEIGHT_OF_ALL, kind, words);
}

void looked_moving(struct verifier *v, uint64_t document)
{
    looked_add(v, document, WEIGHT_MOVING, "", "");
}

bool looked_is_whole(const struct verifier *v, struct err *err)
{
    if (v->looked_err.kind == ERR_NONE)
        return true;
    *err = v->looked_err;
    return err_ctx(err, "keeping what was found of documents");
}

bool verify_looked_next(struct verify_result *result, struct verify_looked *looked_r, bool *is_r,
                        struct err *err)
{
    int64_t before = result->looked_last;
    struct span entry;
    enum step step;

    *is_r = false;
    if (!result->looked || (!result->looked_ended && !sorter_end(result->looked, err)))
        return !result->looked;
    result->looked_ended = true;
    while ((step = sorter_next(result->looked, &entry, err)) == STEP_ROW) {
        looked_r->document = result->looked_last = (int64_t)unpack_u64(&entry);
        if (looked_r->document == before)
            continue;
        looked_r->is_moving = unpack_u8(&entry) == WEIGHT_MOVING;
        looked_r->kind = unpack_text(&entry);
        looked_r->words = unpack_text(&entry);
        return *is_r = true;
    }
    return step == STEP_END;
}
