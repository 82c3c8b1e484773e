/* Names a document, and keeps what is found of its bytes. */
#include "verify/document.h"

struct named_document document_named(const struct document_facts *d, char row[ROW_TEXT_SIZE])
{
    struct named_document named = {
        .document = d->has_ledger ? d->ledger.document : 0,
        .record_id = d->has_source ? d->source.record_id : d->ledger.record_id,
        .identity = d->has_ledger ? d->ledger.identity : d->source.identity,
        .key = d->ledger.key,
        .row = ""
    };

    if (d->row_count || d->ledger.version)
        named.row = uuid_text(d->row_count ? &d->rows[0].id : &d->id, row);
    return named;
}

static struct span document_place(const struct document_facts *d, char row[ROW_TEXT_SIZE])
{
    return span_of(uuid_text(&d->id, row));
}

bool document_settle(struct verifier *v, struct document_facts *d, struct err *err)
{
    char row[ROW_TEXT_SIZE];

    if (!d->is_open)
        return true;
    d->is_reported = true;
    return finding_close(v, &d->open, document_place(d, row), err);
}

bool document_bytes_differ(struct verifier *v, struct document_facts *d, const char *kind,
                           const char *words, struct err *err)
{
    char row[ROW_TEXT_SIZE];

    DIFFER(v, d, false, kind, "%s", words);
    if (d->is_open)
        return d->is_reported = true;
    return finding_open(v, kind, document_place(d, row), d->ledger.record_id, err);
}
