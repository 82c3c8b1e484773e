/*
 * Bytes that came for a document and were not taken for its file. Threads and failures as in
 * ledger.h.
 */
#pragma once

#include "base/digest.h"
#include "ledger/claims.h"

/* The ledger's knowledge of refused bytes, from before they came this time. */
struct ledger_refused {
    int64_t readings;  /* how often these bytes came for the document */
    int64_t elsewhere; /* another record for which they came; 0: none */
    bool accepted;     /* a person said that they are the document    */
};

/*
 * In a change: notes that bytes came for a document and were refused.
 *   class      why: the name of the failure
 *   before_r   the knowledge of these bytes from before
 */
must_check bool ledger_refuse(struct ledger *ledger, const struct ledger_claim *claim,
                              const char *class, const struct sha256 *sha256, uint64_t size_bytes,
                              struct ledger_refused *before_r, struct err *err);
