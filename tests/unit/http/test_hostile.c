/*
 * Answers that were changed on the way, or that try to hold us: compressed bodies, servers that
 * never end, and text that must never be sent. No test depends on the clock: each server waits for
 * longer than the test lasts, or the window is the smallest there is.
 */
#include "http/http.h"

#include "base/mem.h"
#include "base/time.h"
#include "server.h"
#include "tap.h"

#include <zlib.h>

#define OK "HTTP/1.1 200 OK\r\n"
#define DOING(what)                                                                                \
    {                                                                                              \
        .act = what                                                                                \
    }

static const int64_t an_hour_us = INT64_C(3600) * TIME_SECOND;

struct talk {
    struct server *server;
    struct cancel *cancel;
    struct http *http;
};

static void talk_end(struct talk *talk)
{
    http_free(talk->http);
    server_free(talk->server);
    cancel_free(talk->cancel);
    http_teardown();
}

#define auto_talk __attribute__((cleanup(talk_end))) struct talk

static struct talk talk_begin(const struct server_step *script,
                              const struct http_settings *settings)
{
    struct http_settings client = settings ? *settings : (struct http_settings){ 0 };
    struct cancel *cancel = cancel_new();
    struct server_settings server = { .cancel = cancel };

    client.plain_allowed = true;
    http_setup();
    return (struct talk){ server_new(script, &server), cancel, http_new(&client, cancel) };
}

/* Makes a request and reads the body to its end in pieces of a size. */
static bool ask(struct talk *talk, const struct http_request *how, size_t piece, struct str *body,
                struct err *err)
{
    auto_free char *url = server_url(talk->server, "/");
    auto_free char *part = mem_zero(piece);
    struct http_request request = *how;
    auto_answer *answer = NULL;
    char ext[HTTP_NAME_EXT_SIZE];
    size_t size;

    request.method = "GET";
    request.url = url;
    request.repeatable = true;
    request.idle_us = an_hour_us;
    (void)snprintf(ext, sizeof ext, "%s", request.name_ext ? request.name_ext : "");
    if (request.name_ext)
        request.name_ext = ext;
    if (!http_open(talk->http, &request, &answer, err))
        return false;
    memset(ext, 'x', sizeof ext - 1); /* it was copied */
    do {
        if (!http_read(answer, part, piece, &size, err))
            return false;
        str_add(body, part, size);
    } while (size > 0);
    return true;
}

/* --- compressed on the way ------------------------------------------------------------------ */

enum form { PLAIN, GZIP, GZIP_NAMED, ZLIB, RAW };

static void pack(struct span bytes, enum form form, struct str *to)
{
    static const int windows[] = { 0, 15 + 16, 15 + 16, 15, -15 };
    gz_header head = { .name = (Bytef *)(uintptr_t) "scan.pdf", .time = 1 };
    z_stream z = { .next_in = (Bytef *)(uintptr_t)bytes.at, .avail_in = (uInt)bytes.size };
    char room[4096];

    if (form == PLAIN) {
        str_add_span(to, bytes);
        return;
    }
    if (deflateInit2(&z, 6, Z_DEFLATED, windows[form], 8, Z_DEFAULT_STRATEGY) != Z_OK
        || (form == GZIP_NAMED && deflateSetHeader(&z, &head) != Z_OK))
        abort();
    z.next_out = (Bytef *)room;
    z.avail_out = sizeof room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    str_add(to, room, sizeof room - z.avail_out);
    (void)deflateEnd(&z);
}

/* An answer with these headers and this body, with or without its length. */
struct served {
    struct str head;
    struct server_step script[4];
};

static void served_clear(struct served *served)
{
    str_clear(&served->head);
}

