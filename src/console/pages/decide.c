/* The page that says exactly what a decision would do, and the decision. */
#include "base/num.h"
#include "console/inside.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/readers.h"
#include "console/run/deciding.h"
#include "ledger/read.h"
#include "report/decided.h"

enum { FIRST_SHOWN = 20, NUMBERS_MAX = DECIDING_MOST * 24 };

/* --- what is chosen --------------------------------------------------------------------------- */

/* From a form, or from the address that one comes back to. */
static const char *field_of(const struct exchange *x, const char *name)
{
    const char *form = request_form(x->request, name);

    return form ? form : request_query(x->request, name);
}

static bool number_add(struct exchange *x, struct deciding *d, struct span text)
{
    struct err wrong;

    if (d->count == DECIDING_MOST)
        return refuse(x, PROBLEM_BAD_REQUEST, "at most %d documents are chosen at once",
                      DECIDING_MOST);
    return num_i64(text, 1, INT64_MAX, &d->documents[d->count++], &wrong)
           || refuse(x, PROBLEM_BAD_REQUEST, "documents: %s", wrong.msg);
}

/* "12,15" */
static bool numbers_read(struct exchange *x, struct deciding *d, struct span rest)
{
    while (rest.size)
        if (!number_add(x, d, span_cut(&rest, ',')))
            return false;
    return true;
}

static bool choice_read(struct exchange *x, struct deciding *d)
{
    const char *values[REQUEST_FIELDS], *kind = field_of(x, "kind"), *class = field_of(x, "class");
    const char *documents = field_of(x, "documents");
    size_t count = request_form_list(x->request, "document", values);

    *d = (struct deciding){ .kind = kind ? kind : "",
                            .class = class && *class ? class : NULL,
                            .reason = request_form(x->request, "reason") };
    for (size_t i = 0; i < count; i++)
        if (!number_add(x, d, span_of(values[i])))
            return false;
    return !documents || numbers_read(x, d, span_of(documents));
}

static void numbers_write(const struct deciding *d, struct str *to)
{
    for (size_t i = 0; i < d->count; i++)
        str_printf(to, "%s%jd", i ? "," : "", (intmax_t)d->documents[i]);
}

/* The page's own address, for the way back from /prove. */
static void prove_first(struct exchange *x, const struct deciding *d)
{
    auto_str page = STR_MAX(NUMBERS_MAX + 256), to = STR_MAX(3 * NUMBERS_MAX + KIB(1));

    str_printf(&page, "/failures/choose?kind=%s&", d->kind);
    if (d->class)
        str_printf(&page, "class=%s", d->class);
    else
        str_add_text(&page, "documents=");
    numbers_write(d, &page);
    str_add_text(&to, "/prove?to=");
    request_encode(str_span(&page), &to);
    answer_go_to(&x->answer, str_text(&to));
}

/* --- the page --------------------------------------------------------------------------------- */

struct first_rows {
    struct html_page *page;
    int64_t room;
};

static bool first_row(void *arg, const struct ledger_failure *f)
{
    struct first_rows *rows = arg;

    (void)page_fill(rows->page, console_failures_first, PAGE_ID("record", f->record_id),
                    PAGE_TEXT("type", f->type), PAGE_TEXT("class", f->class),
                    PAGE_TEXT("message", f->message));
    return --rows->room > 0;
}

/* One of the documents by its number, if it is on the list of failures. */
struct first_one {
    struct first_rows *rows;
    int64_t document;
};

static bool first_if(void *arg, const struct ledger_failure *f)
{
    struct first_one *one = arg;

    if (f->document == one->document)
        (void)first_row(one->rows, f);
    return false;
}

static bool first_chosen(struct ledger *ledger, const struct deciding *d, struct first_rows *rows,
                         struct err *err)
{
    for (size_t i = 0; i < d->count && rows->room > 0; i++) {
        struct first_one one = { rows, d->documents[i] };
        struct ledger_failures_page page = { .after = d->documents[i] - 1, .limit = 1 };

        if (!ledger_failures_after(ledger, &page, first_if, &one, err))
            return false;
    }
    return true;
}

