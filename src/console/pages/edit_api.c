/* Type and date of an upload, for programs. */
#include "base/mem.h"
#include "console/documents/document_shown.h"
#include "console/pages/pages.h"
#include "console/server/body.h"
#include "console/upload/edit.h"
#include "json/shape.h"

/* {"type","date","reason"}: what is not there stays as it is. */
struct edit_body {
    struct span type, day, reason;
};

static const struct json_member edit_shape[] = {
    JSON_MAYBE_SPAN(struct edit_body, type, "type"),
    JSON_MAYBE_SPAN(struct edit_body, day, "date"),
    JSON_MAYBE_SPAN(struct edit_body, reason, "reason"),
    JSON_SHAPE_END,
};

static bool edit_body_read(struct exchange *x, struct json **json, struct edit_body *body)
{
    static const char *const names[] = { "type", "date", "reason" };
    struct err wrong;

    if (!body_read_json(x, json)
        || !body_names_are_known(x, json_root(*json), names, lengthof(names)))
        return false;
    if (!json_fill(*json, json_root(*json), edit_shape, body, &wrong))
        return refuse(x, PROBLEM_BAD_REQUEST, "%s", wrong.msg);
    return body->type.at || body->day.at
           || refuse(x, PROBLEM_BAD_REQUEST, "a type or a date is wanted");
}

/* No text of a document has a zero byte in it, and none is cut off silently at one. */
static bool span_as_text(struct exchange *x, struct span given, const char *before, char **text_r)
{
    *text_r = given.at ? span_text(given) : mem_text(before);
    return !given.at || strlen(*text_r) == given.size
           || refuse(x, PROBLEM_BAD_REQUEST, "a text has a zero byte");
}

static bool body_apply(struct exchange *x, const struct edit_body *body, const struct visible *d,
                       struct err *err)
{
    auto_free char *type = NULL, *day = NULL, *reason = NULL;
    struct edit_wish wish;

    if (!span_as_text(x, body->type, d->type, &type) || !span_as_text(x, body->day, d->day, &day)
        || !span_as_text(x, body->reason, "", &reason))
        return false;
    wish = (struct edit_wish){ type, day, reason };
    return edit_change(x, d, &wish, err);
}

/* Read anew: the answer is what everybody sees from now on. */
static bool document_tell(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_visible_list list = { 0 };
    char tag[DOCUMENT_TAG_SIZE];

    if (!visible_one(x, request_param(x->request, "row"), &list, err))
        return false;
    answer_header(&x->answer, "ETag", "%s", document_tag(&list.items[0], tag));
    json_open_object(&w);
    document_members(&w, &list.items[0]);
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}

bool api_edit_answer(struct exchange *x, struct err *err)
{
    struct edit_body body = { SPAN_NONE, SPAN_NONE, SPAN_NONE };
    auto_visible_list list = { 0 };
    auto_json *json = NULL;

    return edit_body_read(x, &json, &body)
           && visible_one(x, request_param(x->request, "row"), &list, err)
           && document_is_expected(x, &list.items[0]) && body_apply(x, &body, &list.items[0], err)
           && document_tell(x, err);
}
