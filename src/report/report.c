/* Writes the report from its first line to its last, over one state of the ledger. */
#include "report/report.h"

#include "report/html.h"
#include "report/parts.h"

static bool parts_write(struct html_page *page, struct ledger *ledger, const struct figures *f,
                        const struct report_settings *settings, struct err *err)
{
    struct balance balance = balance_of(f);
    const char *rest;

    if (!balance_check(&balance, err))
        return false;
    rest = page_fill(page, html_page, PAGE_TEXT("name", f->status->settings.name),
                     PAGE_PART("style", html_style), PAGE_ROWS("parts"));
    front_write(page, f, &balance);
    plots_write(page, f);
    runs_write(page, f);
    if (!lists_write(page, ledger, f, err))
        return false;
    appendix_write(page, f, &balance, settings);
    page_fill(page, rest, PAGE_TEXT("version", settings->version),
              PAGE_MOMENT("at", f->status->at_us));
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
