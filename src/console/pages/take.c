/* /zip and /api/v1/tickets: many documents are chosen, and then sent as one ZIP. */
#include "base/mem.h"
#include "base/time.h"
#include "console/inside.h"
#include "console/pages/chosen.h"
#include "console/pages/pages.h"
#include "console/server/body.h"
#include "console/taking/orders.h"
#include "console/taking/selection.h"
#include "console/taking/zip.h"
#include "json/shape.h"

/* --- by a form -------------------------------------------------------------------------------- */

bool zip_make_answer(struct exchange *x, struct err *err)
{
    auto_selection selection = { 0 };
    char code[ORDER_CODE_SIZE];
    auto_free char *to = NULL;

    if (!chosen_read(x, &selection, err))
        return false;
    orders_put(x, &selection, code);
    to = mem_printf("/zip/%s", code);
    answer_go_to(&x->answer, to);
    return true;
}

bool zip_take_answer(struct exchange *x, struct err *err)
{
    struct order_slot slot = { x->who.account, x->who.token };
    auto_selection selection = { 0 };

    if (request_method_of(x->request) == REQUEST_HEAD)
        return refuse(x, PROBLEM_BAD_REQUEST, "a ZIP is sent once: ask for it with GET");
    return orders_take(x, request_param(x->request, "ticket"), &selection)
           && zip_answer(x, &selection, &slot, err);
}

/* --- by a program ----------------------------------------------------------------------------- */

/* {"documents"} or {"query","except"} */
struct ticket_body {
    const struct json_value *documents, *query, *except;
};

static const struct json_member ticket_shape[] = {
    JSON_MAYBE_LIST(struct ticket_body, documents, "documents"),
    JSON_MAYBE_INSIDE(struct ticket_body, query, "query"),
    JSON_MAYBE_LIST(struct ticket_body, except, "except"),
    JSON_SHAPE_END,
};

/* {"q","patient","type","from","to"} */
struct query_body {
    struct span q, patient, type, from, to;
};

static const struct json_member query_shape[] = {
    JSON_MAYBE_SPAN(struct query_body, q, "q"),
    JSON_MAYBE_SPAN(struct query_body, patient, "patient"),
    JSON_MAYBE_SPAN(struct query_body, type, "type"),
    JSON_MAYBE_SPAN(struct query_body, from, "from"),
    JSON_MAYBE_SPAN(struct query_body, to, "to"),
    JSON_SHAPE_END,
};

/* Rows that a list of JSON names; the caller frees. `list` NULL: none. */
static bool rows_read(struct exchange *x, const struct json_value *list, struct uuid **rows_r,
                      size_t *count_r)
{
    struct uuid *rows = mem_zero((CONSOLE_TAKINGS + 1) * sizeof *rows);

    *rows_r = rows;
    *count_r = 0;
    if (!list)
        return true;
    json_each (item, list) {
        if (*count_r == CONSOLE_TAKINGS)
            return refuse(x, PROBLEM_TOO_LARGE, "at most %d documents are taken at once",
                          CONSOLE_TAKINGS);
        if (item->kind != JSON_TEXT || !uuid_read(item->text, &rows[(*count_r)++]))
            return refuse(x, PROBLEM_BAD_REQUEST, "documents are named by the ids of their rows");
    }
    return true;
}

static bool query_select(struct exchange *x, const struct json *json,
                         const struct ticket_body *body, const struct uuid *except, size_t count,
                         struct selection *selection, struct err *err)
{
    static const char *const names[] = { "q", "patient", "type", "from", "to" };
    struct query_body q = { 0 };
    struct err wrong;
    bool good;

    if (!body_names_are_known(x, body->query, names, lengthof(names)))
        return false;
    if (!json_fill(json, body->query, query_shape, &q, &wrong))
        return refuse(x, PROBLEM_BAD_REQUEST, "%s", wrong.msg);
    {
        auto_free char *words = span_text(q.q), *patient = span_text(q.patient),
                       *type = span_text(q.type), *from = span_text(q.from), *to = span_text(q.to);
        struct selection_list list = { words, patient, type, from, to };

        good = selection_of_list(x, &list, except, count, selection, err);
    }
    return good;
}

static bool body_select(struct exchange *x, const struct json *json, const struct ticket_body *body,
                        struct selection *selection, struct err *err)
{
    auto_free struct uuid *rows = NULL;
    size_t count;

    if ((body->documents != NULL) == (body->query != NULL) || (body->documents && body->except))
        return refuse(x, PROBLEM_BAD_REQUEST,
                      "choose either documents, or a query and perhaps what to except");
    if (!rows_read(x, body->documents ? body->documents : body->except, &rows, &count))
        return false;
    return body->documents ? selection_of_rows(x, rows, count, selection, err)
                           : query_select(x, json, body, rows, count, selection, err);
}

static void ticket_write(struct exchange *x, const char *code, size_t count, int64_t bytes)
{
    struct json_writer w = JSON_WRITER(&x->answer.body);
    int64_t until_us = clock_now_us(x->console->clock) + ORDER_MINUTES * 60 * TIME_SECOND;
    auto_free char *url = mem_printf("/api/v1/zip/%s", code);
    char until[TIME_TEXT_SIZE];

    x->answer.status = 201;
    json_open_object(&w);
    json_member_text(&w, "url", url);
    json_member_i64(&w, "count", (int64_t)count);
    json_member_i64(&w, "bytes", bytes);
    json_member_text(&w, "expires", time_rfc3339(until_us, until));
    json_close_object(&w);
    answer_json(&x->answer);
}

bool api_ticket_answer(struct exchange *x, struct err *err)
{
    static const char *const names[] = { "documents", "query", "except" };
    auto_selection selection = { 0 };
    struct ticket_body body = { 0 };
    char code[ORDER_CODE_SIZE];
    auto_json *json = NULL;
    struct err wrong;
    size_t count;
    int64_t bytes;

    if (!body_read_json(x, &json)
        || !body_names_are_known(x, json_root(json), names, lengthof(names)))
        return false;
    if (!json_fill(json, json_root(json), ticket_shape, &body, &wrong))
        return refuse(x, PROBLEM_BAD_REQUEST, "%s", wrong.msg);
    if (!body_select(x, json, &body, &selection, err))
        return false;
    count = selection.count;
    bytes = selection.bytes;
    orders_put(x, &selection, code);
    ticket_write(x, code, count, bytes);
    return true;
}
