/*
 * The report: one HTML file that needs nothing but itself. It has two pages in plain language for
 * the person who signs, then plots, the run history, every failure with its evidence, every waiver,
 * the settings, the versions, and the sums that were checked before the first line was written.
 *
 * This folder shows how a migration stands: status.h for a terminal and as JSON, documents.h and
 * failures.h as lists, report.h as the report. All of it reads the ledger in one reading
 * transaction, holds nobody up and writes nothing; every figure counts documents, never attempts.
 * sums.h, forecast.h, checklist.h and figures.h compute the figures, page.h fills the templates of
 * html/. One thread at a time.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/ledger.h"
#include "report/settings.h"

#include <stdio.h>

/*
 * Writes the report from one state of the ledger. Memory grows with the groups of failures and with
 * the different types, not with the documents.
 * Fails with ERR_DATABASE, ERR_OS; with ERR_DATA if the sums do not balance: then nothing was
 * written.
 */
must_check bool report_write(struct ledger *ledger, const struct report_settings *settings,
                             FILE *to, struct err *err);
