/* Failures and decisions, for programs. */
#include "base/num.h"
#include "base/time.h"
#include "console/inside.h"
#include "console/pages/failure_one.h"
#include "console/pages/pages.h"
#include "console/pages/paging.h"
#include "console/readers.h"
#include "console/run/deciding.h"
#include "console/server/body.h"
#include "report/failures.h"
#include "json/shape.h"

/* --- the list --------------------------------------------------------------------------------- */

struct items {
    struct json_writer *w;
    int64_t count, limit, last;
};

static bool item_add(void *arg, const struct ledger_failure *f)
{
    struct items *items = arg;

    if (items->count++ == items->limit)
        return false;
    json_open_object(items->w);
    json_member_i64(items->w, "document", f->document);
    failure_members(items->w, f);
    json_close_object(items->w);
    items->last = f->document;
    return true;
}

bool api_failures_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    struct items items = { .w = &w };
    struct ledger_failures_page page;
    auto_borrowed reader = { 0 };
    char next[CURSOR_TEXT_SIZE];

    if (!failures_asked(x, "cursor", &page.class, &page.after) || !paging_limit(x, &items.limit)
        || !reader_borrow(x->console->readers, &reader, err))
        return false;
    page.limit = items.limit + 1;
    paging_open(&w);
    if (!ledger_failures_after(reader.ledger, &page, item_add, &items, err))
        return false;
    paging_close(&w, items.count > items.limit ? failures_place(x, page.class, items.last, next)
                                               : NULL);
    answer_json(&x->answer);
    return true;
}

/* --- one -------------------------------------------------------------------------------------- */

struct one {
    struct json_writer *w;
    struct ledger *ledger;
    struct err *err;
};

static void code_write(struct json_writer *w, const char *name, int code)
{
    json_name(w, name);
    if (code)
        json_write_i64(w, code);
    else
        json_write_null(w);
}

static void try_write(void *arg, const struct ledger_try *try)
{
    struct json_writer *w = arg;
    char at[TIME_TEXT_SIZE];

    json_open_object(w);
    json_member_i64(w, "try", try->number);
    json_member_i64(w, "run", try->run);
    json_member_text(w, "at", time_rfc3339(try->at_us, at));
    json_member_span(w, "step", try->step);
    json_member_span(w, "class", try->class);
    json_member_span(w, "kind", try->kind);
    code_write(w, "http_status", try->http_status);
    code_write(w, "filemaker_code", try->filemaker_code);
    json_name(w, "bytes");
    if (try->bytes < 0)
        json_write_null(w);
    else
        json_write_i64(w, try->bytes);
    json_member_span(w, "message", try->message);
    json_close_object(w);
}

static bool one_write(void *arg, const struct ledger_failure *f)
{
    struct one *one = arg;
    enum failure_kind kind;
    bool good;

    json_open_object(one->w);
    json_member_i64(one->w, "document", f->document);
    failure_members(one->w, f);
    if (failure_class_read(span_of(f->class), &kind)) {
        json_member_text(one->w, "meaning", failure_class_of(kind)->meaning);
        json_member_text(one->w, "mend", failure_class_of(kind)->advice);
    }
    json_name(one->w, "attempts");
    json_open_array(one->w);
    good = ledger_each_try(one->ledger, f->document, try_write, one->w, one->err);
    json_close_array(one->w);
    json_close_object(one->w);
    return good;
}

bool api_failure_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_borrowed reader = { 0 };
    struct one one = { .w = &w, .err = err };

    if (!reader_borrow(x->console->readers, &reader, err))
        return false;
    one.ledger = reader.ledger;
    answer_json(&x->answer);
    return failure_find(x, reader.ledger, one_write, &one, err);
}

/* --- decisions -------------------------------------------------------------------------------- */

/* {"kind","choice":{"class"|"documents":[..]},"expect","reason"} */
struct decision_body {
    struct span kind, reason;
    const struct json_value *choice;
    uint64_t expect;
};

static const struct json_member decision_shape[] = {
    JSON_SPAN(struct decision_body, kind, "kind"),
    JSON_INSIDE(struct decision_body, choice, "choice"),
    JSON_U64(struct decision_body, expect, "expect"),
    JSON_MAYBE_SPAN(struct decision_body, reason, "reason"),
    JSON_SHAPE_END,
};

static bool documents_read(struct exchange *x, const struct json_value *list, struct deciding *d)
{
    struct err wrong;

    json_each (number, list) {
        if (d->count == DECIDING_MOST)
            return refuse(x, PROBLEM_BAD_REQUEST, "at most %d documents are chosen at once",
                          DECIDING_MOST);
        if (number->kind != JSON_NUMBER
            || !num_i64(number->text, 1, INT64_MAX, &d->documents[d->count++], &wrong))
            return refuse(x, PROBLEM_BAD_REQUEST, "documents are numbers above 0");
    }
    return true;
}

/* The texts of `d` that it makes are the caller's: kind, class, reason. */
static bool body_fit(struct exchange *x, const struct json *json, struct decision_body *body)
{
    static const char *const of_all[] = { "kind", "choice", "expect", "reason" };
    static const char *const of_choice[] = { "class", "documents" };
    struct err wrong;

    if (!json_fill(json, json_root(json), decision_shape, body, &wrong))
        return refuse(x, PROBLEM_BAD_REQUEST, "%s", wrong.msg);
    if (body->expect > INT32_MAX)
        return refuse(x, PROBLEM_BAD_REQUEST, "expect is too large");
    return body_names_are_known(x, json_root(json), of_all, lengthof(of_all))
           && body_names_are_known(x, body->choice, of_choice, lengthof(of_choice));
}

static bool decision_answer(struct exchange *x, const struct decision_body *body, struct err *err)
{
    const struct json_value *class = json_get(body->choice, "class");
    auto_free char *kind = span_text(body->kind), *reason = span_text(body->reason);
    auto_free char *name = class ? span_text(class->text) : NULL;
    struct json_writer w = JSON_WRITER(&x->answer.body);
    struct deciding d = {
        .kind = kind, .class = name, .reason = reason, .expect = (int64_t)body->expect
    };
    struct ledger_decided decided;

    if (!documents_read(x, json_get(body->choice, "documents"), &d)
        || !deciding_carry_out(x, &d, &decided, err))
        return false;
    json_open_object(&w);
    json_member_i64(&w, "count", decided.changed);
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}

bool api_decide_answer(struct exchange *x, struct err *err)
{
    struct decision_body body = { 0 };
    auto_json *json = NULL;

    return body_read_json(x, &json) && body_fit(x, json, &body) && decision_answer(x, &body, err);
}
