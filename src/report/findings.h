/*
 * Findings: what failures have in common. A thousand records that fail alike have one cause, which
 * is waiting to be found. So failures that are neighbours in the order of records (clusters.h), or
 * share an author, a type, a storage kind or a folder, become one sentence.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "document/failure_class.h"
#include "ledger/ledger.h"

struct report_finding {
    char *text; /* "1,056 of 1,056 failures are records 1–1,056, created 3–9 March 2015 by Admin:
                   ..." */
    int64_t count;
};

struct finding_list {
    struct report_finding *items;
    size_t count;
};

struct findings {
    struct finding_list all;                /* each cluster         */
    struct finding_list by_class[FAILURES]; /* its part of each     */
};

/*
 * Finds what the failed documents of a source have in common, in one pass over them.
 *   findings_r   caller clears with findings_clear() (or auto_findings)
 * Fails with ERR_DATABASE.
 */
must_check bool findings_read(struct ledger *ledger, struct findings *findings_r, struct err *err);
void findings_clear(struct findings *findings);
#define auto_findings __attribute__((cleanup(findings_clear))) struct findings
