/* The addresses that show nothing themselves. */
#include "console/pages/pages.h"

bool health_answer(struct exchange *x, struct err *err)
{
    (void)err;
    x->answer.type = "text/plain; charset=utf-8";
    str_add_text(&x->answer.body, "ok\n");
    return true;
}

/* Everybody lands where their work is. */
bool first_answer(struct exchange *x, struct err *err)
{
    static const struct {
        enum right right;
        const char *to;
    } ways[] = { { RIGHT_RUN, "/run" },
                 { RIGHT_FIND, "/patients" },
                 { RIGHT_USERS, "/users" },
                 { RIGHT_ANY, "/self" } };

    (void)err;
    for (size_t i = 0; i < lengthof(ways); i++)
        if (may(x, ways[i].right)) {
            answer_go_to(&x->answer, ways[i].to);
            return true;
        }
    return refuse(x, PROBLEM_NO_RIGHT, "a token has no first page");
}
