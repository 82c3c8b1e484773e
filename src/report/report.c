/* Writes the report from its first line to its last, over one state of the ledger. */
#include "report/report.h"

#include "base/time.h"
#include "base/utf8.h"
#include "report/html.h"
#include "report/parts.h"
#include "report/words.h"

#include <ctype.h>

/*
 * What stands at the foot of every printed page: a text in a style sheet, in which no character but
 * letters and digits stands for itself.
 */
static void foot_add(struct str *to, const struct status *s, const struct report_settings *settings)
{
    const char *practice = settings->parties.practice;
    auto_str text = STR_MAX(KIB(16)), clean = STR_MAX(KIB(64));
    struct span rest;
    uint32_t code;

    str_printf(&text, "%s · migration report as of ",
               practice && *practice ? practice : s->settings.name);
    words_moment(&text, s->at_us);
    words_clean(&clean, str_span(&text));
    for (rest = str_span(&clean); rest.size && utf8_next(&rest, &code);)
        str_printf(to, code < 0x80 && isalnum((int)code) ? "%c" : "\\%x ", (int)code);
}

static bool parts_write(struct html_page *page, struct ledger *ledger, const struct figures *f,
                        const struct report_settings *settings, struct err *err)
{
    struct balance balance = balance_of(f);
    auto_str foot = STR_MAX(KIB(256));
    char offset[TIME_TEXT_SIZE];
    const char *rest;

    if (!balance_check(&balance, err))
        return false;
    foot_add(&foot, f->status, settings);
    rest = page_fill(page, html_page, PAGE_TEXT("name", f->status->settings.name),
                     PAGE_PART("style", html_style), PAGE_SPAN("foot", str_span(&foot)),
                     PAGE_ROWS("parts"));
    front_write(page, f, &balance, &settings->parties);
    plots_write(page, f);
    runs_write(page, f);
    uploaded_write(page, f);
    if (!lists_write(page, ledger, f, err))
        return false;
    appendix_write(page, f, &balance, settings);
    page_fill(page, rest, PAGE_TEXT("version", settings->version),
              PAGE_MOMENT("at", f->status->at_us),
              PAGE_TEXT("offset", time_zone_offset(f->status->at_us, offset)));
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
