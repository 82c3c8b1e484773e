/* Requests, taken apart: encodings, names that come twice, controls, too much, cookies, forms. */
#include "console/server/request.h"

#include "base/mem.h"
#include "tap.h"

/* A request that is freed where its scope is left. */
static void request_drop(struct request **request)
{
    request_free(*request);
}
#define auto_taken __attribute__((cleanup(request_drop))) struct request

/* A request with the few headers that are read. */
struct sent {
    const char *method, *target, *cookie, *type, *body;
};

static struct span header_of(void *arg, const char *name)
{
    const struct sent *sent = arg;

    if (strcmp(name, "Cookie") == 0)
        return span_of(sent->cookie);
    return strcmp(name, "Content-Type") == 0 ? span_of(sent->type) : SPAN_NONE;
}

static struct request_raw raw_of(struct sent *sent)
{
    return (struct request_raw){ .method = sent->method ? sent->method : "GET",
                                 .target = span_of(sent->target ? sent->target : "/"),
                                 .body = span_of(sent->body),
                                 .address = "192.0.2.7",
                                 .header = header_of,
                                 .arg = sent };
}

static struct request *request_of(struct sent *sent)
{
    struct request_raw raw = raw_of(sent);
    struct request *request = NULL;
    struct err err = { 0 };

    if (!request_read(&raw, &request, &err))
        CHECK_STR(err.msg, "");
    return request;
}

static const char form_type[] = "application/x-www-form-urlencoded";

TEST(parameters_are_decoded_once)
{
    static const struct {
        const char *query, *value; /* of q; NULL: refused */
    } cases[] = {
        { "q=ito", "ito" },
        { "q=", "" },
        { "q", "" },
        { "&&q=a&&", "a" },
        { "q=a+b%2Bc", "a b+c" },
        { "q=%2541", "%41" },
        { "q=a=b", "a=b" },
        { "%71=a", "a" },
        { "q=%c3%A4", "\xc3\xa4" },
        { "q=%0d%0A%09", "\r\n\t" },
        { "q=%00", NULL },
        { "q=a%1fb", NULL },
        { "q=%7F", NULL },
        { "q=%c0%af", NULL },    /* overlong */
        { "q=%ed%a0%80", NULL }, /* half of a pair */
        { "q=%f5%80%80%80", NULL },
        { "q=%ff", NULL },
        { "q=%c3", NULL },
        { "q=%", NULL },
        { "q=%4", NULL },
        { "q=%4g", NULL },
        { "q=%%34", NULL },
        { "q=%-1", NULL },
        { "%00=a", NULL },
        { "q=a&q=b", NULL },
        { "q=a&%71=a", NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *target = mem_printf("/patients?%s", cases[i].query);
        struct sent sent = { .target = target };
        struct request_raw raw = raw_of(&sent);
        auto_taken *request = NULL;
        struct err err = { 0 };

        CHECK_AT(i, request_read(&raw, &request, &err) == (cases[i].value != NULL));
        CHECK_AT(i, request || (err.kind == ERR_DATA && err.code != REQUEST_TOO_LARGE));
        if (!request)
            continue;
        CHECK_STR(request_query(request, "q"), cases[i].value);
        CHECK_AT(i, !request_query(request, "Q") && !request_form(request, "q"));
        CHECK_AT(i, span_is(request_path(request), "/patients"));
        CHECK_AT(i, span_is(request_target(request), target));
    }
}

TEST(methods_are_known_by_their_exact_names)
{
    static const struct {
        const char *name;
        enum request_method method;
    } cases[] = { { "GET", REQUEST_GET },       { "HEAD", REQUEST_HEAD },
                  { "POST", REQUEST_POST },     { "PATCH", REQUEST_PATCH },
                  { "DELETE", REQUEST_DELETE }, { "get", REQUEST_OTHER },
                  { "TRACE", REQUEST_OTHER },   { "OPTIONS", REQUEST_OTHER },
                  { "PUT", REQUEST_OTHER },     { "GETS", REQUEST_OTHER },
                  { "", REQUEST_OTHER } };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct sent sent = { .method = cases[i].name };
        auto_taken *request = request_of(&sent);

        CHECK_AT(i, request && request_method_of(request) == cases[i].method);
    }
}

TEST(an_address_begins_with_a_slash)
{
    static const char *const targets[] = { "*", "", "patients", "https://other/", "?q=1" };

    for (size_t i = 0; i < lengthof(targets); i++) {
        struct sent sent = { .target = targets[i] };
        struct request_raw raw = raw_of(&sent);
        auto_taken *request = NULL;
        struct err err = { 0 };

        CHECK_AT(i, !request_read(&raw, &request, &err) && err.kind == ERR_DATA && !request);
    }
}

