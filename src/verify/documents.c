/*
 * Compares what ledger, registry and source say of each document. Before a difference is reported
 * the ledger is asked once more: a run may be moving the document.
 */
#include "verify/document.h"

#include "base/mem.h"
#include "verify/pack.h"

/* --- rows ----------------------------------------------------------------------------------- */

static bool sha256_differs(struct span bytes, struct span hex)
{
    struct sha256 told;

    return !sha256_from_hex(hex, &told) || bytes.size != SHA256_SIZE
           || memcmp(told.bytes, bytes.at, SHA256_SIZE) != 0;
}

static void row_judge(struct verifier *v, const struct document_facts *d, bool moving)
{
    const struct ledger_fact *l = &d->ledger;
    const struct row_fact *r = &d->rows[0];
    uint64_t size = l->size_bytes > INT32_MAX ? INT32_MAX : l->size_bytes;

    if (memcmp(r->id.bytes, d->id.bytes, sizeof r->id.bytes) != 0)
        DIFFER(v, d, moving, "row-id", "the row has another id than the document's");
    if (!span_equal(r->key, l->key))
        DIFFER(v, d, moving, "row-key", "the row points to '" SPAN_FORMAT "'", SPAN_ARGS(r->key));
    if (!span_equal(r->patient, l->patient))
        DIFFER(v, d, moving, "row-patient",
               "the row belongs to patient '" SPAN_FORMAT "', the ledger says '" SPAN_FORMAT "'",
               SPAN_ARGS(r->patient), SPAN_ARGS(l->patient));
    if (r->size_bytes != size || r->exact_size_bytes != l->size_bytes)
        DIFFER(v, d, moving, "row-size", "the row says %ju bytes, its metadata %ju, the ledger %ju",
               (uintmax_t)r->size_bytes, (uintmax_t)r->exact_size_bytes, (uintmax_t)l->size_bytes);
    if (sha256_differs(l->sha256, r->sha256))
        DIFFER(v, d, moving, "row-hash", "the row's metadata has another SHA-256 than the ledger");
    if (r->record_id != l->record_id)
        DIFFER(v, d, moving, "row-record", "the row's metadata says record %ju",
               (uintmax_t)r->record_id);
}

static void rows_judge(struct verifier *v, const struct document_facts *d, bool moving)
{
    if (ledger_fact_is_stored(&d->ledger) && d->row_count == 0)
        DIFFER(v, d, moving, "row-missing", "the document is stored and has no row");
    else if (ledger_fact_is_stored(&d->ledger))
        row_judge(v, d, moving);
    else if (d->row_count && d->ledger.version == 0)
        DIFFER(v, d, moving, "row-surplus", "there is a row, and the ledger says '" SPAN_FORMAT "'",
               SPAN_ARGS(d->ledger.state));
    for (size_t i = 1; i < d->row_count; i++) {
        char text[ROW_TEXT_SIZE];

        DIFFER(v, d, moving, "row-double", "there is another row, %s",
               uuid_text(&d->rows[i].id, text));
    }
}

/* --- missing documents ------------------------------------------------------------------------- */

/* The ledger has the document; the walk over the source did not meet it. */
static bool absent_judge(struct verifier *v, struct document_facts *d, bool moving, struct err *err)
{
    bool lives;

    if (!v->source || d->ledger.is_upload)
        return true; /* nobody can say whether it is missing there */
    if (span_is(d->ledger.state, "gone"))
        return document_settle(v, d, err);
    if (!source_record_exists(v->source, d->ledger.record_id, &lives, err))
        return false;
    v->result->gone += !lives;
    if (!lives)
        return document_settle(v, d, err);
    if (lives)
        DIFFER(v, d, moving, "record-other",
               "record %ju is there, but it is not this document: another id, or no document by "
               "the filter",
               (uintmax_t)d->ledger.record_id);
    return true;
}

