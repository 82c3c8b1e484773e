/* How the migration stands, with the figures of `fmferry status`; and the stream that follows it. */
#include "base/str.h"
#include "console/inside.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/people/session.h"
#include "console/readers.h"
#include "console/run/live.h"
#include "report/checklist.h"
#include "report/forecast.h"
#include "report/metrics.h"
#include "report/status.h"

enum { RUNS_MOST = 20 };

static bool status_borrow(struct exchange *x, struct status **status_r, struct err *err)
{
    auto_borrowed reader = { 0 };

    return reader_borrow(x->console->readers, &reader, err)
           && status_read(reader.ledger, x->console->status, status_r, err);
}

/* --- parts ------------------------------------------------------------------------------------ */

static void common_add(struct frame *frame, const struct finding_list *list)
{
    struct html_page *page = frame->page;

    if (list->count == 0)
        return;
    page_add(page, console_run_common_begin);
    for (size_t i = 0; i < list->count; i++)
        (void)page_fill(page, console_run_common, PAGE_TEXT("text", list->items[i].text));
    page_add(page, console_run_common_end);
    if (may(frame->x, RIGHT_FAILURES))
        page_add(page, console_run_common_all);
}

static void criteria_add(struct html_page *page, const struct status *s)
{
    struct checklist_item criteria[CRITERIA];

    checklist_of(s, criteria);
    for (int i = 0; i < CRITERIA; i++)
        (void)page_fill(page, console_run_criterion, PAGE_ID("number", i),
                        PAGE_TEXT("met", criteria[i].met ? "met" : "not met"),
                        PAGE_TEXT("what", criteria[i].what),
                        PAGE_TEXT("figure", criteria[i].figure));
}

/* `at` is its place among those that the status lists. */
static void run_add(struct html_page *page, const struct ledger_run *run, int64_t at)
{
    const struct ledger_progress *p = &run->progress;

    (void)page_fill(page, console_run_run, PAGE_ID("run", run->run), PAGE_ID("at", at),
                    PAGE_STAMP("started", run->started_us), PAGE_TEXT("state", run->status),
                    PAGE_NUMBER("found", p->found), PAGE_NUMBER("processed", p->processed),
                    PAGE_NUMBER("successful", p->successful), PAGE_NUMBER("failed", p->failed),
                    PAGE_NUMBER("waiting", p->waiting));
}

/* Those that moved documents, the newest first. */
static void runs_add(struct html_page *page, const struct status *s)
{
    int64_t moved = 0, shown = 0, at;

    for (size_t i = 0; i < s->run_count; i++)
        moved += status_run_moved(&s->runs[i]);
    if (moved == 0) {
        page_add(page, console_run_runs_none);
        return;
    }
    page_add(page, console_run_runs_begin);
    at = moved;
    for (size_t i = s->run_count; i-- > 0 && shown < RUNS_MOST;)
        if (status_run_moved(&s->runs[i])) {
            run_add(page, &s->runs[i], --at);
            shown++;
        }
    page_add(page, console_run_runs_end);
    if (shown < moved)
        (void)page_fill(page, console_run_runs_more, PAGE_NUMBER("shown", shown),
                        PAGE_NUMBER("of", moved));
}

/* --- the page --------------------------------------------------------------------------------- */

static const char *how_to(const struct status *s, struct str *to)
{
    const struct ledger_run *run = status_run_open(s);

    if (!run)
        return "To start a run, type on the server, in the folder of fmferry.ini:";
    str_printf(to,
               "Run %jd is under way on %s: Ctrl-C there stops it in good order, and the same "
               "command goes on:",
               (intmax_t)run->run, run->host);
    return str_text(to);
}

/* The link is for those who may follow it. */
static const char *somebody_words(const struct exchange *x)
{
    return may(x, RIGHT_FAILURES) ? console_run_somebody : "somebody does something";
}

