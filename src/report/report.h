/*
 * The report: one HTML file that needs nothing but itself. Two pages in plain language for whoever
 * has to sign, then plots, the run history, every failure with its evidence, every waiver, the
 * settings, the versions, and the sums that were checked before the first line was written.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/ledger.h"
#include "report/settings.h"

#include <stdio.h>

/*
 * Writes the report. Reads one state of the ledger; holds nobody up, and takes memory for what
 * failures have in common and for the different types, not for documents.
 * Fails with ERR_DATABASE, ERR_OS; with ERR_DATA if the sums do not balance: then nothing was
 * written.
 */
must_check bool report_write(struct ledger *ledger, const struct report_settings *settings,
                             FILE *to, struct err *err);