static void serve(struct served *served, const char *headers, struct span body, bool has_length)
{
    *served = (struct served){ .head = STR_MAX(KIB(64)) };
    str_printf(&served->head, OK "%s", headers);
    if (has_length)
        str_printf(&served->head, "Content-Length: %zu\r\n", body.size);
    str_add_text(&served->head, "\r\n");
    str_add_span(&served->head, body);
    served->script[0] = (struct server_step)DOING(SERVER_TAKE);
    served->script[1] =
        (struct server_step){ SERVER_SEND, str_text(&served->head), served->head.size };
    served->script[2] = (struct server_step)DOING(SERVER_CLOSE);
    served->script[3] = (struct server_step)DOING(SERVER_END);
}

static const char document[] = "%PDF-1.7 a document that is a document, and that is all, is all";

TEST(a_body_that_was_compressed_on_the_way_is_the_body)
{
    static const struct {
        const char *headers;
        enum form inner, outer; /* the file's own form; the form that it was given on the way */
        enum http_body body_is;
        const char *ext;
        bool good, as_sent;
    } cases[] = {
        { "Content-Encoding: gzip\r\n", PLAIN, GZIP, HTTP_BODY_TEXT, NULL, true, false },
        { "Content-Encoding: x-gzip\r\n", PLAIN, GZIP, HTTP_BODY_TEXT, NULL, true, false },
        { "Content-Encoding: deflate\r\n", PLAIN, ZLIB, HTTP_BODY_TEXT, NULL, true, false },
        { "Content-Encoding: deflate\r\n", PLAIN, RAW, HTTP_BODY_TEXT, NULL, true, false },
        { "content-encoding: identity, GZIP\r\n", PLAIN, GZIP, HTTP_BODY_TEXT, NULL, true, false },
        { "Content-Encoding: identity\r\n", PLAIN, PLAIN, HTTP_BODY_TEXT, NULL, true, false },
        { "Content-Encoding: utf-8\r\n", PLAIN, PLAIN, HTTP_BODY_TEXT, NULL, true, false },
        { "Content-Encoding: br\r\n", PLAIN, PLAIN, HTTP_BODY_TEXT, NULL, false, false },
        { "Content-Encoding: zstd\r\n", PLAIN, PLAIN, HTTP_BODY_FILE, "pdf", false, false },
        { "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", PLAIN, GZIP, HTTP_BODY_FILE,
          "pdf", false, false },
        { "Content-Encoding: gzip\r\n", PLAIN, GZIP, HTTP_BODY_FILE, "pdf", true, false },
        { "Content-Encoding: gzip\r\n", PLAIN, GZIP_NAMED, HTTP_BODY_FILE, "pdf", true, false },
        { "Content-Encoding: deflate\r\n", PLAIN, ZLIB, HTTP_BODY_FILE, "pdf", true, false },
        /* A header that lies: nothing was done. */
        { "Content-Encoding: gzip\r\n", PLAIN, PLAIN, HTTP_BODY_FILE, "pdf", true, false },
        { "Content-Encoding: deflate\r\n", PLAIN, PLAIN, HTTP_BODY_FILE, "pdf", false, false },
        /* Files that are gzip themselves, bit for bit. */
        { "", GZIP_NAMED, PLAIN, HTTP_BODY_FILE, "gz", true, false },
        { "", GZIP_NAMED, PLAIN, HTTP_BODY_FILE, "pdf", true, false },
        { "Content-Encoding: gzip\r\n", GZIP, PLAIN, HTTP_BODY_FILE, "gz", true, false },
        { "Content-Encoding: x-gzip\r\n", GZIP_NAMED, PLAIN, HTTP_BODY_FILE, "TGZ", true, false },
        { "Content-Encoding: gzip\r\n", GZIP_NAMED, GZIP, HTTP_BODY_FILE, "gz", true, false },
        { "Content-Encoding: gzip\r\nContent-Type: application/x-gzip\r\n", GZIP, PLAIN,
          HTTP_BODY_FILE, NULL, true, false },
        { "Content-Encoding: deflate\r\n", GZIP, ZLIB, HTTP_BODY_FILE, "gz", true, false },
        /* Nothing decides it: only an encoding that no server applies is refused. */
        { "Content-Encoding: gzip\r\n", GZIP_NAMED, PLAIN, HTTP_BODY_FILE, NULL, false, false },
        { "Content-Encoding: gzip\r\n", PLAIN, GZIP, HTTP_BODY_FILE, "", true, false },
        { "Content-Encoding: gzip\r\nContent-Type: image/jpeg\r\n", PLAIN, GZIP_NAMED,
          HTTP_BODY_FILE, NULL, true, false },
        /* The object's own encoding. */
        { "Content-Encoding: gzip\r\n", GZIP, PLAIN, HTTP_BODY_AS_IT_CAME, NULL, true, false },
        { "Content-Encoding: br\r\n", PLAIN, PLAIN, HTTP_BODY_AS_IT_CAME, NULL, true, false },
    };

    for (size_t i = 0; i < 4 * lengthof(cases); i++) {
        size_t at = i / 4;
        auto_str file = STR_MAX(KIB(8)), sent = STR_MAX(KIB(8)), body = STR_MAX(KIB(8));
        __attribute__((cleanup(served_clear))) struct served served;
        struct http_request request = { .body_is = cases[at].body_is, .name_ext = cases[at].ext };
        struct err err = { 0 };

        pack((struct span){ document, sizeof document }, cases[at].inner, &file);
        pack(str_span(&file), cases[at].outer, &sent);
        serve(&served, cases[at].headers, str_span(&sent), i % 2);
        {
            auto_talk talk = talk_begin(served.script, NULL);

            CHECK_AT(at, ask(&talk, &request, i % 4 < 2 ? 1 : 4096, &body, &err) == cases[at].good);
        }
        CHECK_AT(at, !cases[at].good || span_equal(str_span(&body), str_span(&file)));
        CHECK_AT(at, cases[at].good || (err.kind == ERR_DATA && err.code == HTTP_CODED));
    }
}

