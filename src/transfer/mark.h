/* The mark that tells FileMaker's users that a document was moved. */
#pragma once

#include "transfer/state.h"

/*
 * Writes the mark of a document that was just recorded, and reads it back, or leaves it
 * `is_unconfirmed`: then mark_confirm() follows.
 */
must_check bool mark_document(struct transfer *t);

/* Judges a mark that FileMaker took, once the record was read again. */
must_check bool mark_confirm(struct transfer *t);

/*
 * Whether the mark will be refused if the record was edited since it was read: then the record need
 * not be read again before. False where no mark is written, or one for several documents, and for a
 * restless record.
 */
bool mark_tells_of_edits(const struct transfer *t);

/* The same for a document that an earlier try stored: finds out first what that try did. */
must_check bool mark_resume(struct transfer *t);
