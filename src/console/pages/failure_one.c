/* Finds one failure, and shows all that is known of it. */
#include "console/pages/failure_one.h"

#include "base/num.h"
#include "console/inside.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/readers.h"
#include "console/run/causes_kept.h"
#include "report/causes_text.h"

/* --- the list --------------------------------------------------------------------------------- */

enum { FILTER_SIZE = 80 };

static struct span filter_of(const char *class, char room[FILTER_SIZE])
{
    (void)snprintf(room, FILTER_SIZE, "failures\nclass=%.40s", class);
    return span_of(room);
}

const char *failures_place(const struct exchange *x, const char *class, int64_t document,
                           char text[CURSOR_TEXT_SIZE])
{
    struct cursor cursor = { .at = { document } };
    char room[FILTER_SIZE];

    return cursor_text(&x->console->cursor_key, filter_of(class, room), &cursor, text);
}

bool failures_asked(struct exchange *x, const char *place, const char **class_r, int64_t *after_r)
{
    const char *class = request_query(x->request, "class");
    enum failure_kind ignored;
    struct cursor cursor;
    char room[FILTER_SIZE];
    struct err wrong;

    *class_r = class ? class : "";
    if (**class_r && !failure_class_read(span_of(*class_r), &ignored))
        return refuse(x, PROBLEM_BAD_REQUEST, "there is no class '%.40s'", *class_r);
    if (!cursor_read(&x->console->cursor_key, filter_of(*class_r, room),
                     request_query(x->request, place), &cursor, &wrong))
        return refuse(x, PROBLEM_BAD_REQUEST, "%s: %s", place, wrong.msg);
    *after_r = cursor.at[0];
    return true;
}

/* --- finding ---------------------------------------------------------------------------------- */

struct finding_one {
    int64_t document;
    bool (*each)(void *arg, const struct ledger_failure *failure);
    void *arg;
    bool found, good;
};

static bool if_it_is_that(void *arg, const struct ledger_failure *failure)
{
    struct finding_one *find = arg;

    if (failure->document == find->document) {
        find->found = true;
        find->good = find->each(find->arg, failure);
    }
    return false;
}

bool failure_find(struct exchange *x, struct ledger *ledger,
                  bool (*each)(void *arg, const struct ledger_failure *failure), void *arg,
                  struct err *err)
{
    struct finding_one find = { .each = each, .arg = arg };
    struct ledger_failures_page page = { .limit = 1 };
    struct err wrong;

    if (!num_i64(span_of(request_param(x->request, "document")), 1, INT64_MAX, &find.document,
                 &wrong))
        return refuse(x, PROBLEM_NOT_THERE, "%s", "");
    page.after = find.document - 1;
    if (!ledger_failures_after(ledger, &page, if_it_is_that, &find, err))
        return false;
    if (!find.found)
        return refuse(x, PROBLEM_NOT_THERE, "it has not failed, or does not wait after a failure");
    return find.good;
}

/* --- the page --------------------------------------------------------------------------------- */

struct showing {
    struct frame *frame;
    struct ledger *ledger;
    const struct failure_causes *causes; /* of all failures */
    struct err *err;
};

static const char *or_none(const char *text)
{
    return text && *text ? text : "-";
}

/* A code that there was none of is no zero. */
static void code_write(int code, char text[16])
{
    (void)snprintf(text, 16, "%d", code);
    if (code == 0)
        (void)snprintf(text, 16, "-");
}

static void try_row(void *arg, const struct ledger_try *try)
{
    struct html_page *page = arg;
    char http[16], code[16], bytes[32];

    code_write(try->http_status, http);
    code_write(try->filemaker_code, code);
    (void)snprintf(bytes, sizeof bytes, "%jd", (intmax_t)try->bytes);
    (void)page_fill(
        page, console_failures_try, PAGE_ID("number", try->number), PAGE_ID("run", try->run),
        PAGE_STAMP("at", try->at_us), PAGE_SPAN("step", try->step), PAGE_SPAN("class", try->class),
        PAGE_SPAN("kind", try->kind), PAGE_TEXT("http", http), PAGE_TEXT("code", code),
        PAGE_TEXT("bytes", try->bytes < 0 ? "-" : bytes), PAGE_SPAN("message", try->message));
}

/* What this document and its neighbours have in common. */
static void shared_add(const struct failure_causes *causes, const struct ledger_failure *failure,
                       struct str *to)
{
    struct cause_place place;

    if (failure_causes_place(causes, failure, &place))
        cause_group_words(place.group, to);
}

static void decide_add(struct frame *frame, int64_t document)
{
    bool retry = may(frame->x, RIGHT_RETRY), waive = may(frame->x, RIGHT_WAIVE);
    const char *rest;

    if (!retry && !waive)
        return;
    rest = page_fill(frame->page, console_failures_one_choose, PAGE_ROWS("form"));
    frame_form(frame, "/failures/choose");
    (void)page_fill(frame->page, rest, PAGE_ID("document", document));
    (void)page_fill(frame->page, console_failures_buttons,
                    PAGE_WHEN("retry", retry, console_failures_button_retry),
                    PAGE_WHEN("waive", waive, console_failures_button_waive));
}

static bool one_show(void *arg, const struct ledger_failure *f)
{
    struct showing *show = arg;
    struct html_page *page = show->frame->page;
    const struct failure_class *class = NULL;
    auto_str shared = STR_MAX(KIB(8));
    enum failure_kind kind;
    const char *rest;

    if (failure_class_read(span_of(f->class), &kind))
        class = failure_class_of(kind);
    shared_add(show->causes, f, &shared);
    rest = page_fill(
        page, console_failures_one, PAGE_TEXT("class", f->class), PAGE_ID("record", f->record_id),
        PAGE_TEXT("id", or_none(f->filemaker_id)), PAGE_TEXT("container", or_none(f->container)),
        PAGE_TEXT("type", or_none(f->type)), PAGE_TEXT("storage", or_none(f->storage)),
        PAGE_TEXT("created", or_none(f->created)), PAGE_TEXT("author", or_none(f->author)),
        PAGE_TEXT("path", or_none(f->path)), PAGE_TEXT("state", ledger_state_name(f->state)),
        PAGE_TEXT("meaning", class ? class->meaning : "-"),
        PAGE_TEXT("advice", class ? class->advice : "-"),
        PAGE_TEXT("shared", or_none(str_text(&shared))), PAGE_ROWS("tries"));
    if (!ledger_each_try(show->ledger, f->document, try_row, page, show->err))
        return false;
    page_add(page, rest);
    decide_add(show->frame, f->document);
    return true;
}

bool failure_answer(struct exchange *x, struct err *err)
{
    auto_borrowed reader = { 0 };
    auto_frame frame = { 0 };
    auto_tx tx = { 0 };
    auto_causes_lent lent = { 0 };
    struct showing show = { .frame = &frame, .err = err };
    auto_str title = STR_MAX(256);

    str_printf(&title, "Failure of document %s", request_param(x->request, "document"));
    if (!reader_borrow(x->console->readers, &reader, err)
        || !sql_begin_reading(ledger_sql(reader.ledger), &tx, err)
        || !causes_borrow(x->console->causes, reader.ledger, "", &lent, err))
        return false;
    show.ledger = reader.ledger;
    show.causes = lent.causes;
    frame_begin(&frame, x, str_text(&title), TAB_FAILURES);
    return failure_find(x, reader.ledger, one_show, &show, err) && frame_end(&frame, err);
}