TEST(a_compressed_body_that_is_cut_or_damaged_is_none)
{
    auto_str sent = STR_MAX(KIB(8));
    size_t whole;

    pack((struct span){ document, sizeof document }, GZIP, &sent);
    whole = sent.size;
    for (size_t cut = 11; cut <= whole + 4; cut++) {
        __attribute__((cleanup(served_clear))) struct served served;
        auto_str body = STR_MAX(KIB(8)), part = STR_MAX(KIB(8));
        struct http_request request = { .body_is = HTTP_BODY_FILE, .name_ext = "pdf" };
        struct err err = { 0 };

        str_add_span(&part, span_first(str_span(&sent), cut));
        if (cut > whole)
            str_add(&part, "more", cut - whole);
        serve(&served, "Content-Encoding: gzip\r\n", str_span(&part), cut % 2);
        {
            auto_talk talk = talk_begin(served.script, NULL);

            CHECK_AT(cut, ask(&talk, &request, 4096, &body, &err) == (cut == whole));
        }
        CHECK_AT(cut, cut >= whole || (err.kind == ERR_NET && err.code == HTTP_SHORT));
        CHECK_AT(cut, cut <= whole || err.code == HTTP_CODED);
    }
}

/* A body that swells a thousandfold: the cap applies to what comes out. */
TEST(a_body_that_swells_stops_at_the_cap)
{
    enum { SWOLLEN = 4 * 1024 * 1024 };
    auto_free char *zeros = mem_zero(SWOLLEN);
    auto_str body = STR_MAX(KIB(64));
    char room[8192];
    z_stream z = { .next_in = (Bytef *)zeros, .avail_in = SWOLLEN };
    __attribute__((cleanup(served_clear))) struct served served;
    struct err err = { 0 };

    if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    z.next_out = (Bytef *)room;
    z.avail_out = sizeof room;
    CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
    (void)deflateEnd(&z);
    serve(&served, "Content-Encoding: gzip\r\n", (struct span){ room, sizeof room - z.avail_out },
          true);
    {
        auto_talk talk = talk_begin(served.script, NULL);
        auto_free char *url = server_url(talk.server, "/");
        struct http_request request = { .method = "GET", .url = url, .idle_us = an_hour_us };
        auto_answer *answer = NULL;

        CHECK(http_open(talk.http, &request, &answer, &err));
        CHECK(!http_read_all(answer, &body, &err) && err.code == HTTP_TOO_LONG);
        CHECK(body.size <= KIB(64));
    }
}