/* The source has the document; the ledger does not. */
static bool unknown_judge(struct verifier *v, const struct document_facts *d, struct err *err)
{
    const struct source_fact *s = &d->source;
    int64_t count;

    if (!sql_number(v->ledger, &VERIFY_IDENTITY_NOW,
                    sql_args(sql_i64(v->source_number), sql_span(s->identity),
                             s->container.size ? sql_span(s->container) : sql_text(""),
                             sql_i64((int64_t)s->repetition)),
                    0, &count, err))
        return false;
    if (count > 0) {
        v->result->moving++;
        return true;
    }
    if (s->record_id > v->last_record_id)
        v->result->newer++;
    else
        DIFFER(v, d, false, "document-missing", "FileMaker has this document, the ledger does not");
    for (size_t i = 0; i < d->row_count; i++)
        DIFFER(v, d, false, "row-surplus",
               "there is a row of a document that the ledger does not have");
    return true;
}

static void surplus_rows(struct verifier *v, const struct document_facts *d)
{
    for (size_t i = 0; i < d->row_count; i++) {
        char text[ROW_TEXT_SIZE];
        struct named_document who = { .record_id = d->rows[i].record_id,
                                      .key = d->rows[i].key,
                                      .row = uuid_text(&d->rows[i].id, text) };

        difference_report(v, "row-surplus", &who,
                          v->source ? "neither FileMaker nor the ledger has a document for it"
                                    : "the ledger has no document for it");
    }
}

/* --- one document --------------------------------------------------------------------------- */

static bool both_judge(struct verifier *v, struct document_facts *d, struct err *err)
{
    bool moving;

    if (!document_is_moving(v, d->ledger.document, d->ledger.epoch, d->ledger.changed_us, &moving,
                            err))
        return false;
    v->result->moving += moving;
    if (moving)
        looked_moving(v, d->ledger.document);
    if (ledger_fact_is_stored(&d->ledger) && d->ledger.version == 0)
        DIFFER(v, d, moving, "version-missing", "stored, and no version says as what");
    rows_judge(v, d, moving);
    if (d->has_source && d->ledger.record_id != d->source.record_id)
        DIFFER(v, d, moving, "record-moved", "the ledger knows it as record %ju",
               (uintmax_t)d->ledger.record_id);
    return d->has_source ? document_source_judge(v, d, moving, err)
                         : absent_judge(v, d, moving, err);
}

static bool document_leaf_add(struct verifier *v, struct document_facts *d, struct err *err)
{
    return !v->leaves || !d->has_source
           || certificate_add_leaf(v, &d->source, d->has_ledger ? &d->ledger : NULL,
                                   d->row_count ? &d->rows[0] : NULL, d->how, d->source_agrees,
                                   err);
}

/* Reports an earlier difference that nothing was compared with now; a waived document closes it. */
static bool open_judge(struct verifier *v, struct document_facts *d, struct err *err)
{
    char row[ROW_TEXT_SIZE];
    struct named_document who = document_named(d, row);

    if (!d->is_open || d->is_reported)
        return true;
    if (d->has_ledger && span_is(d->ledger.state, "waived"))
        return document_settle(v, d, err);
    who.record_id = d->open.record_id;
    finding_still_open(v, &d->open, &who);
    return true;
}

static bool document_judge(struct verifier *v, struct document_facts *d, struct err *err)
{
    meter_add(v->settings->meter, d->has_source || v->settings->without_source, 0);
    if (!earlier_line_judge(v, d, err))
        return false;
    if (!d->has_ledger && !d->has_source)
        surplus_rows(v, d);
    else if (d->has_ledger ? !both_judge(v, d, err) : !unknown_judge(v, d, err))
        return false;
    return open_judge(v, d, err) && document_leaf_add(v, d, err);
}

/* Of several records with one id, the one that the ledger knows keeps it; the others are strays. */
static void source_collect(struct document_facts *d, struct span entry)
{
    struct source_fact fact;

    source_fact_unpack(entry, &fact);
    if (d->has_source && d->source.record_id == fact.record_id)
        return; /* a page showed it twice */
    if (d->has_source && !(d->has_ledger && fact.record_id == d->ledger.record_id)) {
        d->strays[d->stray_count++] = entry;
        return;
    }
    if (d->has_source)
        d->strays[d->stray_count++] = d->source_entry;
    d->has_source = true;
    d->source = fact;
    d->source_entry = entry;
}

