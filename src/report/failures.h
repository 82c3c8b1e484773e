/* The list of failures: their causes, or each document with its evidence, as text, JSON or CSV. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/read.h"
#include "report/clusters.h"
#include "report/status.h"
#include "json/writer.h"

#include <stdio.h>

enum failures_form { FAILURES_CAUSES, FAILURES_TEXT, FAILURES_JSON, FAILURES_CSV };

struct failures_request {
    enum failures_form form;
    struct failures_choice choice;
    int64_t limit;             /* causes or documents at most; 0: all                   */
    struct status_form screen; /* for FAILURES_CAUSES: the terminal that the text is for */
};

/*
 * Writes the list to a stream, from one state of the ledger. Documents are written one at a time, causes when all are read.
 * Fails with ERR_USAGE (no document was ever of this type), ERR_DATABASE, ERR_DATA, ERR_OS.
 */
must_check bool failures_write(struct ledger *ledger, const struct failures_request *request,
                               FILE *to, struct err *err);

/* Checks that there are documents of a type: else its name may be mistyped. Fails with ERR_USAGE. */
must_check bool failures_type_check(struct ledger *ledger, const char *type, struct err *err);

/* Writes the members of one failure, as `fmferry failures --json` has them, to an open object. */
void failure_members(struct json_writer *w, const struct ledger_failure *failure);
