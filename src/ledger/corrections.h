/*
 * Corrections: changes to the ledger that follow from its comparison with source, store and
 * application. They concern documents that no run holds. Threads, changes and failures as in
 * ledger.h.
 */
#pragma once

#include "ledger/read.h"

/*
 * In a change: makes a document waiting, because it must be moved again, or done, because it proved
 * to be.
 *   after       LEDGER_WAITING or LEDGER_DONE
 *   mod_id      the record's
 *   why         for the audit chain
 *   changed_r   false: it changed since it was read, and nothing was written
 */
must_check bool ledger_correct(struct ledger *ledger, const struct ledger_document_state *document,
                               enum ledger_state after, uint64_t mod_id, const char *why,
                               bool *changed_r, struct err *err);
