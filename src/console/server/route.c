/* Matches paths to patterns, part by part. */
#include "console/server/route.h"

const char *method_name(enum request_method method)
{
    static const char *const names[] = { "GET", "HEAD", "POST", "PATCH", "DELETE", "" };

    return names[method];
}

static bool is_place(struct span part)
{
    return part.size > 2 && part.at[0] == '{' && part.at[part.size - 1] == '}';
}

/*
 * Whether a path has a pattern's parts. A part of the path that stands in a place of the pattern is
 * not empty; the others are the same byte for byte, so that nothing encoded is taken for them.
 */
static bool pattern_matches(struct span path, const char *pattern)
{
    struct span rest = span_of(pattern);

    do {
        struct span part = span_cut(&path, '/');
        struct span wanted = span_cut(&rest, '/');

        if (is_place(wanted) ? part.size == 0 : !span_equal(part, wanted))
            return false;
    } while (path.at && rest.at);
    return !path.at && !rest.at;
}

static bool params_set(struct request *request, const char *pattern, struct err *err)
{
    struct span path = request_path(request), rest = span_of(pattern);

    while (rest.at) {
        struct span part = span_cut(&path, '/');
        struct span wanted = span_cut(&rest, '/');

        if (is_place(wanted)
            && !request_param_set(request, (struct span){ wanted.at + 1, wanted.size - 2 }, part,
                                  err))
            return false;
    }
    return true;
}

static bool route_takes(const struct route *route, enum request_method method)
{
    return route->method == method || (route->method == REQUEST_GET && method == REQUEST_HEAD);
}

static void allow_add(char allow[ALLOW_SIZE], enum request_method method)
{
    size_t used = strlen(allow);

    (void)snprintf(allow + used, ALLOW_SIZE - used, "%s%s", used ? ", " : "",
                   method == REQUEST_GET ? "GET, HEAD" : method_name(method));
}

bool route_find(struct request *request, const struct route *table, const struct route **route_r,
                char allow_r[ALLOW_SIZE], struct err *err)
{
    struct span path = request_path(request);

    *route_r = NULL;
    allow_r[0] = '\0';
    for (const struct route *route = table; route->path; route++) {
        if (!pattern_matches(path, route->path))
            continue;
        if (route_takes(route, request_method_of(request))) {
            *route_r = route;
            allow_r[0] = '\0';
            return params_set(request, route->path, err);
        }
        allow_add(allow_r, route->method);
    }
    return true;
}
