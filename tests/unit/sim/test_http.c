/* The simulator's HTTP parser and router. */
#include "sim/request/http.h"
#include "sim/request/request.h"

#include "base/mem.h"
#include "tap.h"

static enum http_parse parse(const char *text, struct http_head *head)
{
    size_t size = 0;
    enum http_parse result = http_head_read(span_of(text), head, &size);

    CHECK(result != HTTP_DONE || size <= strlen(text));
    return result;
}

TEST(whole_heads_are_read)
{
    struct http_head head;

    CHECK(
        parse("GET /a?b=c HTTP/1.1\r\nHost: x:1\r\nAccept-Encoding: br, gzip;q=0.5\r\n\r\n", &head)
        == HTTP_DONE);
    CHECK(span_is(head.method, "GET") && span_is(head.path, "/a") && span_is(head.query, "b=c"));
    CHECK(span_is(http_header_value(&head, "HOST"), "x:1"));
    CHECK(http_header_lists(&head, "accept-encoding", "GZIP"));
    CHECK(!http_header_lists(&head, "accept-encoding", "zip"));
    CHECK(head.keep_alive && !head.has_length && !head.chunked);
    CHECK(parse("GET / HTTP/1.0\r\n\r\n", &head) == HTTP_DONE && !head.keep_alive);
    CHECK(parse("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", &head) == HTTP_DONE
          && !head.keep_alive);
    CHECK(parse("\r\nPOST http://h/p HTTP/1.1\nContent-Length: 12\n\n", &head) == HTTP_DONE);
    CHECK(span_is(head.path, "/p") && head.content_length == 12);
}

