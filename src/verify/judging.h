/* What all judges do: report a difference, and ask whether a run is at the document. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

struct verifier;

/* A document, to name it in a difference. */
struct named_document {
    uint64_t record_id;
    struct span identity, key;
    const char *row;
};

/* Says that something is not as it should be. */
void difference_report(struct verifier *v, const char *kind, const struct named_document *named,
                       const char *format, ...) printf_like(4, 5);

/* Whether a run is at a document: the ledger says something else of it than before. */
must_check bool document_is_moving(struct verifier *v, uint64_t document, uint64_t epoch,
                                   uint64_t changed_us, bool *moving_r, struct err *err);

/* Whether the bytes of a document are to be read, by --deep and --sample. */
bool document_is_sampled(const struct verifier *v, const uint8_t row_id[16]);