static bool first_add(struct frame *frame, const struct deciding *d, struct err *err)
{
    struct first_rows rows = { frame->page, FIRST_SHOWN };
    struct ledger_failures_page page = { .class = d->class, .limit = FIRST_SHOWN };
    auto_borrowed reader = { 0 };

    if (!reader_borrow(frame->x->console->readers, &reader, err))
        return false;
    (void)page_fill(
        frame->page, console_failures_first_begin,
        PAGE_TEXT("lead", "The first 20 of those that failed or wait after a failure:"));
    if (d->class ? !ledger_failures_after(reader.ledger, &page, first_row, &rows, err)
                 : !first_chosen(reader.ledger, d, &rows, err))
        return false;
    page_add(frame->page, console_failures_table_end);
    return true;
}

static void decide_form(struct frame *frame, const struct deciding *d, int64_t changed)
{
    bool waives = deciding_is_waiver(d);
    auto_str numbers = STR_MAX(NUMBERS_MAX), says = STR_MAX(128);

    numbers_write(d, &numbers);
    str_printf(&says, waives ? "Waive %jd" : "Put %jd back", (intmax_t)changed);
    frame_form(frame, "/failures/decide");
    (void)page_fill(
        frame->page, console_failures_decide, PAGE_TEXT("kind", d->kind),
        PAGE_ID("expect", changed), PAGE_TEXT("class", d->class ? d->class : ""),
        PAGE_TEXT("documents", str_text(&numbers)),
        PAGE_PART("choice", d->class ? console_failures_by_class : console_failures_by_documents),
        PAGE_WHEN("reason", waives, console_failures_reason), PAGE_ID("least", REASON_LEAST),
        PAGE_TEXT("name", frame->x->who.name), PAGE_TEXT("says", str_text(&says)));
}

static bool choose_show(struct exchange *x, const struct deciding *d,
                        const struct ledger_decided *decided, struct err *err)
{
    bool waives = deciding_is_waiver(d);
    auto_str what = STR_MAX(KIB(1));
    auto_frame frame = { 0 };
    const char *rest;

    decided_words(d->kind, decided, true, &what);
    frame_begin(&frame, x, waives ? "Waive documents" : "Put documents back", TAB_FAILURES);
    rest = page_fill(frame.page, console_failures_choose, PAGE_TEXT("what", str_text(&what)),
                     PAGE_ROWS("rows"));
    if (!first_add(&frame, d, err))
        return false;
    page_add(frame.page, rest);
    if (decided->changed > 0)
        decide_form(&frame, d, decided->changed);
    else
        page_add(frame.page, console_failures_nothing);
    return frame_end(&frame, err);
}

bool decide_page_answer(struct exchange *x, struct err *err)
{
    struct ledger_decided decided;
    struct deciding d;

    if (!choice_read(x, &d) || !deciding_look(x, &d, &decided, err))
        return false;
    if (!deciding_wants_proof(x, &d, decided.changed))
        return choose_show(x, &d, &decided, err);
    prove_first(x, &d);
    return true;
}

/* --- the decision ----------------------------------------------------------------------------- */

bool decide_answer(struct exchange *x, struct err *err)
{
    struct ledger_decided decided;
    auto_str to = STR_MAX(256);
    struct err wrong;
    struct deciding d;

    if (!choice_read(x, &d))
        return false;
    if (!num_i64(span_of(request_form_text(x->request, "expect")), 1, INT64_MAX, &d.expect, &wrong))
        return refuse(x, PROBLEM_BAD_REQUEST, "expect: %s", wrong.msg);
    if (deciding_wants_proof(x, &d, d.expect)) {
        prove_first(x, &d);
        return true;
    }
    if (!deciding_carry_out(x, &d, &decided, err))
        return false;
    str_printf(&to, "/failures?done=%s&count=%jd", d.kind, (intmax_t)decided.changed);
    answer_go_to(&x->answer, str_text(&to));
    return true;
}
