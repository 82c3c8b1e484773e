/* Holds what the ledger says of a document against its record at the source. */
#include "verify/document.h"

/* --- the mark ------------------------------------------------------------------------------- */

/* The digits of a stamp, year first: it comes back as it was written, or in ISO form. */
static void stamp_digits(struct span stamp, char digits[24])
{
    size_t used = 0;
    bool is_us = stamp.size > 2 && stamp.at[2] == '/';

    for (size_t i = 0; is_us && i < 4 && 6 + i < stamp.size; i++)
        digits[used++] = stamp.at[6 + i];
    for (size_t i = 0; i < stamp.size && used < 23; i++)
        if (stamp.at[i] >= '0' && stamp.at[i] <= '9' && !(is_us && i >= 6 && i < 10))
            digits[used++] = stamp.at[i];
    digits[used] = '\0';
}

static bool is_same_mark(struct span a, struct span b)
{
    char left[24], right[24];

    stamp_digits(a, left);
    stamp_digits(b, right);
    return a.size > 0 && b.size > 0 && strcmp(left, right) == 0;
}

/* Whether this mark was meant for any version of any document of the record. */
static bool is_mark_of_ours(struct verifier *v, const struct document_facts *h, bool *is_r,
                            struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    *is_r = false;
    if (!sql_query(v->ledger, &VERIFY_MARKS,
                   sql_args(sql_i64(v->source_number), sql_i64((int64_t)h->source.record_id)),
                   &rows, err))
        return false;
    while (!*is_r && (step = sql_next(rows, err)) == STEP_ROW)
        *is_r = is_same_mark(h->source.mark, sql_get_text(rows, 0));
    return *is_r || step == STEP_END;
}

static bool mark_judge(struct verifier *v, const struct document_facts *h, bool moving,
                       struct err *err)
{
    bool is_ours = is_same_mark(h->source.mark, h->ledger.mark);

    if (!*v->settings->mark_field || is_ours)
        return true;
    if (h->source.mark.size == 0) {
        if (span_is(h->ledger.state, "done") && h->ledger.mark.size)
            DIFFER(v, h, moving, "mark-missing", "FileMaker shows no mark");
        return true;
    }
    if (!is_mark_of_ours(v, h, &is_ours, err))
        return false;
    if (!is_ours)
        DIFFER(v, h, moving, "mark-foreign",
               "FileMaker shows a mark that fmferry never meant to write: '" SPAN_FORMAT "'",
               SPAN_ARGS(h->source.mark));
    return true;
}

/* --- the source ----------------------------------------------------------------------------- */

static void patient_judge(struct verifier *v, const struct document_facts *h, bool moving)
{
    const struct ledger_fact *l = &h->ledger;
    const struct source_fact *s = &h->source;

    if (!ledger_fact_is_stored(l) || s->matches != 1 || l->by_hand)
        return; /* a person's decision outranks the patient's id */
    if (l->patient.size == 0)
        v->result->linkable++;
    else if (!span_equal(l->patient, s->patient))
        DIFFER(v, h, moving, "patient",
               "the document is linked to patient '" SPAN_FORMAT
               "', and FileMaker says that it is of '" SPAN_FORMAT "'",
               SPAN_ARGS(l->patient), SPAN_ARGS(s->patient));
}

static bool source_bytes_compare(struct verifier *v, struct document_facts *h, bool moving,
                                 const struct sha256 *sha256, uint64_t size, struct err *err)
{
    struct span stored = h->ledger.sha256;
    char words[WORDS_SIZE];

    h->source_agrees = stored.size == SHA256_SIZE
                       && memcmp(stored.at, sha256->bytes, SHA256_SIZE) == 0;
    if (h->source_agrees)
        return document_settle(v, h, err);
    (void)snprintf(words, sizeof words,
                   "FileMaker gives %ju bytes that are not those that were stored",
                   (uintmax_t)size);
    return moving || document_bytes_differ(v, h, "source-bytes", words, err);
}

static bool source_bytes_judge(struct verifier *v, struct document_facts *h, bool moving,
                               struct err *err)
{
    const struct ledger_fact *l = &h->ledger;
    struct sha256 sha256;
    uint64_t size, mod_id;
    char words[WORDS_SIZE];
    struct err why = { 0 };

    switch (source_bytes(v->source, l->record_id, l->container, l->repetition, &mod_id, &sha256,
                         &size, &why)) {
    case SOURCE_READ:
        v->result->source_read++;
        if (mod_id == l->mod_id)
            return source_bytes_compare(v, h, moving, &sha256, size, err);
        v->result->edited++;
        return true;
    case SOURCE_REFUSED:
        v->result->source_unreadable++;
        (void)snprintf(words, sizeof words, "FileMaker does not give the file again: %.300s",
                       why.msg);
        return moving || document_bytes_differ(v, h, "source-unreadable", words, err);
    case SOURCE_NO_STREAM:
        v->result->source_unreadable++;
        return true;
    case SOURCE_GONE:
        v->result->gone++;
        return document_settle(v, h, err);
    case SOURCE_FAILED:
        *err = why;
        return err_ctx(err, "reading record %ju", (uintmax_t)l->record_id);
    }
    abort();
}

/* The record has not changed since the ledger last saw it, so everything must agree. */
static bool unchanged_judge(struct verifier *v, struct document_facts *h, bool moving,
                            struct err *err)
{
    patient_judge(v, h, moving);
    if (h->source.type_hash != h->ledger.type_hash)
        DIFFER(v, h, moving, "type", "ledger and FileMaker name different types");
    if (!ledger_fact_is_stored(&h->ledger) || !(v->settings->deep || h->is_open))
        return true;
    if (!h->is_open && !document_is_sampled(v, h->id.bytes)) {
        v->result->not_sampled++;
        return true;
    }
    return source_bytes_judge(v, h, moving, err);
}

bool document_source_judge(struct verifier *v, struct document_facts *h, bool moving,
                           struct err *err)
{
    if (!mark_judge(v, h, moving, err))
        return false;
    if (h->source.mod_id == h->ledger.mod_id)
        return unchanged_judge(v, h, moving, err);
    if (h->source.mod_id < h->ledger.mod_id)
        DIFFER(v, h, moving, "record-older",
               "modId %ju in FileMaker, %ju in the ledger: a restored file",
               (uintmax_t)h->source.mod_id, (uintmax_t)h->ledger.mod_id);
    else
        v->result->edited += !moving && span_is(h->ledger.state, "done");
    return true;
}
