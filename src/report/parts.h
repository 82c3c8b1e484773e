/* The parts of the report, in the order in which they stand. Private to report/. */
#pragma once

#include "report/balance.h"
#include "report/figures.h"
#include "report/page.h"
#include "report/settings.h"

/* Two pages in plain language. */
void front_write(struct html_page *page, const struct figures *figures,
                 const struct balance *balance);

/* The plots. */
void plots_write(struct html_page *page, const struct figures *figures);

/* The run history. */
void runs_write(struct html_page *page, const struct figures *figures);

/*
 * Every waiver and every failure, as many as a page can bear, one at a time.
 * Fails with ERR_DATABASE, and with ERR_DATA if there are not as many as the sums say.
 */
must_check bool lists_write(struct html_page *page, struct ledger *ledger,
                            const struct figures *figures, struct err *err);

/* What is to be known for checking it years later: probe, settings, versions, sums. */
void appendix_write(struct html_page *page, const struct figures *figures,
                    const struct balance *balance, const struct report_settings *settings);
