/* What all judges do: report a difference, and ask whether a run is at the document. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

struct verifier;

/* Names a document in a difference. */
struct named_document {
    uint64_t document; /* in the ledger; 0: it is none of its documents, or nobody knows which */
    uint64_t record_id;
    struct span identity, key;
    const char *row;
};

/*
 * Reports a difference: counts it by its kind, hands it to the caller of verify_all(), and keeps it
 * for the ledger if it names a document.
 */
void difference_report(struct verifier *v, const char *kind, const struct named_document *named,
                       const char *format, ...) printf_like(4, 5);

/* Asks the ledger whether a run is moving a document: it has changed since it was gathered. */
must_check bool document_is_moving(struct verifier *v, uint64_t document, uint64_t epoch,
                                   uint64_t changed_us, bool *moving_r, struct err *err);

/* Whether a document is in the part that --sample chooses. */
bool document_is_sampled(const struct verifier *v, const uint8_t row_id[16]);
