/*
 * The other documents of a record. A record is marked once, when the last of its documents is
 * stored. Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "ledger/claims.h"

/*
 * In a change, after ledger_store() or for a stored document: whether the record may be marked. It
 * may when each of its documents is stored, from the same modification of the record. Those that
 * were stored from an older one, or are done without this document, are put back to waiting.
 */
must_check bool ledger_record_ready(struct ledger *ledger, const struct ledger_claim *claim,
                                    uint64_t mod_id, bool *ready_r, struct err *err);

/* A document that became done together with another one. */
struct ledger_done {
    int64_t document, size;
};

/*
 * In a change, after ledger_finish(): the record's other documents are done as well.
 *   done_r   those documents; the caller frees
 */
must_check bool ledger_finish_siblings(struct ledger *ledger, const struct ledger_claim *claim,
                                       uint64_t mod_id, struct ledger_done **done_r,
                                       size_t *count_r, struct err *err);
