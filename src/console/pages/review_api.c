/* Whose is it, for programs. */
#include "base/mem.h"
#include "console/pages/pages.h"
#include "console/pages/paging.h"
#include "console/server/body.h"
#include "console/whose/giving.h"
#include "console/whose/reviewing.h"
#include "json/shape.h"

static void text_or_null(struct json_writer *w, const char *name, const char *text)
{
    json_member_text(w, name, text && *text ? text : NULL);
}

static void side_write(struct json_writer *w, const struct reviewing_side *side)
{
    json_open_object(w);
    if (side->patient)
        json_member_text(w, "patient", side->patient);
    text_or_null(w, "first_name", side->first_name);
    text_or_null(w, "last_name", side->last_name);
    text_or_null(w, "born", side->born);
    json_close_object(w);
}

static void case_write(struct json_writer *w, const struct reviewing_case *one)
{
    json_open_object(w);
    json_member_text(w, "id", one->filemaker_id);
    json_member_text(w, "why", one->why);
    text_or_null(w, "row", one->document);
    json_member_i64(w, "documents", one->documents);
    json_member_flag(w, "may_be_the_same", one->may_be_the_one);
    json_name(w, "filemaker");
    if (one->filemaker.is_there)
        side_write(w, &one->filemaker);
    else
        json_write_null(w);
    json_name(w, "application");
    json_open_array(w);
    for (size_t i = 0; i < one->candidate_count; i++)
        side_write(w, &one->candidates[i]);
    json_close_array(w);
    json_close_object(w);
}

bool api_review_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_reviewing_list list = { 0 };
    int64_t limit;

    if (!paging_limit(x, &limit) || !reviewing_page(x, limit, &list, err))
        return false;
    paging_open(&w);
    for (size_t i = 0; i < list.count; i++)
        case_write(&w, &list.items[i]);
    paging_close(&w, list.next);
    answer_json(&x->answer);
    return true;
}

static const struct json_member accept_shape[] = {
    { "reason", JSON_WANT_SPAN, false, 0 },
    JSON_SHAPE_END,
};

bool api_review_accept_answer(struct exchange *x, struct err *err)
{
    static const char *const names[] = { "reason" };
    struct json_writer w = JSON_WRITER(&x->answer.body);
    auto_free char *reason = NULL;
    auto_json *json = NULL;
    struct span text = SPAN_NONE;
    char task[UUID_TEXT_SIZE];
    struct err wrong;

    if (!body_read_json(x, &json)
        || !body_names_are_known(x, json_root(json), names, lengthof(names)))
        return false;
    if (!json_fill(json, json_root(json), accept_shape, &text, &wrong))
        return refuse(x, PROBLEM_BAD_REQUEST, "%s", wrong.msg);
    reason = span_text(text);
    if (!reviewing_accept(x, reason, err) || !giving_order_all(x, task, err))
        return false;
    json_open_object(&w);
    json_member_text(&w, "id", request_param(x->request, "id"));
    json_member_text(&w, "task", *task ? task : NULL);
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}