static void run_show(struct frame *frame, const struct status *s)
{
    struct forecast f = forecast_of(s);
    auto_str when = STR_MAX(KIB(1)), verified = STR_MAX(KIB(1)), by = STR_MAX(KIB(1)),
             how = STR_MAX(KIB(1));
    struct html_page *page = frame->page;
    const char *rest;

    status_when(s, &when);
    verified_figure(&s->verified, &verified);
    signed_figure(&s->signed_off, &by);
    rest = page_fill(page, console_run_top, PAGE_TEXT("source", s->settings.name),
                     PAGE_TEXT("layout", s->settings.layout), PAGE_TEXT("when", str_text(&when)),
                     PAGE_STAMP("at", s->at_us), PAGE_SHARE("share", f.arrived, status_total(s)),
                     PAGE_ID("arrived_raw", f.arrived),
                     PAGE_ID("total_raw", status_total(s) ? status_total(s) : 1),
                     PAGE_NUMBER("arrived", f.arrived), PAGE_NUMBER("coming", f.coming),
                     PAGE_NUMBER("in_doubt", s->in_doubt), PAGE_NUMBER("again", f.again),
                     PAGE_NUMBER("never", f.never), PAGE_PART("somebody", somebody_words(frame->x)),
                     PAGE_NUMBER("given_up", f.given_up), PAGE_NUMBER("total", status_total(s)),
                     PAGE_ROWS("common"));
    common_add(frame, &s->findings.all);
    rest = page_fill(page, rest, PAGE_ROWS("criteria"));
    criteria_add(page, s);
    rest = page_fill(
        page, rest, PAGE_TEXT("verified_label", verified_label(&s->verified)),
        PAGE_TEXT("verified", str_text(&verified)),
        PAGE_PART("signed", s->signed_off.number ? console_run_signed : console_run_unsigned),
        PAGE_TEXT("by", str_text(&by)), PAGE_ROWS("runs"));
    runs_add(page, s);
    (void)page_fill(page, rest, PAGE_TEXT("how", how_to(s, &how)),
                    PAGE_TEXT("command", "fmferry run"));
}

bool run_answer(struct exchange *x, struct err *err)
{
    auto_frame frame = { 0 };
    auto_status *status = NULL;

    if (!status_borrow(x, &status, err))
        return false;
    frame_begin(&frame, x, "Run", TAB_RUN);
    run_show(&frame, status);
    return frame_end(&frame, err);
}

/* --- what goes on ----------------------------------------------------------------------------- */

bool live_answer(struct exchange *x, struct err *err)
{
    const char *key = request_cookie(x->request, SESSION_COOKIE);

    (void)err;
    if (!x->who.session || !key)
        return refuse(x, PROBLEM_NOT_THERE, "the stream is for browsers; ask /api/v1/status");
    live_open(x->console->live, x->who.session, key, &x->answer);
    return true;
}

/* --- for programs ----------------------------------------------------------------------------- */

bool api_status_answer(struct exchange *x, struct err *err)
{
    auto_status *status = NULL;

    if (!status_borrow(x, &status, err))
        return false;
    status_json(status, &x->answer.body);
    answer_json(&x->answer);
    return true;
}

bool metrics_answer(struct exchange *x, struct err *err)
{
    auto_status *status = NULL;

    if (!status_borrow(x, &status, err))
        return false;
    status_metrics(status, &x->answer.body);
    x->answer.type = METRICS_TYPE;
    return true;
}

bool api_runs_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_status *status = NULL;
    int64_t count = 0;

    if (!status_borrow(x, &status, err))
        return false;
    for (size_t i = 0; i < status->run_count; i++)
        count += status_run_moved(&status->runs[i]);
    json_open_object(&w);
    json_name(&w, "items");
    status_runs_json(status, &w);
    json_member_text(&w, "next", NULL);
    json_member_i64(&w, "count", count);
    json_member_flag(&w, "count_is_least", false);
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}
