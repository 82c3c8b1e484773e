/* The list of all documents of a source: for spreadsheets and programs. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/ledger.h"

#include <stdio.h>

enum documents_form { DOCUMENTS_JSON, DOCUMENTS_CSV };

/*
 * Writes all documents, including those that are gone from the source, from one state of the ledger
 * and in constant memory. The columns are in docs/json.md.
 * Fails with ERR_DATABASE, ERR_OS, and with ERR_DATA if they are not as many as the tallies say.
 */
must_check bool documents_write(struct ledger *ledger, enum documents_form form, FILE *to,
                                struct err *err);
