/* Writes runs, decisions and causes of failures, row by row. */
#include "report/parts.h"

#include "base/time.h"
#include "report/causes.h"
#include "report/html.h"

/* Nobody reads more rows than these on paper; --csv and --json have all. */
enum { ROWS_MAX = 40, RUNS_MAX = 30, CAUSES_MAX = 40 };

/* A list that is being written. */
struct page_list {
    struct html_page *page;
    const char *rest; /* of its template             */
    int64_t rows;     /* come so far, written or not */
};

/* Ends a list; says, where it was too long, that it was cut. */
static void list_end(const struct page_list *list)
{
    page_fill(list->page, list->rest, PAGE_WHEN("cut", list->rows > ROWS_MAX, html_cut),
              PAGE_ID("shown", ROWS_MAX), PAGE_NUMBER("all", list->rows));
}

/* --- runs ----------------------------------------------------------------------------------- */

static void run_row(struct html_page *page, const struct ledger_run *run, int64_t now_us)
{
    const struct ledger_progress *at = &run->progress;
    bool moved = status_run_moved(run);
    char took[TIME_TEXT_SIZE];

    page_fill(
        page, html_runs_run, PAGE_ID("number", run->run), PAGE_STAMP("started", run->started_us),
        PAGE_WHEN("decided", !moved, html_runs_decided), PAGE_TEXT("kind", run->kind),
        PAGE_WHEN("moved", moved, html_runs_moved),
        PAGE_TEXT("took", time_for_people(
                              (run->ended_us ? run->ended_us : now_us) - run->started_us, took)),
        PAGE_NUMBER("found", at->found), PAGE_NUMBER("processed", at->processed),
        PAGE_NUMBER("successful", at->successful), PAGE_NUMBER("failed", at->failed),
        PAGE_NUMBER("waiting", at->waiting), PAGE_TEXT("status", run->status),
        PAGE_TEXT("version", run->version), PAGE_TEXT("host", run->host));
}

void runs_write(struct html_page *page, const struct figures *f)
{
    const struct status *s = f->status;
    int64_t good = status_tries_good(s), tries = good + s->tries_failed;
    size_t earlier = s->run_count > RUNS_MAX ? s->run_count - RUNS_MAX : 0;
    const char *rest = page_fill(page, html_runs, PAGE_ROWS("run"));

    for (size_t i = earlier; i < s->run_count; i++)
        run_row(page, &s->runs[i], s->at_us);
    page_fill(page, rest, PAGE_WHEN("earlier", earlier > 0, html_runs_earlier),
              PAGE_COUNT("earlier_count", (int64_t)earlier, "run is", "runs are"),
              PAGE_NUMBER("done", s->states[LEDGER_DONE]), PAGE_NUMBER("total", status_total(s)),
              PAGE_SHARE("share", s->states[LEDGER_DONE], status_total(s)),
              PAGE_NUMBER("tries_good", good), PAGE_COUNT("tries", tries, "try", "tries"),
              PAGE_SHARE("tries_share", good, tries));
}

/* --- decisions ------------------------------------------------------------------------------ */

static void decisions_begin(struct page_list *list, const char *id, const char *title,
                            bool accepted)
{
    list->rest =
        page_fill(list->page, html_decisions, PAGE_TEXT("id", id), PAGE_TEXT("title", title),
                  PAGE_WHEN("acceptance", accepted, html_decisions_acceptance), PAGE_ROWS("row"));
}

static bool decision_row(void *arg, const struct ledger_waiver *w)
{
    struct page_list *list = arg;

    if (list->rows++ >= ROWS_MAX)
        return true;
    page_fill(list->page, html_decisions_row, PAGE_ID("record", w->record_id),
              PAGE_SPAN("filemaker_id", w->filemaker_id), PAGE_SPAN("type", w->type),
              PAGE_SPAN("class", w->class), PAGE_SPAN("who", w->who),
              PAGE_SPAN("reason", w->reason), PAGE_STAMP("at", w->at_us));
    return true;
}

static bool waivers_list(struct html_page *page, struct ledger *ledger, const struct figures *f,
                         struct err *err)
{
    struct page_list list = { .page = page };

    if (f->waived == 0) {
        page_add(page, html_none_waived);
        return true;
    }
    decisions_begin(&list, "waivers", "Documents that were given up", false);
    if (!ledger_each_waiver(ledger, decision_row, &list, err))
        return false;
    list_end(&list);
    return true;
}

static bool accepted_row(void *arg, const struct ledger_waiver *w)
{
    struct page_list *list = arg;

    if (list->rows == 0)
        decisions_begin(list, "accepted", "Documents accepted as they came", true);
    return decision_row(arg, w);
}

