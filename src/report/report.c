/* The report from its first line to its last, over one state of the ledger. */
#include "report/report.h"

#include "report/parts.h"
#include "report/report_css.h"

static void head_write(struct html_page *page, const struct status *s)
{
    page_add(page,
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
             "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
             "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Migration report: ");
    page_text(page, s->settings.name);
    page_add(page, "</title>\n<style>\n");
    page_add(page, report_css);
    page_add(page, "</style>\n</head>\n<body>\n<header>\n<nav aria-label=\"Parts of this report\">"
                   "<ul>");
    page_add(page, "<li><a href=\"#plots\">Plots</a></li><li><a href=\"#runs\">Runs</a></li>"
                   "<li><a href=\"#waivers\">Given up</a></li><li><a href=\"#failures\">Did not "
                   "arrive</a></li><li><a href=\"#settings\">Settings</a></li><li>"
                   "<a href=\"#sums\">Sums</a></li>");
    page_add(page, "</ul></nav>\n</header>\n<main>\n");
}

static void foot_write(struct html_page *page, const struct report_settings *settings,
                       const struct status *s)
{
    page_add(page, "</main>\n<footer><p>Written by fmferry ");
    page_text(page, settings->version);
    page_add(page, " from the ledger as it stood on ");
    page_moment(page, s->at_us);
    page_add(page, ". Times are UTC unless it says otherwise. This file holds ids and types of "
                   "patients’ documents: keep it as you keep them.</p></footer>\n</body>\n"
                   "</html>\n");
}

static bool parts_write(struct html_page *page, struct ledger *ledger, const struct figures *f,
                        const struct report_settings *settings, struct err *err)
{
    struct balance balance = balance_of(f);

    if (!balance_check(&balance, err))
        return false;
    head_write(page, f->status);
    front_write(page, f, &balance);
    plots_write(page, f);
    runs_write(page, f);
    if (!lists_write(page, ledger, f, err))
        return false;
    appendix_write(page, f, &balance, settings);
    foot_write(page, settings, f->status);
    return page_end(page, err);
}

bool report_write(struct ledger *ledger, const struct report_settings *settings, FILE *to,
                  struct err *err)
{
    auto_tx tx = { 0 };
    auto_figures *figures = NULL;
    auto_written_page *page = page_new(to);

    return sql_begin_reading(ledger_sql(ledger), &tx, err)
           && figures_read(ledger, &settings->status, &figures, err)
           && parts_write(page, ledger, figures, settings, err);
}
