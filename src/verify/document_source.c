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
static bool is_mark_of_ours(struct verifier *v, const struct document_facts *d, bool *is_r,
                            struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    *is_r = false;
    if (!sql_query(v->ledger, &VERIFY_MARKS,
                   sql_args(sql_i64(v->source_number), sql_i64((int64_t)d->source.record_id)),
                   &rows, err))
        return false;
    while (!*is_r && (step = sql_next(rows, err)) == STEP_ROW)
        *is_r = is_same_mark(d->source.mark, sql_get_text(rows, 0));
    return *is_r || step == STEP_END;
}

static bool mark_judge(struct verifier *v, const struct document_facts *d, bool moving,
                       struct err *err)
{
    bool is_ours = is_same_mark(d->source.mark, d->ledger.mark);

    if (!*v->settings->mark_field || is_ours)
        return true;
    if (d->source.mark.size == 0) {
        if (span_is(d->ledger.state, "done") && d->ledger.mark.size)
            DIFFER(v, d, moving, "mark-missing", "FileMaker shows no mark");
        return true;
    }
    if (!is_mark_of_ours(v, d, &is_ours, err))
        return false;
    if (!is_ours && !span_is(d->ledger.class, "undone")) /* a mark of theirs stays when ours go */
        DIFFER(v, d, moving, "mark-foreign",
               "FileMaker shows a mark that fmferry never meant to write: '" SPAN_FORMAT "'",
               SPAN_ARGS(d->source.mark));
    return true;
}

/* --- the source ----------------------------------------------------------------------------- */

static void patient_judge(struct verifier *v, const struct document_facts *d, bool moving)
{
    const struct ledger_fact *l = &d->ledger;
    const struct source_fact *s = &d->source;

    if (!ledger_fact_is_stored(l) || s->matches != 1 || l->by_hand)
        return; /* a person's decision outranks the patient's id */
    if (l->patient.size == 0)
        v->result->linkable++;
    else if (!span_equal(l->patient, s->patient))
        DIFFER(v, d, moving, "patient",
               "the document is linked to patient '" SPAN_FORMAT
               "', and FileMaker says that it is of '" SPAN_FORMAT "'",
               SPAN_ARGS(l->patient), SPAN_ARGS(s->patient));
}

static bool source_bytes_compare(struct verifier *v, struct document_facts *d, bool moving,
                                 const struct sha256 *sha256, uint64_t size, struct err *err)
{
    struct span stored = d->ledger.sha256;
    char words[WORDS_SIZE];

    d->source_agrees = stored.size == SHA256_SIZE
                       && memcmp(stored.at, sha256->bytes, SHA256_SIZE) == 0;
    if (d->source_agrees)
        return document_settle(v, d, err);
    (void)snprintf(words, sizeof words,
                   "FileMaker gives %ju bytes that are not those that were stored",
                   (uintmax_t)size);
    return moving || document_bytes_differ(v, d, "source-bytes", words, err);
}

static bool source_bytes_judge(struct verifier *v, struct document_facts *d, bool moving,
                               struct err *err)
{
    const struct ledger_fact *l = &d->ledger;
    struct sha256 sha256;
    uint64_t size, mod_id;
    char words[WORDS_SIZE];
    struct err why = { 0 };

    switch (source_bytes(v->source, l->record_id, l->container, l->repetition, &mod_id, &sha256,
                         &size, &why)) {
    case SOURCE_READ:
        v->result->source_read++;
        if (mod_id == l->mod_id)
            return source_bytes_compare(v, d, moving, &sha256, size, err);
        v->result->edited++;
        return true;
    case SOURCE_REFUSED:
        v->result->source_unreadable++;
        (void)snprintf(words, sizeof words, "FileMaker does not give the file again: %.300s",
                       why.msg);
        return moving || document_bytes_differ(v, d, "source-unreadable", words, err);
    case SOURCE_NO_STREAM:
        v->result->source_unreadable++;
        return true;
    case SOURCE_GONE:
        v->result->gone++;
        return document_settle(v, d, err);
    case SOURCE_FAILED:
        *err = why;
        return err_ctx(err, "reading record %ju", (uintmax_t)l->record_id);
    }
    abort();
}

/* The record has not changed since the ledger last saw it, so everything must agree. */
static bool unchanged_judge(struct verifier *v, struct document_facts *d, bool moving,
                            struct err *err)
{
    patient_judge(v, d, moving);
    if (d->source.type_hash != d->ledger.type_hash)
        DIFFER(v, d, moving, "type", "ledger and FileMaker name different types");
    if (!ledger_fact_is_stored(&d->ledger) || !(v->settings->deep || d->is_open))
        return true;
    if (!d->is_open && !document_is_sampled(v, d->id.bytes)) {
        v->result->not_sampled++;
        return true;
    }
    return source_bytes_judge(v, d, moving, err);
}

bool document_source_judge(struct verifier *v, struct document_facts *d, bool moving,
                           struct err *err)
{
    if (!mark_judge(v, d, moving, err) || !document_filled_judge(v, d, moving, err))
        return false;
    if (d->source.mod_id == d->ledger.mod_id)
        return unchanged_judge(v, d, moving, err);
    if (d->source.mod_id < d->ledger.mod_id)
        DIFFER(v, d, moving, "record-older",
               "modId %ju in FileMaker, %ju in the ledger: a restored file",
               (uintmax_t)d->source.mod_id, (uintmax_t)d->ledger.mod_id);
    else
        v->result->edited += !moving && span_is(d->ledger.state, "done");
    return true;
}
