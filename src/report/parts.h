/* The parts of the report, in their order on the page. Private to report/. */
#pragma once

#include "report/balance.h"
#include "report/figures.h"
#include "report/page.h"
#include "report/settings.h"

/* Writes the two pages that are signed. */
void front_write(struct html_page *page, const struct figures *figures,
                 const struct balance *balance, const struct report_parties *parties);

/* Writes the place for the signature, below all that is open and the certificate. */
void signing_write(struct html_page *page, const struct figures *figures);

/* Writes the plots. */
void plots_write(struct html_page *page, const struct figures *figures);

/* Writes the run history. */
void runs_write(struct html_page *page, const struct figures *figures);

/* Writes how many documents were uploaded, by their states; nothing where there are none. */
void uploaded_write(struct html_page *page, const struct figures *figures);

/*
 * Writes every waiver, acceptance and failure, one at a time and at most as many as a page can
 * bear. Fails with ERR_DATABASE, and with ERR_DATA if the failures are not as many as the sums say.
 */
must_check bool lists_write(struct html_page *page, struct ledger *ledger,
                            const struct figures *figures, struct err *err);

/*
 * Writes what a check needs years later: findings about store and source, settings, versions, sums.
 */
void appendix_write(struct html_page *page, const struct figures *figures,
                    const struct balance *balance, const struct report_settings *settings);
