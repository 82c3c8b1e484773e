/* Every list for programs has the same form. */
#include "console/pages/paging.h"

#include "base/num.h"

bool paging_limit(struct exchange *x, int64_t *limit_r)
{
    const char *limit = request_query(x->request, "limit");
    struct err wrong;

    *limit_r = PAGING_USUAL;
    return !limit || num_i64(span_of(limit), 1, PAGING_MOST, limit_r, &wrong)
           || refuse(x, PROBLEM_BAD_REQUEST, "limit: %s", wrong.msg);
}

void paging_open(struct json_writer *w)
{
    json_open_object(w);
    json_name(w, "items");
    json_open_array(w);
}

void paging_close(struct json_writer *w, const char *next)
{
    json_close_array(w);
    json_member_text(w, "next", next);
    json_member_text(w, "count", NULL);
    json_member_flag(w, "count_is_least", false);
    json_close_object(w);
}

void paging_close_counted(struct json_writer *w, const char *next, int64_t count, bool is_least)
{
    json_close_array(w);
    json_member_text(w, "next", next);
    json_member_i64(w, "count", count);
    json_member_flag(w, "count_is_least", is_least);
    json_close_object(w);
}
