/* Records: ranges, finds, single ones, and the few fields that we write. */
#include "filemaker/session.h"

#include "base/mem.h"
#include "base/time.h"
#include "json/shape.h"
#include "json/writer.h"

#include <ctype.h>

enum { FINDABLE_MAX = 64 }; /* an index keeps a hundred characters of a value */

struct data_info {
    uint64_t total, found;
};

struct record_info {
    uint64_t record_id, mod_id;
    const struct json_value *fields;
};

static bool record_read(const struct json *json, const struct json_value *from, int64_t asked_us,
                        struct filemaker_record *record_r, struct err *err)
{
    static const struct json_member shape[] = {
        JSON_U64(struct record_info, record_id, "recordId"),
        JSON_U64(struct record_info, mod_id, "modId"),
        JSON_INSIDE(struct record_info, fields, "fieldData"),
        JSON_SHAPE_END,
    };
    struct record_info info = { 0 };

    if (!json_fill(json, from, shape, &info, err))
        return false;
    *record_r = (struct filemaker_record){ info.record_id, info.mod_id, info.fields, asked_us };
    return true;
}

static bool counts_read(const struct json *json, const struct json_value *response,
                        struct filemaker_page *page, struct err *err)
{
    static const struct json_member shape[] = {
        JSON_MAYBE_U64(struct data_info, total, "totalRecordCount"),
        JSON_MAYBE_U64(struct data_info, found, "foundCount"),
        JSON_SHAPE_END,
    };
    const struct json_value *from = json_get(response, "dataInfo");
    struct data_info info = { UINT64_MAX, UINT64_MAX };

    if (from && !json_fill(json, from, shape, &info, err))
        return false;
    page->total = info.total;
    page->found = info.found;
    return true;
}

/* Moves the answer into a page and reads it; `answer` is empty afterwards. */
static bool records_page_read(struct filemaker_answer *answer, int64_t asked_us,
                              struct filemaker_page *page_r, struct err *err)
{
    auto_page page = { .text = answer->text, .json = take(answer->json) };
    const struct json_value *list = json_get(answer->response, "data");

    answer->text = (struct str)STR_MAX(0);
    if (!list || list->kind != JSON_ARRAY)
        return err_set(err, ERR_DATA, 0, "'data' in response is missing or not an array");
    if (!counts_read(page.json, answer->response, &page, err))
        return false;
    page.records = mem_zero(list->count * sizeof *page.records);
    json_each (from, list) {
        if (!record_read(page.json, from, asked_us, &page.records[page.count], err))
            return false;
        page.count++;
    }
    *page_r = page;
    page = (struct filemaker_page){ 0 };
    return true;
}

const struct filemaker_record *filemaker_page_record(const struct filemaker_page *page,
                                                     uint64_t record_id)
{
    for (size_t i = 0; i < page->count; i++)
        if (page->records[i].record_id == record_id)
            return &page->records[i];
    return NULL;
}

void filemaker_page_clear(struct filemaker_page *page)
{
    free(page->records);
    json_free(page->json);
    str_clear(&page->text);
    *page = (struct filemaker_page){ 0 };
}

static bool call_for_page(struct filemaker *filemaker, const struct filemaker_call *call,
                          struct filemaker_page *page_r, struct err *err)
{
    auto_filemaker_answer answer = { 0 };
    int64_t asked_us = time_now_us();

    return filemaker_call(filemaker, call, &answer, err)
           && records_page_read(&answer, asked_us, page_r, err);
}

/* Accepts that there are none: 101 beyond the end, 401 for an empty find, or the reverse. */
static bool none_there(bool found, struct filemaker_page *page_r, const struct err *err)
{
    if (found)
        return true;
    if (err->kind != ERR_REMOTE
        || (err->reason != FILEMAKER_RECORD_MISSING && err->reason != FILEMAKER_NO_MATCH))
        return false;
    *page_r = (struct filemaker_page){ .total = UINT64_MAX, .found = UINT64_MAX };
    return true;
}

bool filemaker_records(struct filemaker *filemaker, const char *layout, uint64_t offset,
                       uint64_t limit, struct filemaker_page *page_r, struct err *err)
{
    auto_str path = STR_MAX(KIB(4));
    struct filemaker_call call = {
        .method = "GET", .auth = FILEMAKER_AUTH_SESSION, .reads = true, .is_page = true
    };

    filemaker_path(&path, filemaker, (const char *const[]){ "layouts", layout, "records", NULL });
    str_printf(&path, "?_offset=%ju&_limit=%ju", (uintmax_t)offset, (uintmax_t)limit);
    call.path = str_text(&path);
    return none_there(call_for_page(filemaker, &call, page_r, err), page_r, err)
           || err_ctx(err, "reading %ju records of '%s' from the %juth on", (uintmax_t)limit,
                      layout, (uintmax_t)offset);
}

static void record_path(struct str *path, const struct filemaker *filemaker, const char *layout,
                        uint64_t record_id)
{
    char id[24];

    (void)snprintf(id, sizeof id, "%ju", (uintmax_t)record_id);
    filemaker_path(path, filemaker,
                   (const char *const[]){ "layouts", layout, "records", id, NULL });
}

bool filemaker_record(struct filemaker *filemaker, const char *layout, uint64_t record_id,
                      struct filemaker_page *page_r, struct err *err)
{
    auto_str path = STR_MAX(KIB(4));
    auto_page page = { 0 };
    struct filemaker_call call = { .method = "GET", .auth = FILEMAKER_AUTH_SESSION, .reads = true };

