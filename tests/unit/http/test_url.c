/* URLs taken apart and put together. */
#include "http/url.h"

#include "tap.h"

TEST(an_absolute_url_comes_apart)
{
    static const struct {
        const char *text, *scheme, *host, *port, *path, *query;
    } cases[] = {
        { "https://fms.example.com", "https", "fms.example.com", "443", "/", NULL },
        { "http://fms.example.com/", "http", "fms.example.com", "80", "/", NULL },
        { "HTTPS://FMS.Example.com:8443/a", "https", "FMS.Example.com", "8443", "/a", NULL },
        { "https://10.211.55.15/Streaming_SSL/MainDB/AB.png?RCType=EmbeddedRCFileProcessor",
          "https", "10.211.55.15", "443", "/Streaming_SSL/MainDB/AB.png",
          "RCType=EmbeddedRCFileProcessor" },
        { "http://host:443/x?a=b?c=%2F", "http", "host", "443", "/x", "a=b?c=%2F" },
        { "https://host/a/../b/./c/%2e%2E", "https", "host", "443", "/a/../b/./c/%2e%2E", NULL },
        { "https://host/?", "https", "host", "443", "/", "" },
        { "https://[::1]:8443/x", "https", "[::1]", "8443", "/x", NULL },
        { "https://host?q", "https", "host", "443", "/", "q" },
        { "https://host/+~!$&'()*,;=:@", "https", "host", "443", "/+~!$&'()*,;=:@", NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_url url = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, url_read(cases[i].text, &url, &err));
        if (!url.host)
            continue;
        CHECK_STR(url.scheme, cases[i].scheme);
        CHECK_STR(url.host, cases[i].host);
        CHECK_STR(url.port, cases[i].port);
        CHECK_STR(url.path, cases[i].path);
        CHECK_AT(i, (url.query == NULL) == (cases[i].query == NULL));
        if (url.query && cases[i].query)
            CHECK_STR(url.query, cases[i].query);
    }
}

/* The message never repeats the URL: it may be a secret. */
TEST(what_is_no_url_of_ours_is_refused)
{
    static const char *const cases[] = {
        "",
        "fms.example.com",
        "/Streaming_SSL/MainDB/x",
        "//fms.example.com/x",
        "ftp://secret.example.com/",
        "file:///etc/secret",
        "javascript:secret",
        "https://",
        "https://user@secret.example.com/",
        "https://user:secret@example.com/",
        "https://example.com/x#secret",
        "https://example.com:port/",
        "https://example.com:99999/",
        "https://example.com/a secret",
        "https://secret example.com/",
        "https://example.com/\r\nX-Secret: 1",
        "https://[::1/secret",
        "file:NAME\rfilewin:/C:/Users/secret",
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_url url = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, !url_read(cases[i], &url, &err) && !url.scheme && !url.host);
        CHECK_AT(i, err.kind == ERR_DATA && *err.msg && !strstr(err.msg, "secret"));
    }
}

TEST(an_origin_is_written_as_short_as_it_can_be)
{
    static const struct {
        const char *url, *origin;
    } cases[] = {
        { "https://a.example/x?y", "https://a.example" },
        { "https://a.example:443/", "https://a.example" },
        { "https://a.example:8443/", "https://a.example:8443" },
        { "http://a.example:80/", "http://a.example" },
        { "http://a.example:443/", "http://a.example:443" },
        { "https://[::1]:80/", "https://[::1]:80" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_url url = { 0 };
        auto_str origin = STR_MAX(KIB(1));
        struct err err = { 0 };

        CHECK_AT(i, url_read(cases[i].url, &url, &err));
        url_add_origin(&origin, &url);
        CHECK_STR(str_text(&origin), cases[i].origin);
    }
}

TEST(an_origin_is_scheme_host_and_port)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        { "https://a.example/x", "https://A.EXAMPLE:443/y?z", true },
        { "http://a.example", "http://a.example:80", true },
        { "https://a.example", "http://a.example:443", false },
        { "https://a.example", "https://a.example:8443", false },
        { "https://a.example", "https://b.example", false },
        { "https://a.example", "https://a.example.b.example", false },
        { "https://a.example", "https://a.example.", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_url a = { 0 }, b = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, url_read(cases[i].a, &a, &err) && url_read(cases[i].b, &b, &err));
        CHECK_AT(i, url_same_origin(&a, &b) == cases[i].same);
        CHECK_AT(i, url_same_origin(&b, &a) == cases[i].same);
    }
}

TEST(everything_else_is_encoded)
{
    static const struct {
        struct span text;
        const char *keep, *encoded;
    } cases[] = {
        { { "AZaz09-._~", 10 }, "", "AZaz09-._~" },
        { { "a b/c?d#e%f+g", 13 }, "", "a%20b%2Fc%3Fd%23e%25f%2Bg" },
        { { "a/b+c", 5 }, "/", "a/b%2Bc" },
        { { "\0\x01\x7f\xff", 4 }, "", "%00%01%7F%FF" },
        { { "\0", 1 }, "/", "%00" },
        { { "Ärzte", 6 }, "", "%C3%84rzte" },
        { { NULL, 0 }, "", "" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str encoded = STR_MAX(KIB(1));

        url_add_encoded(&encoded, cases[i].text, cases[i].keep);
        CHECK_STR(str_text(&encoded), cases[i].encoded);
    }
}

TEST(knows_this_machine)
{
    static const struct {
        const char *text;
        bool is_loopback;
    } cases[] = {
        { "http://127.0.0.1:8080", true },
        { "http://127.1.2.3/", true },
        { "http://localhost", true },
        { "http://LocalHost:1/", true },
        { "http://[::1]:9/", true },
        { "http://127.example.com", false },
        { "http://127.0.0.1.nip.io", false },
        { "http://localhost.example.com", false },
        { "http://[::2]", false },
        { "http://10.0.0.1", false },
        { "http://0.0.0.0", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_url url = { 0 };
        struct err err = { 0 };

        CHECK(url_read(cases[i].text, &url, &err));
        CHECK(url_is_loopback(&url) == cases[i].is_loopback);
    }
}