/* Acceptances are rare: where there are none, nothing is written. */
static bool acceptances_list(struct html_page *page, struct ledger *ledger, struct err *err)
{
    struct page_list list = { .page = page };

    if (!ledger_each_accepted(ledger, accepted_row, &list, err))
        return false;
    if (list.rows > 0)
        list_end(&list);
    return true;
}

/* --- failures ------------------------------------------------------------------------------- */

/* What a cause's first document showed, once for all that are alike. */
static void cause_row(struct html_page *page, const struct failure_cause *cause, bool is_waiting)
{
    const struct failure_class *class = failure_class_of(cause->class);
    const struct cause_evidence *e = &cause->evidence;
    bool is_known = e->message != NULL, is_one = cause->documents == 1;

    page_fill(
        page, html_failures_cause, PAGE_NUMBER("documents", cause->documents),
        PAGE_TEXT("class", class->name), PAGE_TEXT("meaning", class->meaning),
        PAGE_TEXT("types", cause->types), PAGE_NUMBER("first", cause->first),
        PAGE_WHEN("to", cause->last > cause->first, html_failures_to),
        PAGE_NUMBER("last", cause->last), PAGE_WHEN("again", is_waiting, html_failures_again),
        PAGE_WHEN("known", is_known, html_failures_known),
        PAGE_TEXT("message", is_known ? e->message : ""), PAGE_ID("try", e->tries),
        PAGE_WHEN("example", !is_one, html_failures_example), PAGE_NUMBER("record", e->record_id),
        PAGE_WHEN("when", e->at_us > 0, html_failures_when), PAGE_STAMP("at", e->at_us),
        PAGE_TEXT("step", e->step ? e->step : ""),
        PAGE_WHEN("http", e->http_status != 0, html_failures_http),
        PAGE_ID("http_status", e->http_status),
        PAGE_WHEN("filemaker", e->filemaker_code != 0, html_failures_filemaker),
        PAGE_ID("filemaker_code", e->filemaker_code),
        PAGE_WHEN("partly", e->bytes >= 0, html_failures_partly), PAGE_BYTES("bytes", e->bytes));
}

static void group_rows(struct page_list *list, const struct cause_group *group)
{
    if (list->rows < CAUSES_MAX)
        page_fill(list->page, html_failures_group,
                  PAGE_COUNT("documents", group->documents, "document", "documents"),
                  PAGE_WHEN("apart", group->is_apart, html_failures_apart),
                  PAGE_WHEN("together", !group->is_apart, html_failures_together),
                  PAGE_NUMBER("first", group->first), PAGE_NUMBER("last", group->last),
                  PAGE_WHEN("on", group->last > group->first, html_failures_on),
                  PAGE_TEXT("shared", group->shared),
                  PAGE_WHEN("waiting", group->is_waiting, html_failures_waiting));
    for (size_t i = 0; i < group->count; i++)
        if (list->rows++ < CAUSES_MAX)
            cause_row(list->page, &group->causes[i], group->is_waiting);
}

static bool failures_balance(const struct failure_causes *causes, const struct status *s,
                             struct err *err)
{
    return causes->failed == s->states[LEDGER_FAILED]
           || err_set(err, ERR_DATA, 0,
                      "the sums do not balance, so no report was written: %jd documents failed, "
                      "and the causes of %jd are known",
                      (intmax_t)s->states[LEDGER_FAILED], (intmax_t)causes->failed);
}

static bool failures_list(struct html_page *page, struct ledger *ledger, const struct figures *f,
                          struct err *err)
{
    struct page_list list = { .page = page };
    auto_failure_causes causes = { 0 };

    if (!failure_causes_read(ledger, &(struct failures_choice){ 0 }, &causes, err)
        || !failures_balance(&causes, f->status, err))
        return false;
    if (causes.count == 0) {
        page_add(page, html_none_failed);
        return true;
    }
    list.rest = page_fill(page, html_failures,
                          PAGE_COUNT("failed", causes.failed, "document", "documents"),
                          PAGE_WHEN("in_doubt", causes.waiting > 0, html_failures_in_doubt),
                          PAGE_NUMBER("waiting_count", causes.waiting), PAGE_ROWS("row"));
    for (size_t i = 0; i < causes.count; i++)
        group_rows(&list, &causes.groups[i]);
    page_fill(page, list.rest, PAGE_WHEN("more", list.rows > CAUSES_MAX, html_failures_more),
              PAGE_NUMBER("others", list.rows - CAUSES_MAX));
    return true;
}

bool lists_write(struct html_page *page, struct ledger *ledger, const struct figures *f,
                 struct err *err)
{
    return waivers_list(page, ledger, f, err) && acceptances_list(page, ledger, err)
           && failures_list(page, ledger, f, err);
}
