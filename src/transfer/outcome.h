/* Tells the ledger what became of a document, without waiting for it. */
#pragma once

#include "transfer/state.h"

/* The document is done. */
void outcome_of_success(struct transfer *t);

/*
 * The document waits for a later try, has failed, or is gone; `failure` says why.
 * False: the run must stop, `err` says why.
 */
must_check bool outcome_of_failure(struct transfer *t, struct err *err);
