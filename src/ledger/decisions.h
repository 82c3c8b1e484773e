/*
 * People's decisions about documents: try again, accept the bytes that came, or accept the loss.
 * Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "ledger/ledger.h"

/* The documents that a person means. A member that is NULL or 0 excludes none. */
struct ledger_selection {
    const char *class;
    const char *identity; /* in lower case */
    int64_t record_id;
};

/* In a change: failed or waived → waiting. `count_r`: how many documents. */
must_check bool ledger_retry(struct ledger *ledger, const struct ledger_selection *selection,
                             int64_t *count_r, struct err *err);

/*
 * In a change: failed → waiting, for all documents of a class. This is the program's decision, not
 * a person's: how the source answered earlier marks is not forgotten.
 *   count_r   how many documents
 */
must_check bool ledger_retry_class(struct ledger *ledger, const char *class, int64_t *count_r,
                                   struct err *err);

/*
 * In a change: waiting or failed → waived.
 *   who, reason   a person's name and words; both are written to the audit chain
 *   count_r       how many documents
 */
must_check bool ledger_waive(struct ledger *ledger, const struct ledger_selection *selection,
                             const char *who, const char *reason, int64_t *count_r,
                             struct err *err);

/*
 * In a change: failed or waived → waiting, for documents with refused bytes. The bytes that came
 * last for each are its file from now on; no others are.
 *   who, reason   a person's name and words; both are written to the audit chain
 *   count_r       how many documents
 */
must_check bool ledger_accept(struct ledger *ledger, const struct ledger_selection *selection,
                              const char *who, const char *reason, int64_t *count_r,
                              struct err *err);
