/* The list of failed documents with their evidence: for a terminal, as JSON, as CSV. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/ledger.h"

#include <stdio.h>

enum failures_form { FAILURES_TEXT, FAILURES_JSON, FAILURES_CSV };

/*
 * Writes the list to a stream, one document at a time.
 * Fails with ERR_DATABASE, ERR_OS.
 */
must_check bool failures_write(struct ledger *ledger, enum failures_form form, FILE *to,
                               struct err *err);
