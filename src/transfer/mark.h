/* The mark that tells FileMaker's users that a document was moved. */
#pragma once

#include "transfer/state.h"

/* Writes the mark of a document that was just recorded, and reads it back. */
must_check bool mark_document(struct transfer *t);

/* The same for a document that an earlier try stored: finds out first what that try did. */
must_check bool mark_resume(struct transfer *t);
