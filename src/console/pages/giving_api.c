/* Documents given to patients, for programs. */
#include "base/mem.h"
#include "console/documents/document_shown.h"
#include "console/pages/pages.h"
#include "console/server/body.h"
#include "console/whose/giving.h"
#include "console/whose/tasks.h"
#include "json/shape.h"

/* {"patient","reason"} */
struct giving_body {
    struct span patient, reason;
};

static const struct json_member giving_shape[] = {
    JSON_MAYBE_SPAN(struct giving_body, patient, "patient"),
    JSON_SPAN(struct giving_body, reason, "reason"),
    JSON_SHAPE_END,
};

static bool giving_body_read(struct exchange *x, struct json **json, struct giving_body *body)
{
    static const char *const names[] = { "patient", "reason" };
    struct err wrong;

    if (!body_read_json(x, json)
        || !body_names_are_known(x, json_root(*json), names, lengthof(names)))
        return false;
    if (!json_get(json_root(*json), "patient"))
        return refuse(x, PROBLEM_BAD_REQUEST, "patient: an id, or null for nobody");
    return json_fill(*json, json_root(*json), giving_shape, body, &wrong)
           || refuse(x, PROBLEM_BAD_REQUEST, "%s", wrong.msg);
}

static void task_write(struct exchange *x, const char *id)
{
    struct json_writer w = JSON_WRITER(&x->answer.body);

    x->answer.status = 202;
    json_open_object(&w);
    json_member_text(&w, "task", id);
    json_close_object(&w);
    answer_json(&x->answer);
}

bool api_giving_answer(struct exchange *x, struct err *err)
{
    struct giving_body body = { SPAN_NONE, SPAN_NONE };
    auto_free char *patient = NULL, *reason = NULL;
    auto_visible_list list = { 0 };
    auto_json *json = NULL;
    struct giving giving;
    char task[UUID_TEXT_SIZE];

    if (!visible_one(x, request_param(x->request, "row"), &list, err)
        || !document_is_expected(x, &list.items[0]) || !giving_body_read(x, &json, &body))
        return false;
    patient = body.patient.at ? span_text(body.patient) : NULL;
    reason = span_text(body.reason);
    giving = (struct giving){ &list.items[0], patient, reason };
    if (!giving_order(x, &giving, task, err))
        return false;
    task_write(x, task);
    return true;
}

bool api_task_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    struct task_told told;

    (void)err;
    if (!tasks_look(x, request_param(x->request, "task"), 0, &told))
        return false;
    json_open_object(&w);
    json_member_text(&w, "state", task_state_name(told.state));
    json_member_text(&w, "words", *told.words ? told.words : NULL);
    json_member_text(&w, "row", *told.row ? told.row : NULL);
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}
