/* POST /api/v1/documents: files for a patient, from a program. */
#include "base/mem.h"
#include "console/pages/pages.h"
#include "console/upload/receiving.h"
#include "json/writer.h"

/* Of one file: the status that it would have alone. */
static int status_of(const struct received *received)
{
    struct answer alone = { 0 };

    if (received->outcome == RECEIVED_STORED)
        return 201;
    problem_head(&(struct problem){ .type = received->problem }, &alone);
    return alone.status;
}

/* That of all files if they agree, else 207. */
static int status_of_all(const struct received_list *list)
{
    int status = status_of(&list->items[0]);

    for (size_t i = 1; i < list->count; i++)
        if (status_of(&list->items[i]) != status)
            return 207;
    return status;
}

static void problem_write(struct json_writer *w, const struct received *received)
{
    json_name(w, "problem");
    if (received->outcome == RECEIVED_STORED)
        json_write_null(w);
    else
        json_write_text(w, problem_name(received->problem));
}

static void received_write(struct json_writer *w, const struct received *received)
{
    char row[UUID_TEXT_SIZE];

    json_open_object(w);
    json_member_text(w, "name", received->name);
    json_member_text(w, "outcome", received_outcome_name(received->outcome));
    json_member_text(w, "row", received->has_row ? uuid_text(&received->row, row) : NULL);
    problem_write(w, received);
    json_member_text(w, "detail", *received->words ? received->words : NULL);
    json_close_object(w);
}

static struct receiving asked_of(const struct exchange *x, const char *key)
{
    return (struct receiving){ .patient = request_form_text(x->request, "patient"),
                               .type = request_form_text(x->request, "type"),
                               .day = request_form_text(x->request, "date"),
                               .key = key,
                               .anyway = request_form(x->request, "anyway") != NULL };
}

bool api_upload_answer(struct exchange *x, struct err *err)
{
    auto_free char *key = span_text(request_header(x->request, "Idempotency-Key"));
    struct receiving asked = asked_of(x, key ? key : "");
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_received_list list = { 0 };

    if (!receiving_all(x, &asked, &list, err))
        return false;
    json_open_object(&w);
    json_name(&w, "files");
    json_open_array(&w);
    for (size_t i = 0; i < list.count; i++)
        received_write(&w, &list.items[i]);
    json_close_array(&w);
    json_close_object(&w);
    answer_json(&x->answer);
    x->answer.status = status_of_all(&list);
    return true;
}
