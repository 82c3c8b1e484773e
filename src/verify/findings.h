/*
 * A difference in bytes stays open until those bytes are read again and agree: a later, less
 * thorough verification does not close it. Findings are kept in the audit chains of the
 * verifications, where none can be removed unseen. Such an entry has no document; its `before` is
 * the place (an object's key, or the id of a document's row), its `after` is "differs" or "agrees",
 * and its evidence is "KIND record N".
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "verify/sorter.h"

struct verifier;

/* An open difference, packed after FACT_OPEN at its place. */
struct open_fact {
    int64_t at_us, run; /* when it was found, and by which verification */
    uint64_t record_id;
    struct span kind;
};
void open_fact_unpack(struct span from, struct open_fact *fact_r); /* borrows `from` */

/*
 * Takes an entry of an audit chain if it is a finding.
 *   is_r   whether it was
 */
must_check bool finding_collect(struct verifier *v, int64_t run, int64_t seq, int64_t at_us,
                                struct span place, struct span after, struct span evidence,
                                bool *is_r, struct err *err);

/* Sends what is open to its object or document, once all chains are read. */
must_check bool findings_send(struct verifier *v, struct err *err);

/* Notes for the ledger that a difference was found, or that its bytes agree now. */
must_check bool finding_open(struct verifier *v, const char *kind, struct span place,
                             uint64_t record_id, struct err *err);
must_check bool finding_close(struct verifier *v, const struct open_fact *open, struct span place,
                              struct err *err);

/* Reports a difference that was found earlier and whose bytes could not be read again. */
struct named_document;
void finding_still_open(struct verifier *v, const struct open_fact *open,
                        const struct named_document *named);
