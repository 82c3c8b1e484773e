/* /nexus/: the application's own way to documents, in the shapes of its tables, for programs that know them. */
#include "base/mem.h"
#include "base/num.h"
#include "console/documents/deliver.h"
#include "console/documents/opened.h"
#include "console/index/nexus_list.h"
#include "console/inside.h"
#include "console/pages/pages.h"
#include "console/pages/paging.h"
#include "console/taking/once.h"
#include "console/upload/away.h"
#include "console/upload/receiving.h"
#include "console/views/view_log.h"
#include "json/writer.h"

/* --- lists and rows --------------------------------------------------------------------------- */

static bool metadata_read(struct exchange *x, bool *with_metadata_r)
{
    const char *given = request_query(x->request, "metadata");

    *with_metadata_r = given && strcmp(given, "1") == 0;
    return !given || *with_metadata_r || strcmp(given, "0") == 0
           || refuse(x, PROBLEM_BAD_REQUEST, "metadata: 1 or 0");
}

static bool choice_read(struct exchange *x, struct nexus_choice *choice)
{
    const char *patient = request_query(x->request, "patient_id"),
               *category = request_query(x->request, "category"),
               *offset = request_query(x->request, "offset");
    struct err ignored;

    *choice = (struct nexus_choice){ .patient = patient,
                                     .category = category && *category ? category : NULL };
    if (!patient || !*patient)
        return refuse(x, PROBLEM_BAD_REQUEST, "patient_id: whose documents?");
    if (offset && !num_i64(span_of(offset), 0, NEXUS_OFFSET_MOST, &choice->offset, &ignored))
        return refuse(x, PROBLEM_BAD_REQUEST, "offset: 0 to %d", NEXUS_OFFSET_MOST);
    return paging_limit(x, &choice->limit) && metadata_read(x, &choice->with_metadata);
}

bool nexus_list_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER(&x->answer.body);
    auto_nexus_list list = { 0 };
    struct nexus_choice choice;

    if (!choice_read(x, &choice) || !nexus_list(x, &choice, &list, err))
        return false;
    json_open_object(&w);
    json_member_i64(&w, "count", list.count);
    json_name(&w, "results");
    json_open_array(&w);
    for (size_t i = 0; i < list.members_count; i++)
        if (list.members[i].size > 0)
            json_write_raw(&w, str_span(&list.members[i]));
    json_close_array(&w);
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}

bool nexus_row_answer(struct exchange *x, struct err *err)
{
    auto_visible_list list = { 0 };
    bool with_metadata;

    if (!metadata_read(x, &with_metadata)
        || !visible_one(x, request_param(x->request, "row"), &list, err)
        || !opened_note(x, &list.items[0], err)
        || !nexus_members(x, &list.items[0], with_metadata, &x->answer.body, err))
        return false;
    answer_json(&x->answer);
    return true;
}

/* The soft delete: Nexus asks for no version, and gives no reason. */
bool nexus_remove_answer(struct exchange *x, struct err *err)
{
    auto_visible_list list = { 0 };

    if (!visible_one(x, request_param(x->request, "row"), &list, err)
        || !away_change(x, &list.items[0], "", err))
        return false;
    x->answer.status = 204;
    return true;
}

/* --- links ------------------------------------------------------------------------------------ */

static bool link_note(struct exchange *x, const struct visible *d, struct err *err)
{
    char row[UUID_TEXT_SIZE];

    return view_of(x,
                   (struct view_entry){ .what = VIEW_ONCE,
                                        .row = uuid_text(&d->row, row),
                                        .patient = d->patient,
                                        .document = d->document,
                                        .detail = "a link that is good once" },
                   err);
}

/* The name by which we were asked is one of ours: the gate saw to that. */
bool nexus_link_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER(&x->answer.body);
    auto_free char *host = span_text(request_header(x->request, "Host"));
    auto_free char *url = NULL;
    auto_visible_list list = { 0 };
    char code[ONCE_CODE_SIZE];

    if (!visible_one(x, request_param(x->request, "row"), &list, err)
        || !link_note(x, &list.items[0], err))
        return false;
    once_put(x, &list.items[0].row, code);
    url = mem_printf("https://%s/once/%s", host, code);
    json_open_object(&w);
    json_member_text(&w, "url", url);
    json_member_i64(&w, "expires_in", ONCE_SECONDS);
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}

/* Whether the document may still be shown is asked anew. */
bool once_answer(struct exchange *x, struct err *err)
{
    auto_visible_list list = { 0 };
    char text[UUID_TEXT_SIZE];
    struct uuid row;

    if (request_method_of(x->request) == REQUEST_HEAD)
        return refuse(x, PROBLEM_BAD_REQUEST, "the link is good once: ask with GET");
    return once_take(x, request_param(x->request, "code"), &row)
           && visible_one(x, uuid_text(&row, text), &list, err) && deliver(x, &list.items[0], err);
}

/* --- uploads ---------------------------------------------------------------------------------- */

/* One file at a time: the answer is its row. */
static bool one_received(struct exchange *x, const struct received_list *list)
{
    const struct received *one = &list->items[0];
    char row[UUID_TEXT_SIZE];

    if (one->outcome == RECEIVED_STORED)
        return true;
    if (one->has_row)
        return refuse(x, one->problem, "%s: %s", one->words, uuid_text(&one->row, row));
    return refuse(x, one->problem, "%s", one->words);
}

/* A description is the application's to write: one that is not kept must not be lost in silence. */
static bool form_fits(struct exchange *x)
{
    const struct spool *files = request_files(x->request);

    if (*request_form_text(x->request, "description"))
        return refuse(
            x, PROBLEM_BAD_REQUEST,
            "description: it is not kept here; leave it empty, and write it into the row");
    return !files || spool_file_count(files) <= 1
           || refuse(x, PROBLEM_BAD_REQUEST, "one file at a time");
}

bool nexus_upload_answer(struct exchange *x, struct err *err)
{
    auto_free char *key = span_text(request_header(x->request, "Idempotency-Key"));
    struct receiving asked = { .patient = request_form_text(x->request, "patient_id"),
                               .type = request_form_text(x->request, "category"),
                               .day = request_form_text(x->request, "document_date"),
                               .key = key ? key : "" };
    auto_received_list received = { 0 };
    auto_visible_list list = { 0 };
    char row[UUID_TEXT_SIZE];

    if (!form_fits(x) || !receiving_all(x, &asked, &received, err) || !one_received(x, &received)
        || !visible_one(x, uuid_text(&received.items[0].row, row), &list, err)
        || !nexus_members(x, &list.items[0], false, &x->answer.body, err))
        return false;
    answer_json(&x->answer);
    x->answer.status = 201;
    return true;
}