    record_path(&path, filemaker, layout, record_id);
    call.path = str_text(&path);
    if (!call_for_page(filemaker, &call, &page, err))
        return err_ctx(err, "reading record %ju", (uintmax_t)record_id);
    if (page.count != 1 || page.records[0].record_id != record_id)
        return err_set(err, ERR_DATA, 0, "asked for record %ju, the server gave another",
                       (uintmax_t)record_id);
    *page_r = page;
    page = (struct filemaker_page){ 0 };
    return true;
}

bool filemaker_find(struct filemaker *filemaker, const char *layout, const char *query_json,
                    const char *sort_json, uint64_t offset, uint64_t limit,
                    struct filemaker_page *page_r, struct err *err)
{
    auto_str path = STR_MAX(KIB(4));
    auto_str body = STR_MAX(KIB(256));
    struct filemaker_call call = {
        .method = "POST", .auth = FILEMAKER_AUTH_SESSION, .reads = true, .is_page = true
    };

    filemaker_path(&path, filemaker, (const char *const[]){ "layouts", layout, "_find", NULL });
    str_printf(&body, "{\"query\":%s,\"offset\":\"%ju\",\"limit\":\"%ju\"", query_json,
               (uintmax_t)offset, (uintmax_t)limit);
    if (sort_json)
        str_printf(&body, ",\"sort\":%s", sort_json);
    str_add_char(&body, '}');
    if (!str_fits(&body, "the find request", err))
        return false;
    call.path = str_text(&path);
    call.body = str_span(&body);
    return none_there(call_for_page(filemaker, &call, page_r, err), page_r, err)
           || err_ctx(err, "finding records of '%s'", layout);
}

bool filemaker_can_find(struct span value)
{
    for (size_t i = 0; i < value.size; i++)
        if (!isalnum((unsigned char)value.at[i]) && value.at[i] != '-' && value.at[i] != '_')
            return false;
    return value.size > 0 && value.size <= FINDABLE_MAX;
}

/* [{"id":"==A"},{"id":"==B"}]: each request is an alternative. */
static void any_query(struct str *query, const char *field, const struct span *values, size_t count)
{
    struct json_writer w = JSON_WRITER(query);
    char criterion[FINDABLE_MAX + sizeof "=="];

    json_open_array(&w);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(criterion, sizeof criterion, "==" SPAN_FORMAT, SPAN_ARGS(values[i]));
        json_open_object(&w);
        json_member_text(&w, field, criterion);
        json_close_object(&w);
    }
    json_close_array(&w);
}

/* Room for twice as many: where ids are shared, the one that is meant may come last. */
bool filemaker_find_any(struct filemaker *filemaker, const char *layout, const char *field,
                        const struct span *values, size_t count, struct filemaker_page *page_r,
                        struct err *err)
{
    auto_str query = STR_MAX(KIB(64));

    any_query(&query, field, values, count);
    return str_fits(&query, "the find's query", err)
           && filemaker_find(filemaker, layout, str_text(&query), NULL, 1, 2 * count, page_r, err);
}

const struct json_value *filemaker_value(const struct filemaker_record *record, const char *name)
{
    const struct json_value *value = json_get(record->fields, name);
    auto_free char *first = NULL;
    size_t length = strlen(name);

    if (value)
        return value;
    if (length > 3 && strcmp(name + length - 3, "(1)") == 0)
        return json_get_span(record->fields, (struct span){ name, length - 3 });
    first = mem_printf("%s(1)", name);
    return json_get(record->fields, first);
}

struct span filemaker_text(const struct filemaker_record *record, const char *name)
{
    const struct json_value *value = name && *name ? filemaker_value(record, name) : NULL;

    return value ? value->text : SPAN_NONE;
}

/* --- writing -------------------------------------------------------------------------------- */

static void set_body(struct str *body, const struct filemaker_write *write)
{
    struct json_writer w = JSON_WRITER(body);
    char text[24];

    (void)snprintf(text, sizeof text, "%ju", (uintmax_t)write->mod_id);
    json_open_object(&w);
    json_name(&w, "fieldData");
    json_open_object(&w);
    for (size_t i = 0; i < write->count; i++)
        json_member_span(&w, write->entries[i].field, write->entries[i].value);
    json_close_object(&w);
    json_member_text(&w, "modId", text);
    json_close_object(&w);
}

struct set_info {
    uint64_t mod_id;
};

bool filemaker_set(struct filemaker *filemaker, const struct filemaker_write *write,
                   uint64_t *mod_id_r, struct err *err)
{
    static const struct json_member shape[] = {
        JSON_U64(struct set_info, mod_id, "modId"),
        JSON_SHAPE_END,
    };
    auto_str path = STR_MAX(KIB(4));
    auto_str body = STR_MAX(KIB(256));
    auto_filemaker_answer answer = { 0 };
    struct set_info info = { 0 };
    struct filemaker_call call = { .method = "PATCH", .auth = FILEMAKER_AUTH_SESSION };

    record_path(&path, filemaker, write->layout, write->record_id);
    set_body(&body, write);
    if (!str_fits(&body, "the write", err))
        return false;
    call.path = str_text(&path);
    call.body = str_span(&body);
    if (!filemaker_call(filemaker, &call, &answer, err))
        return err_ctx(err, "writing '%s' of record %ju", write->entries[0].field,
                       (uintmax_t)write->record_id);
    if (!json_fill(answer.json, answer.response, shape, &info, err)) {
        err->kind = ERR_UNSURE;
        return err_ctx(err, "writing '%s' of record %ju", write->entries[0].field,
                       (uintmax_t)write->record_id);
    }
    *mod_id_r = info.mod_id;
    return true;
}