/* --- bodies without an end ------------------------------------------------------------------ */

/* Each server sends a little, and then waits until the test is over. */
TEST(who_is_too_slow_is_given_up)
{
    static const struct http_settings strict = { .least_window_us = 1, .least_bytes = 1 << 30 };
    static const struct {
        const char *name;
        struct server_step script[6];
    } cases[] = {
        { "a byte of the body",
          { DOING(SERVER_TAKE),
            { SERVER_SEND, OK "Content-Length: 9\r\n\r\na", 0 },
            DOING(SERVER_WAIT),
            DOING(SERVER_END) } },
        { "a body without end",
          { DOING(SERVER_TAKE),
            { SERVER_SEND, OK "\r\na", 0 },
            DOING(SERVER_WAIT),
            DOING(SERVER_END) } },
        { "the headers",
          { DOING(SERVER_TAKE),
            { SERVER_SEND, OK "Content-Le", 0 },
            DOING(SERVER_WAIT),
            DOING(SERVER_END) } },
        { "a chunk's length",
          { DOING(SERVER_TAKE),
            { SERVER_SEND, OK "Transfer-Encoding: chunked\r\n\r\n00", 0 },
            DOING(SERVER_WAIT),
            DOING(SERVER_END) } },
        { "after saying that it goes on",
          { DOING(SERVER_TAKE),
            { SERVER_SEND, "HTTP/1.1 100 Continue\r\n\r\nHT", 0 },
            DOING(SERVER_WAIT),
            DOING(SERVER_END) } },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_talk talk = talk_begin(cases[i].script, &strict);
        struct http_request request = { .idle_us = an_hour_us };
        auto_str body = STR_MAX(KIB(4));
        struct err err = { 0 };

        CHECK_AT(i, !ask(&talk, &request, 16, &body, &err));
        CHECK_AT(i, err.kind == ERR_NET && err.code == HTTP_TOO_SLOW);
    }
}

/* A server that thinks before it answers, or sends at a good pace, is not slow. */
TEST(who_thinks_before_answering_is_not_slow)
{
    static const struct http_settings strict = { .least_window_us = 1, .least_bytes = 1 << 30 };
    static const struct http_settings lenient = { .least_window_us = INT64_MAX / 2,
                                                  .least_bytes = 1 << 30 };
    static const struct server_step thinks[] = { DOING(SERVER_TAKE),
                                                 { SERVER_PAUSE, NULL, 250 },
                                                 { SERVER_SEND, OK "Content-Length: 0\r\n\r\n", 0 },
                                                 DOING(SERVER_END) };
    static const struct server_step drips[] = { DOING(SERVER_TAKE),
                                                { SERVER_SEND, OK "Content-Length: 2\r\n\r\na", 0 },
                                                { SERVER_PAUSE, NULL, 150 },
                                                { SERVER_SEND, "b", 0 },
                                                DOING(SERVER_END) };
    const struct {
        const struct server_step *script;
        const struct http_settings *settings;
        const char *body;
    } cases[] = { { thinks, &strict, "" }, { drips, &lenient, "ab" } };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_talk talk = talk_begin(cases[i].script, cases[i].settings);
        struct http_request request = { .idle_us = an_hour_us };
        auto_str body = STR_MAX(KIB(4));
        struct err err = { 0 };

        CHECK_AT(i, ask(&talk, &request, 16, &body, &err));
        CHECK_STR(str_text(&body), cases[i].body);
    }
}

