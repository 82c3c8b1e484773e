/* Finds go through FileMaker's indexes and found sets, which ranges do not. */
#include "census/find_count.h"

#include "json/writer.h"

void find_count_query(const char *field, const char *criterion, struct str *query_r)
{
    struct json_writer w = JSON_WRITER(query_r);

    json_open_array(&w);
    json_open_object(&w);
    json_member_text(&w, field, criterion);
    json_close_object(&w);
    json_close_array(&w);
}

void find_count_order(const char *field, struct str *order_r)
{
    struct json_writer w = JSON_WRITER(order_r);

    json_open_array(&w);
    json_open_object(&w);
    json_member_text(&w, "fieldName", field);
    json_member_text(&w, "sortOrder", "ascend");
    json_close_object(&w);
    json_close_array(&w);
}

/* "No match" is an answer; a find that the server refuses is none, and gives no count. */
bool find_count_matching(struct source_reader *reader, const char *layout, const char *field,
                         const char *criterion, uint64_t *count_r, bool *refused_r, struct err *err)
{
    auto_str query = STR_MAX(KIB(4));
    auto_page page = { 0 };

    find_count_query(field, criterion, &query);
    *refused_r = false;
    if (!source_find(reader, layout, str_text(&query), NULL, 1, 1, &page, err)) {
        *refused_r = err->kind == ERR_REMOTE && err->reason != 0;
        return *refused_r;
    }
    *count_r = page.count == 0 ? 0 : page.found;
    return true;
}

/* Each record has either something in the key field or nothing, so the two finds share them all. */
bool find_count_all(struct source_reader *reader, const char *layout, const char *key_field,
                    int64_t *count_r, char *why_r, size_t room, struct err *err)
{
    uint64_t with = 0, without = 0;
    bool refused = false;

    if (!source_has_finds(reader))
        return source_recount(reader, layout, count_r, err);
    *count_r = -1;
    if (!*key_field)
        return true;
    if (!find_count_matching(reader, layout, key_field, "*", &with, &refused, err)
        || (!refused
            && !find_count_matching(reader, layout, key_field, "=", &without, &refused, err)))
        return false;
    if (refused || with == UINT64_MAX || without == UINT64_MAX) {
        (void)snprintf(why_r, room, "%s", refused ? err->msg : "the server gives no counts");
        return true;
    }
    *count_r = (int64_t)(with + without);
    return true;
}
