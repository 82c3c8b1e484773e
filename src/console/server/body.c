/* Bodies of requests of programs. */
#include "console/server/body.h"

bool body_read_json(struct exchange *x, struct json **json_r)
{
    struct err wrong;

    if (!request_is_json(x->request))
        return refuse(x, PROBLEM_BAD_REQUEST, "the body is not said to be application/json");
    return json_read(request_body(x->request), json_r, &wrong)
           || refuse(x, PROBLEM_BAD_REQUEST, "the body: %s", wrong.msg);
}

/* "kind, choice, expect" */
static void names_write(const char *const *names, size_t count, struct str *to)
{
    for (size_t i = 0; i < count; i++)
        str_printf(to, "%s%s", i ? ", " : "", names[i]);
}

bool body_names_are_known(struct exchange *x, const struct json_value *object,
                          const char *const *names, size_t count)
{
    if (json_has_duplicates(object))
        return refuse(x, PROBLEM_BAD_REQUEST, "a member comes twice");
    json_each (member, object) {
        auto_str all = STR_MAX(256);
        bool known = false;

        for (size_t i = 0; i < count; i++)
            known = known || span_is(member->name, names[i]);
        if (known)
            continue;
        names_write(names, count, &all);
        return refuse(x, PROBLEM_BAD_REQUEST, "'" SPAN_FORMAT "' is no member here; these are: %s",
                      SPAN_ARGS(span_first(member->name, 40)), str_text(&all));
    }
    return true;
}