TEST(incomplete_heads_wait_and_bad_ones_are_refused)
{
    static const struct {
        const char *text;
        enum http_parse want;
    } cases[] = {
        { "", HTTP_MORE },
        { "GET / HTTP/1.1\r\n", HTTP_MORE },
        { "GET / HTTP/1.1\r\nA: b\r\n\r", HTTP_MORE },
        { "GET / HTTP/2\r\n\r\n", HTTP_BAD },
        { "GET /\r\n\r\n", HTTP_BAD },
        { "G ET / HTTP/1.1\r\n\r\n", HTTP_BAD },
        { "GET / HTTP/1.1\r\nno colon\r\n\r\n", HTTP_BAD },
        { "GET / HTTP/1.1\r\n bad: fold\r\n\r\n", HTTP_BAD },
        { "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", HTTP_BAD },
        { "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", HTTP_BAD },
        { "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_BAD },
        { "GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", HTTP_BAD },
        { "GET /\x01 HTTP/1.1\r\n\r\n", HTTP_BAD },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct http_head head;

        CHECK_AT(i, parse(cases[i].text, &head) == cases[i].want);
    }
}

TEST(endless_heads_are_refused)
{
    auto_str text = STR_MAX(HTTP_HEAD_MAX * 2);
    struct http_head head;

    str_add_text(&text, "GET / HTTP/1.1\r\nA: ");
    while (text.size <= HTTP_HEAD_MAX)
        str_add_char(&text, 'x');
    CHECK(parse(str_text(&text), &head) == HTTP_BAD);
}

TEST(chunk_sizes_are_hexadecimal)
{
    static const struct {
        const char *text;
        enum http_parse want;
        uint64_t chunk;
    } cases[] = {
        { "1a\r\n", HTTP_DONE, 26 },      { "0\r\n", HTTP_DONE, 0 },
        { "FF;x=y\r\n", HTTP_DONE, 255 }, { "1", HTTP_MORE, 0 },
        { "\r\n", HTTP_BAD, 0 },          { "1g\r\n", HTTP_BAD, 0 },
        { "-1\r\n", HTTP_BAD, 0 },        { "1234567890123\r\n", HTTP_BAD, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        uint64_t chunk = 0;
        size_t size;

        CHECK_AT(i, http_chunk_read(span_of(cases[i].text), &chunk, &size) == cases[i].want);
        CHECK_AT(i, chunk == cases[i].chunk);
    }
}

TEST(parameters_are_decoded_and_a_plus_stays_one)
{
    struct http_params params;
    const struct http_param *a;

    CHECK(http_params_read(span_of("_limit=5&a=x%20y%2Bz+w&portal=%5B%5D&flag"), &params));
    CHECK(params.count == 4);
    a = http_param(&params, "a");
    CHECK(a && span_is(a->value, "x y+z+w"));
    CHECK(http_param(&params, "flag") && http_param(&params, "flag")->value.size == 0);
    CHECK(!http_param(&params, "b"));
    http_params_clear(&params);
    CHECK(!http_params_read(span_of("a=%4"), &params));
    http_params_clear(&params);
}

static enum request_kind routed(const char *line, struct route *route_r)
{
    auto_free char *text =
        mem_printf("%s HTTP/1.1\r\n%s\r\n", line,
                   strstr(line, "#cookie") ? "Cookie: X-FMS-Session-Key=1\r\n" : "");
    struct request request;
    size_t size;

    request_init(&request, 1024);
    str_add_text(&request.head_bytes, text);
    CHECK(http_head_read(str_span(&request.head_bytes), &request.head, &size) == HTTP_DONE);
    request_route(&request);
    *route_r = request.route;
    request_clear(&request);
    return route_r->kind;
}

TEST(paths_lead_to_what_they_ask_for)
{
    static const struct {
        const char *line;
        enum request_kind want;
    } cases[] = {
        { "GET /fmi/data/v1/productInfo", REQUEST_PRODUCT_INFO },
        { "GET /fmi/data/vLatest/databases", REQUEST_DATABASES },
        { "POST /fmi/data/v2/databases/D/sessions", REQUEST_LOGIN },
        { "DELETE /fmi/data/v2/databases/D/sessions/0a", REQUEST_LOGOUT },
        { "GET /fmi/data/v2/validateSession", REQUEST_VALIDATE },
        { "GET /fmi/data/v2/databases/D/layouts", REQUEST_LAYOUTS },
        { "GET /fmi/data/v2/databases/D/layouts/L", REQUEST_LAYOUT },
        { "GET /fmi/data/v2/databases/D/layouts/L/metadata?recordId=1", REQUEST_LAYOUT },
        { "GET /fmi/data/v2/databases/D/layouts/L/records/", REQUEST_LIST },
        { "POST /fmi/data/v2/databases/D/layouts/L/records", REQUEST_CREATE },
        { "GET /fmi/data/v2/databases/D/layouts/L/records/7", REQUEST_GET },
        { "PATCH /fmi/data/v2/databases/D/layouts/L/records/7", REQUEST_PATCH },
        { "DELETE /fmi/data/v2/databases/D/layouts/L/records/7", REQUEST_DELETE },
        { "POST /fmi/data/v2/databases/D/layouts/L/records/7", REQUEST_DUPLICATE },
        { "POST /fmi/data/v2/databases/D/layouts/L/records/7/containers/F", REQUEST_UPLOAD },
        { "POST /fmi/data/v2/databases/D/layouts/L/records/7/containers/F/2", REQUEST_UPLOAD },
        { "POST /fmi/data/v2/databases/D/layouts/L/_find", REQUEST_FIND },
        { "GET /fmi/data/v2/databases/D/layouts/L/script/S?script.param=1", REQUEST_SCRIPT },
        { "GET /fmi/data/v2/databases/D/scripts", REQUEST_SCRIPTS },
        { "PATCH /fmi/data/v2/databases/D/globals", REQUEST_GLOBALS },
        { "GET /Streaming_SSL/MainDB/AB.pdf?RCType=X", REQUEST_STREAM1 },
        { "GET /Streaming_SSL/MainDB/AB.pdf?RCType=X&Redirect", REQUEST_STREAM2 },
        { "GET /Streaming/MainDB/AB?x=#cookie", REQUEST_STREAM2 },
        { "GET /fmi/odata/v4/D/T", REQUEST_ODATA },
        { "GET /", REQUEST_STATUS },
        { "GET /fmi/data/v2/nonsense", REQUEST_OTHER },
        { "GET /fmi/data/v2/databases/D/layouts/L/records/7/8", REQUEST_OTHER },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct route route;

        CHECK_AT(i, routed(cases[i].line, &route) == cases[i].want);
    }
}

TEST(wrong_methods_and_hidden_slashes_are_told_apart)
{
    struct route route;

    CHECK(routed("PUT /fmi/data/v2/databases/D/layouts/L/records", &route) == REQUEST_OTHER);
    CHECK(route.wrong_verb);
    CHECK(routed("GET /fmi/data/v2/databases/D/layouts/a%2Fb/records", &route) == REQUEST_LIST);
    CHECK(route.slash_hidden);
    CHECK(routed("GET /fmi/data/v2/databases/D/layouts/a%20b/records", &route) == REQUEST_LIST);
    CHECK(!route.slash_hidden);
}
