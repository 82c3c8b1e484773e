/* Documents that are taken away and brought back, for programs. */
#include "base/mem.h"
#include "console/documents/document_shown.h"
#include "console/pages/pages.h"
#include "console/pages/paging.h"
#include "console/server/body.h"
#include "console/upload/away.h"
#include "json/shape.h"

/* {"away","reason"} */
struct away_body {
    bool is_away;
    struct span reason;
};

static const struct json_member away_shape[] = {
    JSON_FLAG(struct away_body, is_away, "away"),
    JSON_MAYBE_SPAN(struct away_body, reason, "reason"),
    JSON_SHAPE_END,
};

static bool away_body_read(struct exchange *x, struct json **json, struct away_body *body)
{
    static const char *const names[] = { "away", "reason" };
    struct err wrong;

    if (!body_read_json(x, json)
        || !body_names_are_known(x, json_root(*json), names, lengthof(names)))
        return false;
    return json_fill(*json, json_root(*json), away_shape, body, &wrong)
           || refuse(x, PROBLEM_BAD_REQUEST, "%s", wrong.msg);
}

/* What is away is told with its version: there is no other way to ask for it. */
static void away_write(struct json_writer *w, const struct visible *d)
{
    char tag[DOCUMENT_TAG_SIZE];

    json_open_object(w);
    document_members(w, d);
    json_member_flag(w, "away", d->is_away);
    json_member_text(w, "version", document_tag(d, tag));
    json_close_object(w);
}

bool api_away_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    struct away_body body = { false, SPAN_NONE };
    const char *row = request_param(x->request, "row");
    auto_free char *reason = NULL;
    auto_visible_list list = { 0 };
    auto_json *json = NULL;

    if (!away_body_read(x, &json, &body))
        return false;
    if (!(body.is_away ? visible_one(x, row, &list, err) : visible_one_away(x, row, &list, err))
        || !document_is_expected(x, &list.items[0]))
        return false;
    reason = span_text(body.reason.at ? body.reason : span_of(""));
    if (!away_change(x, &list.items[0], reason, err))
        return false;
    list.items[0].is_away = body.is_away;
    away_write(&w, &list.items[0]);
    answer_json(&x->answer);
    return true;
}

bool api_away_list_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_away_list list = { 0 };
    int64_t limit;

    if (!paging_limit(x, &limit) || !away_page(x, limit, &list, err))
        return false;
    paging_open(&w);
    for (size_t i = 0; i < list.shown.count; i++)
        away_write(&w, &list.shown.items[i]);
    paging_close(&w, *list.next ? list.next : NULL);
    answer_json(&x->answer);
    return true;
}
