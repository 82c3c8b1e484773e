/* /api/v1/documents/{row} and what hangs below it. */
#include "base/time.h"
#include "console/documents/document_shown.h"
#include "console/documents/opened.h"
#include "console/documents/story.h"
#include "console/pages/pages.h"
#include "console/server/etag.h"

/* The document of the address, whose opening is noted. */
static bool document_open(struct exchange *x, struct visible_list *list, struct err *err)
{
    return visible_one(x, request_param(x->request, "row"), list, err)
           && opened_note(x, &list->items[0], err);
}

bool api_document_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_visible_list list = { 0 };
    char tag[DOCUMENT_TAG_SIZE];

    if (!document_open(x, &list, err))
        return false;
    answer_header(&x->answer, "ETag", "%s", document_tag(&list.items[0], tag));
    if (etag_is_listed(request_header(x->request, "If-None-Match"), tag, ETAG_WEAK)) {
        x->answer.status = 304;
        return true;
    }
    json_open_object(&w);
    document_members(&w, &list.items[0]);
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}

static void step_write(struct json_writer *w, const struct story_step *step)
{
    char at[TIME_TEXT_SIZE];

    json_open_object(w);
    json_member_text(w, "at", time_rfc3339(step->at_us, at));
    json_member_text(w, "what", step->what);
    json_member_text(w, "words", step->words);
    json_name(w, "run");
    if (step->run)
        json_write_i64(w, step->run);
    else
        json_write_null(w);
    json_member_text(w, "who", step->who);
    json_close_object(w);
}

bool api_document_story_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_visible_list list = { 0 };
    auto_told_story story = { 0 };

    if (!document_open(x, &list, err) || !story_tell(x, &list.items[0], &story, err))
        return false;
    json_open_object(&w);
    json_name(&w, "steps");
    json_open_array(&w);
    for (size_t i = 0; i < story.count; i++)
        step_write(&w, &story.steps[i]);
    json_close_array(&w);
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}
