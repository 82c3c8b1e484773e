/* Runs, waivers, failures: one row each, as they come from the ledger. */
#include "report/parts.h"

#include "base/time.h"
#include "report/words.h"

/* More rows than this no browser shows gladly, and nobody reads; --csv has all. */
enum { ROWS_MAX = 2000 };

struct page_list {
    struct html_page *page;
    int64_t rows;   /* written             */
    int64_t failed; /* seen, written or not */
    int64_t waived;
};

/* --- runs ----------------------------------------------------------------------------------- */

static void number_cell(struct html_page *page, int64_t n)
{
    page_add(page, "<td class=\"n\">");
    page_number(page, n);
    page_add(page, "</td>");
}

static void whole_cell(struct html_page *page, const char *text)
{
    page_add(page, "<td class=\"whole\">");
    page_text(page, text);
    page_add(page, "</td>");
}

static void run_row(struct html_page *page, const struct ledger_run *run, int64_t now_us)
{
    const struct ledger_progress *at = &run->progress;
    char took[TIME_TEXT_SIZE];

    page_printf(page, "<tr><th scope=\"row\">%jd</th><td class=\"nowrap\">", (intmax_t)run->run);
    page_stamp(page, run->started_us);
    page_add(page, "</td>");
    if (!status_run_moved(run)) {
        page_add(page, "<td colspan=\"6\">told by a person: <strong>");
        page_text(page, run->kind);
        page_add(page, "</strong></td>");
    } else {
        page_add(page, "<td class=\"nowrap\">");
        page_text(page, time_for_people((run->ended_us ? run->ended_us : now_us) - run->started_us,
                                        took));
        page_add(page, "</td>");
        number_cell(page, at->found);
        number_cell(page, at->processed);
        number_cell(page, at->successful);
        number_cell(page, at->failed);
        number_cell(page, at->waiting);
    }
    whole_cell(page, run->status);
    whole_cell(page, run->version);
    whole_cell(page, run->host);
    page_add(page, "</tr>\n");
}