static void facts_collect(const struct fact_group *group, struct document_facts *d)
{
    *d = (struct document_facts){ 0 };
    memcpy(d->id.bytes, group->key.at, sizeof d->id.bytes);
    for (size_t i = 0; i < group->count; i++) {
        struct span entry = group->entries[i];

        switch ((enum fact)unpack_u8(&entry)) {
        case FACT_LEDGER:
            d->has_ledger = true;
            ledger_fact_unpack(entry, &d->ledger);
            d->ledger_entry = group->entries[i];
            break;
        case FACT_ROW:
            row_fact_unpack(entry, &d->rows[d->row_count]);
            d->row_entries[d->row_count++] = group->entries[i];
            break;
        case FACT_SOURCE:
            source_collect(d, entry);
            break;
        case FACT_COMPARED:
            d->compared_entry = group->entries[i];
            d->how = (enum store_how)unpack_u8(&entry);
            break;
        case FACT_OPEN:
            d->open_entry = group->entries[i];
            d->is_open = true;
            open_fact_unpack(entry, &d->open);
            break;
        case FACT_CERTIFIED:
            d->certified_entry = group->entries[i];
            d->has_certified = true;
            certified_fact_unpack(entry, &d->certified);
            break;
        case FACT_VERSION:
        case FACT_OBJECT:
        case FACT_STRANGE_ROW:
            abort();
        }
    }
}

/* --- records that go by their record id -------------------------------------------------------- */

static bool by_record_id_send(struct verifier *v, const struct uuid *id, struct span entry,
                              struct err *err)
{
    auto_str to = STR_MAX(ENTRY_MAX);

    pack_bytes(&to, id->bytes, sizeof id->bytes);
    str_add_span(&to, entry);
    return sorter_add(v->by_record_id, str_span(&to), err);
}

/* A record whose id another one has goes by its record id, as it should in the ledger too. */
static bool stray_send(struct verifier *v, struct span entry, struct err *err)
{
    auto_str identity = STR_MAX(64), to = STR_MAX(ENTRY_MAX);
    struct source_fact fact;
    struct uuid id;

    source_fact_unpack(entry, &fact);
    str_printf(&identity, "rec:%ju", (uintmax_t)fact.record_id);
    fact.identity = str_span(&identity);
    id = fact_row_id(v->settings->source_name, fact.identity, fact.container, fact.repetition);
    pack_u8(&to, FACT_SOURCE);
    source_fact_pack(&to, &fact);
    return by_record_id_send(v, &id, str_span(&to), err);
}

/* The ledger's documents that go by their record id and found no record here wait for the strays.
 */
static bool must_wait(const struct document_facts *d)
{
    return d->has_ledger && !d->has_source && span_starts(d->ledger.identity, "rec:");
}

static bool wait_for_strays(struct verifier *v, const struct document_facts *d, struct err *err)
{
    if (!by_record_id_send(v, &d->id, d->ledger_entry, err)
        || (d->compared_entry.size && !by_record_id_send(v, &d->id, d->compared_entry, err))
        || (d->open_entry.size && !by_record_id_send(v, &d->id, d->open_entry, err))
        || (d->certified_entry.size && !by_record_id_send(v, &d->id, d->certified_entry, err)))
        return false;
    for (size_t i = 0; i < d->row_count; i++)
        if (!by_record_id_send(v, &d->id, d->row_entries[i], err))
            return false;
    return true;
}

static bool groups_judge(struct verifier *v, struct sorter *sorter, bool is_first, struct err *err)
{
    auto_group group = GROUP_OF(sorter, sizeof(struct uuid));
    auto_free struct document_facts *d = mem_new(struct document_facts);
    enum step step;

    while ((step = fact_group_next(&group, err)) == STEP_ROW) {
        facts_collect(&group, d);
        for (size_t i = 0; is_first && i < d->stray_count; i++)
            if (!stray_send(v, d->strays[i], err))
                return false;
        if (is_first && must_wait(d) ? !wait_for_strays(v, d, err) : !document_judge(v, d, err))
            return false;
    }
    return step == STEP_END;
}

bool judge_documents(struct verifier *v, struct err *err)
{
    meter_begin(v->settings->meter, "comparing documents", "documents",
                v->settings->without_source ? METER_UNKNOWN : (int64_t)v->result->documents);
    return sorter_end(v->documents, err) && groups_judge(v, v->documents, true, err)
           && sorter_end(v->by_record_id, err) && groups_judge(v, v->by_record_id, false, err);
}