TEST(forms_are_read_where_the_type_says_so)
{
    static const struct {
        const char *type, *body, *value; /* NULL: there is no such field */
    } cases[] = {
        { form_type, "why=a+%26+b", "a & b" },
        { "Application/X-WWW-Form-Urlencoded; charset=utf-8", "why=a", "a" },
        { "text/plain", "why=a", NULL },
        { "application/json", "why=a", NULL },
        { NULL, "why=a", NULL },
        { form_type, "", NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct sent sent = { .method = "POST", .type = cases[i].type, .body = cases[i].body };
        auto_taken *request = request_of(&sent);
        const char *value = request_form(request, "why");

        CHECK_AT(i, value ? cases[i].value && strcmp(value, cases[i].value) == 0 : !cases[i].value);
        CHECK_AT(i, span_is(request_body(request), cases[i].body));
        CHECK_AT(i, request_is_json(request)
                        == (cases[i].type && strcmp(cases[i].type, "application/json") == 0));
    }
}

TEST(bad_forms_are_refused)
{
    static const char *const bodies[] = {
        "a=%zz", "a=1&a=2", "a=%00", "a=\x01", "a=\xff", "\xc3=1"
    };

    for (size_t i = 0; i < lengthof(bodies); i++) {
        struct sent sent = { .method = "POST", .type = form_type, .body = bodies[i] };
        struct request_raw raw = raw_of(&sent);
        auto_taken *request = NULL;
        struct err err = { 0 };

        CHECK_AT(i, !request_read(&raw, &request, &err) && err.kind == ERR_DATA);
    }
}

TEST(lists_in_forms_have_numbers)
{
    struct sent sent = { .type = form_type,
                         .body = "document.1=a&documents=b&document.20=c&document=d&x.1=e" };
    auto_taken *request = request_of(&sent);
    const char *values[REQUEST_FIELDS];

    CHECK(request_form_list(request, "document", values) == 2);
    CHECK_STR(values[0], "a");
    CHECK_STR(values[1], "c");
    CHECK(request_form_list(request, "none", values) == 0);
}

/* "/?p0=&p1=&..." */
static char *many_parameters(int count)
{
    struct str text = STR_MAX(KIB(8));

    str_add_text(&text, "/?");
    for (int i = 0; i < count; i++)
        str_printf(&text, "p%d=&", i);
    return str_take(&text);
}

TEST(parameters_have_a_bound)
{
    for (int more = 0; more < 2; more++) {
        auto_free char *target = many_parameters(REQUEST_FIELDS + more);
        struct sent sent = { .target = target };
        struct request_raw raw = raw_of(&sent);
        auto_taken *request = NULL;
        struct err err = { 0 };

        CHECK_AT((size_t)more, request_read(&raw, &request, &err) == (more == 0));
        CHECK_AT((size_t)more, !more || strstr(err.msg, "more than 64"));
    }
}

TEST(what_is_too_long_is_told_apart)
{
    auto_free char *target = mem_zero(REQUEST_TARGET_MAX + 2);
    struct sent sent = { .target = target };
    struct request_raw raw;
    struct err err = { 0 };

    (void)memset(target, 'a', REQUEST_TARGET_MAX);
    target[0] = '/';
    request_free(request_of(&sent));
    target[REQUEST_TARGET_MAX] = 'a';
    for (int cut = 0; cut < 2; cut++) {
        auto_taken *request = NULL;

        raw = raw_of(&sent);
        if (cut)
            raw.target = span_of("/");
        raw.body_is_cut = cut;
        CHECK_AT((size_t)cut, !request_read(&raw, &request, &err) && err.code == REQUEST_TOO_LARGE);
    }
}

/* Other programs on the same host set cookies, too; none of theirs may lock people out. */
TEST(cookies_of_others_are_passed_over)
{
    static const struct {
        const char *cookies, *value; /* of "own"; NULL: not there */
    } cases[] = {
        { "own=abc", "abc" },
        { " other=1 ;own=abc;", "abc" },
        { "bad=%zz; own=abc", "abc" },
        { "bad=%00; own=abc", "abc" },
        { "x=1; x=2; own=abc", "abc" },
        { "nothing; own=abc", "abc" },
        { "=1; own=abc", "abc" },
        { "own=a=b", "a=b" },
        { "own=first; own=second", "first" },
        { "Own=abc", NULL },
        { "own", NULL },
        { "other=own=abc", NULL },
        { ";;;", NULL },
        { NULL, NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct sent sent = { .cookie = cases[i].cookies };
        auto_taken *request = request_of(&sent);
        const char *value = request_cookie(request, "own");

        CHECK_AT(i, value ? cases[i].value && strcmp(value, cases[i].value) == 0 : !cases[i].value);
    }
}

TEST(parts_of_the_path_are_decoded_when_the_router_sets_them)
{
    static const struct {
        const char *encoded, *value; /* NULL: refused */
    } cases[] = { { "a%20b", "a b" }, { "a+b", "a+b" }, { "%2e%2e", ".." }, { "a%2Fb", "a/b" },
                  { "%00", NULL },    { "%", NULL },    { "%c0%ae", NULL } };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *target = mem_printf("/%s", cases[i].encoded);
        struct sent sent = { .target = target };
        auto_taken *request = request_of(&sent);
        struct err err = { 0 };

        CHECK_AT(
            i, request_param_set(request, span_of("row"), span_from(request_path(request), 1), &err)
                   == (cases[i].value != NULL));
        CHECK_STR(request_param(request, "row"), cases[i].value ? cases[i].value : "");
        CHECK_STR(request_param(request, "other"), "");
    }
}
