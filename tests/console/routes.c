/*
 * Prints the console's table of addresses, for tests that compare it with what is documented and with
 * what is answered: a line of JSON for each row.
 */
#include "console/server/route.h"
#include "json/writer.h"

#include <stdio.h>

static void row_print(const struct route *route)
{
    auto_str line = STR_MAX(KIB(4));
    struct json_writer w = JSON_WRITER(&line);

    json_open_object(&w);
    json_member_text(&w, "method", method_name(route->method));
    json_member_text(&w, "path", route->path);
    json_member_text(&w, "right", right_name(route->right));
    json_member_text(&w, "query", route->query);
    json_member_text(&w, "summary", route->summary);
    json_member_flag(&w, "skips_csrf", route->skips_csrf);
    json_member_flag(&w, "is_stream", route->is_stream);
    json_member_flag(&w, "may_repeat", route->may_repeat);
    json_close_object(&w);
    (void)printf("%s\n", str_text(&line));
}

int main(void)
{
    for (const struct route *route = routes; route->path; route++)
        row_print(route);
    return 0;
}
