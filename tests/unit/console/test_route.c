/* Paths and patterns; and what holds of the table of all addresses. */
#include "console/server/route.h"

#include "tap.h"

/* A request that is freed where its scope is left. */
static void request_drop(struct request **request)
{
    request_free(*request);
}
#define auto_taken __attribute__((cleanup(request_drop))) struct request

static bool some_answer(struct exchange *x, struct err *err)
{
    (void)x;
    (void)err;
    return true;
}

static const struct route table[] = {
    { REQUEST_GET, "/", RIGHT_ANY, some_answer, "first" },
    { REQUEST_GET, "/documents/{row}", RIGHT_FIND, some_answer, "a document" },
    { REQUEST_PATCH, "/documents/{row}", RIGHT_FIND, some_answer, "changes it" },
    { REQUEST_GET, "/documents/{row}/pages/{n}", RIGHT_FIND, some_answer, "a page" },
    { REQUEST_POST, "/logout", RIGHT_ANY, some_answer, "ends" },
    { .path = NULL },
};

static struct span no_header(void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return SPAN_NONE;
}

static struct request *request_of(const char *method, const char *target)
{
    struct request_raw raw = {
        .method = method, .target = span_of(target), .address = "", .header = no_header
    };
    struct request *request = NULL;
    struct err err = { 0 };

    CHECK(request_read(&raw, &request, &err));
    return request;
}

TEST(an_address_is_found_by_method_and_path)
{
    static const struct {
        const char *method, *target;
        int row; /* of the table; -1: none */
        const char *allow, *value;
    } cases[] = {
        { "GET", "/", 0, "", "" },
        { "HEAD", "/", 0, "", "" },
        { "GET", "/?documents/1", 0, "", "" },
        { "GET", "/documents/7", 1, "", "7" },
        { "PATCH", "/documents/7", 2, "", "7" },
        { "GET", "/documents/a%2Fb", 1, "", "a/b" },
        { "GET", "/documents/7/pages/2", 3, "", "7" },
        { "POST", "/logout", 4, "", "" },
        { "GET", "/logout", -1, "POST", "" },
        { "HEAD", "/logout", -1, "POST", "" },
        { "PUT", "/logout", -1, "POST", "" },
        { "POST", "/documents/7", -1, "GET, HEAD, PATCH", "" },
        { "TRACE", "/", -1, "GET, HEAD", "" },
        { "GET", "//", -1, "", "" },
        { "GET", "/documents", -1, "", "" },
        { "GET", "/documents/", -1, "", "" },
        { "GET", "/documents//pages/2", -1, "", "" },
        { "GET", "/documents/7/", -1, "", "" },
        { "GET", "//documents/7", -1, "", "" },
        { "GET", "/%64ocuments/7", -1, "", "" },
        { "GET", "/documents%2f7", -1, "", "" },
        { "GET", "/Documents/7", -1, "", "" },
        { "GET", "/documents/7/pages/2/", -1, "", "" },
        { "GET", "/documents/7/pages", -1, "", "" },
        { "GET", "/./documents/7", -1, "", "" },
        { "GET", "/x/../documents/7", -1, "", "" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_taken *request = request_of(cases[i].method, cases[i].target);
        const struct route *route = &table[0], *wanted = NULL;
        char allow[ALLOW_SIZE];
        struct err err = { 0 };

        if (cases[i].row >= 0)
            wanted = &table[cases[i].row];
        CHECK_AT(i, route_find(request, table, &route, allow, &err));
        CHECK_AT(i, route == wanted);
        CHECK_STR(allow, cases[i].allow);
        CHECK_STR(request_param(request, "row"), cases[i].value);
    }
}

TEST(a_part_that_is_not_well_encoded_is_refused)
{
    static const char *const targets[] = { "/documents/%", "/documents/%zz", "/documents/%00",
                                           "/documents/%c0%af", "/documents/7/pages/%ff" };

    for (size_t i = 0; i < lengthof(targets); i++) {
        auto_taken *request = request_of("GET", targets[i]);
        const struct route *route = NULL;
        char allow[ALLOW_SIZE];
        struct err err = { 0 };

        CHECK_AT(i, !route_find(request, table, &route, allow, &err) && err.kind == ERR_DATA);
    }
}

/* What everybody may see without a session; a row more is a decision, and is added here. */
static bool is_public(const char *path)
{
    static const char *const ours[] = { "/health", "/assets/{hash}/{name}", "/login",
                                        "/bye",    "/setup/{code}",         "/once/{code}" };

    for (size_t i = 0; i < lengthof(ours); i++)
        if (strcmp(path, ours[i]) == 0)
            return true;
    return false;
}

TEST(the_console_s_own_table_is_in_order)
{
    size_t count = 0;

    for (const struct route *route = routes; route->path; route++, count++) {
        CHECK_AT(count, *route->path == '/' && route->answer && route->summary && *route->summary);
        CHECK_AT(count, route->method == REQUEST_GET || route->method == REQUEST_POST
                            || route->method == REQUEST_PATCH || route->method == REQUEST_DELETE);
        CHECK_AT(count, route->right != RIGHT_PUBLIC || is_public(route->path));
        CHECK_AT(count, !route->skips_csrf || route->right == RIGHT_PUBLIC);
        for (const struct route *other = routes; other != route; other++)
            CHECK_AT(count,
                     strcmp(other->path, route->path) != 0 || other->method != route->method);
    }
    CHECK(count >= 3);
}
