/* Finds with a sort order. Only numbers: how texts are ordered depends on the field's language. */
#include "census/walk_by_key.h"

#include "base/num.h"
#include "census/find_count.h"

enum { QUERY_MAX = 4096 };

bool walk_key_prove(struct source_reader *reader, const char *layout, const char *field,
                    bool *good_r, char *why_r, size_t room, struct err *err)
{
    uint64_t empty = 0, doubles = 0;
    bool refused = false;

    *good_r = false;
    if (!find_count_matching(reader, layout, field, "=", &empty, &refused, err)
        || (!refused && !find_count_matching(reader, layout, field, "!", &doubles, &refused, err)))
        return false;
    *good_r = !refused && empty == 0 && doubles == 0;
    if (refused)
        (void)snprintf(why_r, room, "%s", err->msg);
    else if (!*good_r)
        (void)snprintf(why_r, room, "%ju records have none, %ju have one that others have too",
                       (uintmax_t)empty, (uintmax_t)doubles);
    return true;
}

static void query_write(struct str *to, const char *field, const char *from)
{
    char criterion[WALK_KEY_MAX + 2];

    (void)snprintf(criterion, sizeof criterion, *from ? ">=%s" : "*", from);
    find_count_query(field, criterion, to);
}

bool walk_key_page(struct source_reader *reader, const char *layout, const char *field,
                   const char *from, struct pager *pager, struct filemaker_page *page_r,
                   struct err *err)
{
    auto_str query = STR_MAX(QUERY_MAX), sort = STR_MAX(QUERY_MAX);

    query_write(&query, field, from);
    find_count_order(field, &sort);
    return pager_find(pager, reader, layout, str_text(&query), str_text(&sort), page_r, err);
}

bool walk_key_of(const struct filemaker_record *record, const char *field, char key_r[WALK_KEY_MAX])
{
    struct span text = span_trim(filemaker_text(record, field));
    struct err ignored;
    int64_t number;

    if (!num_i64(text, 0, INT64_MAX, &number, &ignored))
        return false;
    (void)snprintf(key_r, WALK_KEY_MAX, "%jd", (intmax_t)number);
    return true;
}
