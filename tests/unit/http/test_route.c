/* The way to a server: which proxy is taken, from the settings or the environment. */
#include "http/route.h"

#include "tap.h"

static void environment_set(const char *name, const char *value)
{
    if ((value ? setenv(name, value, 1) : unsetenv(name)) != 0)
        abort();
}

TEST(the_settings_come_first_then_the_environment)
{
    static const struct {
        const char *proxy, *https, *all, *server, *taken;
        bool obeys_no_proxy;
    } cases[] = {
        { "", NULL, NULL, "https://fms.example.com/", "", true },
        { "", "http://e:1", NULL, "https://fms.example.com/", "http://e:1", true },
        { "", "e:1", NULL, "https://fms.example.com/", "e:1", true },
        { "", NULL, "http://a:1", "https://fms.example.com/", "http://a:1", true },
        { "", "http://e:1", "http://a:1", "https://fms.example.com/", "http://e:1", true },
        { "", "http://e:1", "http://a:1", "http://fms.example.com/", "", true },
        { "", "http://e:1", "http://a:1", "https://localhost/", "", true },
        { "", "http://e:1", "http://a:1", "https://127.0.0.1/", "", true },
        { "direct", "http://e:1", NULL, "https://fms.example.com/", "", false },
        { "http://s:1", "http://e:1", NULL, "https://fms.example.com/", "http://s:1", false },
        { "http://s:1", NULL, NULL, "https://localhost/", "http://s:1", false },
        { "http://s:1", NULL, NULL, "http://fms.example.com/", "http://s:1", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct http_route route = { .proxy = cases[i].proxy };
        struct route_proxy proxy = { 0 };
        auto_url server = { 0 };
        struct err err = { 0 };

        environment_set("https_proxy", NULL);
        environment_set("all_proxy", NULL);
        environment_set("HTTPS_PROXY", cases[i].https);
        environment_set("ALL_PROXY", cases[i].all);
        CHECK_AT(i, url_read(cases[i].server, &server, &err));
        CHECK_AT(i, route_choose(&route, &server, &proxy, &err));
        CHECK_STR(proxy.url, cases[i].taken);
        CHECK_AT(i, proxy.obeys_no_proxy == cases[i].obeys_no_proxy);
    }
}

TEST(what_is_no_http_proxy_is_refused)
{
    static const char *const bad[] = { "socks5://p:1", "https://p:1" };

    for (size_t i = 0; i < lengthof(bad); i++) {
        struct http_route named = { .proxy = bad[i] }, silent = { 0 };
        struct route_proxy proxy = { 0 };
        auto_url server = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, !route_is_good(&named, &err) && err.kind == ERR_USAGE);
        environment_set("https_proxy", bad[i]);
        CHECK_AT(i, url_read("https://fms.example.com/", &server, &err));
        CHECK_AT(i, !route_choose(&silent, &server, &proxy, &err) && err.kind == ERR_USAGE);
        environment_set("https_proxy", NULL);
    }
}

TEST(keys_that_do_nothing_are_named)
{
    static const struct {
        struct http_route route;
        const char *said; /* NULL: it is good */
    } cases[] = {
        { { 0 }, NULL },
        { { .proxy = "direct" }, NULL },
        { { .proxy = "http://p:3128", .proxy_user = "u" }, NULL },
        { { .client_certificate = "c.pem", .client_key = "k.pem" }, NULL },
        { { .proxy = "p:3128" }, "proxy is not of the form" },
        { { .proxy = "http://p:3128/x" }, "proxy is not of the form" },
        { { .proxy = "http://u:secret@p:3128" }, "proxy is not of the form" },
        { { .proxy_user = "u" }, "proxy_user does nothing" },
        { { .proxy = "direct", .proxy_user = "u" }, "proxy_user does nothing" },
        { { .client_key = "k.pem" }, "client_key does nothing" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };

        CHECK_AT(i, route_is_good(&cases[i].route, &err) == !cases[i].said);
        CHECK_AT(i, !cases[i].said || (err.kind == ERR_USAGE && strstr(err.msg, cases[i].said)));
        CHECK_AT(i, !strstr(err.msg, "secret"));
    }
}

/* A password in the clear to the proxy, for a request in the clear, is not what anybody means. */
TEST(a_proxy_gets_no_password_for_plain_requests)
{
    struct http_route route = { .proxy = "http://p:1", .proxy_user = "u" };
    struct route_proxy proxy = { 0 };
    auto_url server = { 0 };
    struct err err = { 0 };

    CHECK(url_read("http://fms.example.com/", &server, &err));
    CHECK(!route_choose(&route, &server, &proxy, &err) && err.kind == ERR_USAGE);
}

TEST(a_proxy_is_named_without_credentials)
{
    static const char *const cases[][2] = { { "http://p:3128", "p:3128" },
                                            { "p:3128", "p:3128" },
                                            { "http://u:pass@p:3128", "p:3128" },
                                            { "u:p@ss@p:3128", "p:3128" },
                                            { "", "" } };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, span_is(route_proxy_name(cases[i][0]), cases[i][1]));
}