TEST(saying_for_ever_that_an_answer_comes_is_none)
{
    auto_str many = STR_MAX(KIB(64));
    struct server_step script[] = {
        DOING(SERVER_TAKE), { SERVER_SEND, NULL, 0 }, DOING(SERVER_WAIT), DOING(SERVER_END)
    };

    for (int i = 0; i < 100; i++)
        str_add_text(&many, "HTTP/1.1 100 Continue\r\n\r\n");
    script[1].text = str_text(&many);
    {
        auto_talk talk = talk_begin(script, NULL);
        struct http_request request = { 0 };
        auto_str body = STR_MAX(KIB(4));
        struct err err = { 0 };

        CHECK(!ask(&talk, &request, 16, &body, &err));
        CHECK(err.kind == ERR_NET && err.code == HTTP_MALFORMED);
        CHECK(strstr(err.msg, "goes on saying") != NULL);
    }
}

TEST(how_long_to_wait_is_believed_up_to_a_bound)
{
    static const struct {
        const char *header;
        int64_t seconds;
    } cases[] = {
        { "Retry-After: 7\r\n", 7 },     { "Retry-After: 0\r\n", 0 },
        { "Retry-After: 300\r\n", 300 }, { "Retry-After: 999999999\r\n", 300 },
        { "Retry-After: -5\r\n", 0 },    { "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n", 0 },
        { "Retry-After:\r\n", 0 },       { "", 0 }
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        __attribute__((cleanup(served_clear))) struct served served;
        struct err err = { 0 };

        serve(&served, cases[i].header, SPAN_NONE, true);
        {
            auto_talk talk = talk_begin(served.script, NULL);
            auto_free char *url = server_url(talk.server, "/");
            struct http_request request = { .method = "GET", .url = url, .idle_us = an_hour_us };
            auto_answer *answer = NULL;

            CHECK_AT(i, http_open(talk.http, &request, &answer, &err));
            CHECK_AT(i, answer && http_retry_after_us(answer) == cases[i].seconds * TIME_SECOND);
        }
    }
}

/* --- text that is not sent ------------------------------------------------------------------ */

/* Text that ends a line would begin another one, or another request. */
TEST(nothing_that_ends_a_line_is_sent)
{
    static const char *const headers[] = {
        "Authorization: Bearer abc\r\nX-Evil: 1",
        "Authorization: Bearer abc\nX-Evil: 1",
        "Cookie: a=b\rc",
        "X-Test: \x01",
        "X-Test: \x7f",
        "X-Te\nst: a",
        "X-Test: a\r\n\r\nGET /evil HTTP/1.1\r\nHost: x",
    };
    static const char *const paths[] = { "/a\nb", "/a b",   "/a\rb", "/a\tb",
                                         "/#a",   "/a\x7f", "/a?b c" };
    static const struct server_step script[] = { DOING(SERVER_END) };
    auto_talk talk = talk_begin(script, NULL);

    for (size_t i = 0; i < lengthof(headers) + lengthof(paths); i++) {
        bool is_header = i < lengthof(headers);
        const char *lines[] = { is_header ? headers[i] : "X: y", NULL };
        auto_free char *url =
            server_url(talk.server, is_header ? "/" : paths[i - lengthof(headers)]);
        struct http_request request = { .method = "GET", .url = url, .headers = lines };
        auto_answer *answer = NULL;
        struct err err = { 0 };

        CHECK_AT(i, !http_open(talk.http, &request, &answer, &err));
        CHECK_AT(i, err.kind == ERR_DATA && err.code == HTTP_UNSENT);
        CHECK_AT(i, !strstr(err.msg, "abc")); /* perhaps a secret */
    }
    CHECK(server_count(talk.server) == 0 && server_surplus(talk.server) == 0);
}
