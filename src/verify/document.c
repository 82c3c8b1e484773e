/* Names a document, and keeps what is found of its bytes. */
#include "verify/document.h"

struct named_document document_named(const struct document_facts *h, char row[ROW_TEXT_SIZE])
{
    struct named_document named = {
        .record_id = h->has_source ? h->source.record_id : h->ledger.record_id,
        .identity = h->has_ledger ? h->ledger.identity : h->source.identity,
        .key = h->ledger.key,
        .row = ""
    };

    if (h->row_count || h->ledger.version)
        named.row = uuid_text(h->row_count ? &h->rows[0].id : &h->id, row);
    return named;
}

static struct span document_place(const struct document_facts *h, char row[ROW_TEXT_SIZE])
{
    return span_of(uuid_text(&h->id, row));
}

bool document_settle(struct verifier *v, struct document_facts *h, struct err *err)
{
    char row[ROW_TEXT_SIZE];

    if (!h->is_open)
        return true;
    h->is_reported = true;
    return finding_close(v, &h->open, document_place(h, row), err);
}

bool document_bytes_differ(struct verifier *v, struct document_facts *h, const char *kind,
                           const char *words, struct err *err)
{
    char row[ROW_TEXT_SIZE];

    DIFFER(v, h, false, kind, "%s", words);
    if (h->is_open)
        return h->is_reported = true;
    return finding_open(v, kind, document_place(h, row), h->ledger.record_id, err);
}
