/* Commits that a document is stored, and its row in the application. */
#pragma once

#include "transfer/state.h"

/* False, too, if it is committed, but the record has other files that are not stored yet. */
must_check bool commit_document(struct transfer *t);
