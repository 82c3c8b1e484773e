/*
 * Differences in bytes stay open until what they are about was read again and agreed: a later, less
 * thorough look does not clear them. They are kept in the audit chains of the verifications, where
 * nobody can take one away unseen: an entry without a document, whose `before` is the place (an
 * object's key, or the id of a document's row), whose `after` is "differs" or "agrees", and whose
 * evidence is "KIND record N".
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "verify/sorter.h"

struct verifier;

/* An open difference, packed behind FACT_OPEN at its place. */
struct open_fact {
    int64_t at_us, run; /* when it was found, and by which verification */
    uint64_t record_id;
    struct span kind;
};
void open_fact_unpack(struct span from, struct open_fact *fact_r); /* borrows `from` */

/*
 * An entry of an audit chain, perhaps one of these.
 *   is_r   whether it is, and was taken
 */
must_check bool finding_collect(struct verifier *v, int64_t run, int64_t seq, int64_t at_us,
                                struct span place, struct span after, struct span evidence,
                                bool *is_r, struct err *err);

/* Once all chains were heard: what is open goes to where its object or document is judged. */
must_check bool findings_send(struct verifier *v, struct err *err);

/* To be remembered: a difference, or that what it was about agrees now. */
must_check bool finding_open(struct verifier *v, const char *kind, struct span place,
                             uint64_t record_id, struct err *err);
must_check bool finding_close(struct verifier *v, const struct open_fact *open, struct span place,
                              struct err *err);

/* Says of one that it was found before and could not be read again. */
struct named_document;
void finding_still_open(struct verifier *v, const struct open_fact *open,
                        const struct named_document *named);