void runs_write(struct html_page *page, const struct figures *f)
{
    const struct status *s = f->status;
    int64_t good = status_tries_good(s);

    page_add(page,
             "<section id=\"runs\">\n<h2>Run history</h2>\n<div class=\"wide\"><table "
             "class=\"list\"><thead><tr><th scope=\"col\">Run</th><th scope=\"col\">Started "
             "(UTC)</th><th scope=\"col\">Took</th><th scope=\"col\" class=\"n\">Found</th><th "
             "scope=\"col\" class=\"n\">Processed</th><th scope=\"col\" class=\"n\">"
             "Successful</th><th scope=\"col\" class=\"n\">Failed</th><th scope=\"col\" "
             "class=\"n\">Waiting</th><th scope=\"col\">Ended</th><th scope=\"col\">"
             "Version</th><th scope=\"col\">On</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < s->run_count; i++)
        run_row(page, &s->runs[i], s->at_us);
    page_add(page, "</tbody></table></div>\n<p>In all: <strong>");
    page_number(page, s->states[LEDGER_DONE]);
    page_add(page, " of ");
    page_number(page, status_total(s));
    page_add(page, " documents</strong> succeeded (");
    page_share(page, s->states[LEDGER_DONE], status_total(s));
    page_add(page, "). Counted apart: ");
    page_number(page, good);
    page_add(page, " of ");
    page_count(page, good + s->tries_failed, "try", "tries");
    page_add(page, " (");
    page_share(page, good, good + s->tries_failed);
    page_add(page, "). A document that failed in several runs is one document, so the column "
                   "“failed” is not to be added up.</p>\n</section>\n");
}

/* --- waivers -------------------------------------------------------------------------------- */

static bool waiver_row(void *arg, const struct survey_waiver *w)
{
    struct page_list *list = arg;
    struct html_page *page = list->page;

    if (list->waived++ >= ROWS_MAX)
        return true;
    page_printf(page, "<tr><th scope=\"row\">%jd</th><td>", (intmax_t)w->record_id);
    page_span(page, w->filemaker_id);
    page_add(page, "</td><td>");
    page_span(page, w->type);
    page_add(page, "</td><td>");
    page_span(page, w->class);
    page_add(page, "</td><td>");
    page_span(page, w->who);
    page_add(page, "</td><td>");
    page_span(page, w->reason);
    page_add(page, "</td><td class=\"nowrap\">");
    page_stamp(page, w->at_us);
    page_add(page, "</td></tr>\n");
    return true;
}

static void cut_note(struct html_page *page, int64_t all)
{
    if (all <= ROWS_MAX)
        return;
    page_printf(page, "<p>These are the first %d of ", ROWS_MAX);
    page_number(page, all);
    page_add(page, "; <code>fmferry report --csv</code> and <code>fmferry failures --csv</code> "
                   "have all of them.</p>\n");
}

static void words_head(struct html_page *page)
{
    page_add(page, "<table class=\"list\"><thead><tr><th scope=\"col\">Record</th><th "
                   "scope=\"col\">Id</th><th scope=\"col\">Type</th><th scope=\"col\">Cause</th>"
                   "<th scope=\"col\">By</th><th scope=\"col\">Reason</th><th scope=\"col\">When "
                   "(UTC)</th></tr></thead><tbody>\n");
}

static bool waivers_list(struct html_page *page, struct ledger *ledger, const struct figures *f,
                         struct err *err)
{
    struct page_list list = { .page = page };

    page_add(page, "<section id=\"waivers\">\n<h2>Documents that were given up</h2>\n");
    if (f->waived == 0) {
        page_add(page, "<p>None.</p>\n</section>\n");
        return true;
    }
    words_head(page);
    if (!survey_each_waiver(ledger, waiver_row, &list, err))
        return false;
    page_add(page, "</tbody></table>\n");
    cut_note(page, list.waived);
    page_add(page, "</section>\n");
    return true;
}

/* --- acceptances ---------------------------------------------------------------------------- */

static bool accepted_row(void *arg, const struct survey_waiver *w)
{
    struct page_list *list = arg;

    if (list->waived == 0) {
        page_add(list->page, "<section id=\"accepted\">\n<h2>Documents accepted as they came</h2>\n"
                             "<p>The bytes looked like no document; a person said that they are "
                             "it.</p>\n");
        words_head(list->page);
    }
    return waiver_row(arg, w);
}

/* Nothing at all where nothing was accepted: it is rare. */
static bool acceptances_list(struct html_page *page, struct ledger *ledger, struct err *err)
{
    struct page_list list = { .page = page };

    if (!survey_each_accepted(ledger, accepted_row, &list, err))
        return false;
    if (list.waived > 0) {
        page_add(page, "</tbody></table>\n");
        cut_note(page, list.waived);
        page_add(page, "</section>\n");
    }
    return true;
}

/* --- failures ------------------------------------------------------------------------------- */

static void evidence_write_cell(struct html_page *page, const struct ledger_failure *e)
{
    page_text(page, e->message);
    page_printf(page, "<br><span class=\"soft\">try %d", e->tries);
    if (e->at_us) {
        page_add(page, " on ");
        page_stamp(page, e->at_us);
    }
    page_add(page, ", at ");
    page_text(page, e->step);
    if (e->http_status)
        page_printf(page, ", HTTP %d", e->http_status);
    if (e->filemaker_code)
        page_printf(page, ", FileMaker %d", e->filemaker_code);
    if (e->bytes >= 0) {
        page_add(page, ", ");
        page_bytes(page, e->bytes);
        page_add(page, " had come");
    }
    if (*e->path) {
        page_add(page, ", stored as ");
        page_text(page, e->path);
    }
    page_add(page, "</span>");
}

static bool failure_row(void *arg, const struct ledger_failure *e)
{
    struct page_list *list = arg;
    struct html_page *page = list->page;

    list->failed += e->state == LEDGER_FAILED;
    if (list->rows++ >= ROWS_MAX)
        return true;
    page_printf(page, "<tr><th scope=\"row\">%jd</th><td>", (intmax_t)e->record_id);
    page_text(page, *e->type ? e->type : "(no type)");
    page_add(page, "<br><code class=\"whole soft\">");
    page_text(page, e->filemaker_id ? e->filemaker_id : e->identity);
    page_add(page, "</code></td><td class=\"whole\">");
    page_text(page, e->class);
    if (e->state != LEDGER_FAILED)
        page_add(page, "<br><span class=\"soft\">will be tried again</span>");
    page_add(page, "</td><td>");
    evidence_write_cell(page, e);
    page_add(page, "</td></tr>\n");
    return true;
}

static bool failures_list_write(struct html_page *page, struct ledger *ledger,
                                const struct figures *f, struct err *err)
{
    struct page_list list = { .page = page };
    int64_t failed = f->status->states[LEDGER_FAILED];

    page_add(page, "<section id=\"failures\">\n<h2>Documents that did not arrive</h2>\n");
    if (failed + f->status->in_doubt == 0) {
        page_add(page, "<p>None.</p>\n</section>\n");
        return true;
    }
    page_add(page, "<table class=\"list\"><thead><tr><th scope=\"col\">Record</th><th "
                   "scope=\"col\">Type and id</th><th scope=\"col\">Cause</th><th "
                   "scope=\"col\">Evidence: the words of the last try (times are "
                   "UTC)</th></tr></thead><tbody>\n");
    if (!ledger_each_failure(ledger, failure_row, &list, err))
        return false;
    page_add(page, "</tbody></table>\n");
    cut_note(page, list.rows);
    page_add(page, "</section>\n");
    return list.failed == failed
           || err_set(
               err, ERR_DATA, 0,
               "the sums do not balance, so no report was written: %jd documents failed, and "
               "%jd are in the list of failures",
               (intmax_t)failed, (intmax_t)list.failed);
}

bool lists_write(struct html_page *page, struct ledger *ledger, const struct figures *f,
                 struct err *err)
{
    return waivers_list(page, ledger, f, err) && acceptances_list(page, ledger, err)
           && failures_list_write(page, ledger, f, err);
}
