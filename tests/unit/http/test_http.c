/* HTTP against a server that does everything servers should not do. */
#include "http/http.h"

#include "base/mem.h"
#include "base/time.h"
#include "certs.h"
#include "folder.h"
#include "server.h"
#include "tap.h"

#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define TAKE                                                                                       \
    {                                                                                              \
        .act = SERVER_TAKE                                                                         \
    }
#define SEND(words)                                                                                \
    {                                                                                              \
        SERVER_SEND, words, sizeof(words) - 1                                                      \
    }
#define FILL(bytes)                                                                                \
    {                                                                                              \
        SERVER_FILL, NULL, bytes                                                                   \
    }
#define DO(what)                                                                                   \
    {                                                                                              \
        .act = what                                                                                \
    }
#define END                                                                                        \
    {                                                                                              \
        .act = SERVER_END                                                                          \
    }

#define OK "HTTP/1.1 200 OK\r\n"
#define EMPTY OK "Content-Length: 0\r\n\r\n"

enum { ACTS_MAX = 12 };

static const int64_t an_hour_us = INT64_C(3600) * TIME_SECOND;

/* A client and its server. */
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

static struct talk talk_with(const struct server_step *script, const struct http_settings *client,
                             const char *cert_file)
{
    struct cancel *cancel = cancel_new();
    struct server_settings settings = { .cert_file = cert_file, .cancel = cancel };

    http_setup();
    return (struct talk){ server_new(script, &settings), cancel, http_new(client, cancel) };
}

static struct talk talk_begin(const struct server_step *script)
{
    static const struct http_settings client = { .plain_allowed = true };

    return talk_with(script, &client, NULL);
}

/* No test is silent for so long, unless it is about silence. */
static struct http_request get_of(const char *url)
{
    return (struct http_request){
        .method = "GET", .url = url, .repeatable = true, .idle_us = 20 * TIME_SECOND
    };
}

static bool get(struct talk *talk, const char *path, struct http_answer **answer_r, struct err *err)
{
    auto_free char *url = server_url(talk->server, path);
    struct http_request request = get_of(url);

    return http_open(talk->http, &request, answer_r, err);
}

/* Makes a request and reads to the end. `status_r` is 0 if there was no answer. */
static bool get_all(struct talk *talk, const char *path, int *status_r, struct str *body,
                    struct err *err)
{
    auto_answer *answer = NULL;

    *status_r = 0;
    if (!get(talk, path, &answer, err))
        return false;
    *status_r = http_status(answer);
    return http_read_all(answer, body, err);
}

static void check_ok(size_t index, struct talk *talk, const char *path)
{
    auto_str body = STR_MAX(KIB(64));
    struct err err = { 0 };
    int status;

    CHECK_AT(index, get_all(talk, path, &status, &body, &err) && status == 200);
    CHECK_STR(err.msg, "");
}

/* --- answers -------------------------------------------------------------------------------- */

TEST(answers_are_read_as_they_come)
{
    static const struct {
        struct server_step script[ACTS_MAX];
        int status;
        int64_t length;
        const char *body, *header; /* of X-Test */
        size_t size;
    } cases[] = {
        { { TAKE, SEND(OK "Content-Length: 5\r\n\r\nhello"), END }, 200, 5, "hello", NULL, 5 },
        { { TAKE, SEND(EMPTY), END }, 200, 0, "", NULL, 0 },
        { { TAKE, SEND(OK "X-Test: a b\r\n\r\nto the end"), DO(SERVER_CLOSE), END },
          200,
          -1,
          "to the end",
          "a b",
          10 },
        { { TAKE, SEND("HTTP/1.0 200 OK\r\n\r\nold"), DO(SERVER_CLOSE), END },
          200,
          -1,
          "old",
          NULL,
          3 },
        { { TAKE, SEND("HTTP/1.1 204 No Content\r\nx-test:\r\n\r\n"), END }, 204, 0, "", "", 0 },
        { { TAKE, SEND("HTTP/1.1 404\r\nContent-Length: 1\r\n\r\nx"), END }, 404, 1, "x", NULL, 1 },
        { { TAKE, SEND("HTTP/1.1 500 Bad\r\nX-TEST: 1\r\nx-test: 2\r\nContent-Length: 0\r\n\r\n"),
            END },
          500,
          0,
          "",
          "1",
          0 },
        { { TAKE,
            SEND("HTTP/1.1 302 Found\r\nLocation: /next\r\nX-Test: y\r\n"
                 "Content-Length: 2\r\n\r\nno"),
            END },
          302,
          2,
          "no",
          "y",
          2 },
        { { TAKE,
            SEND("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\n"
                 "Content-Length: 0\r\n\r\n"),
            END },
          401,
          0,
          "",
          NULL,
          0 },
        { { TAKE,
            SEND(OK "Transfer-Encoding: chunked\r\n\r\n"
                    "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Late: 1\r\n\r\n"),
            END },
          200,
          -1,
          "abcde",
          NULL,
          5 },
        { { TAKE, SEND(OK "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), END },
          200,
          -1,
          "",
          NULL,
          0 },
        { { TAKE,
            SEND("HTTP/1.1 100 Continue\r\nX-Test: early\r\n\r\n"
                 "HTTP/1.1 103 Early Hints\r\n\r\n" OK
                 "X-Test: last\r\nContent-Length: 1\r\n\r\n1"),
            END },
          200,
          1,
          "1",
          "last",
          1 },
        { { TAKE, SEND(OK "Content-Length: 4\r\n\r\na\0b\0"), END }, 200, 4, "a\0b\0", NULL, 4 },
        { { TAKE,
            SEND(OK),
            { SERVER_PAUSE, NULL, 5 },
            SEND("Content-Le"),
            { SERVER_PAUSE, NULL, 5 },
            SEND("ngth: 2\r\n\r"),
            { SERVER_PAUSE, NULL, 5 },
            SEND("\n1"),
            { SERVER_PAUSE, NULL, 5 },
            SEND("2"),
            END },
          200,
          2,
          "12",
          NULL,
          2 },
        { { TAKE, SEND(OK "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b."), END },
          200,
          -1,
          "\x1f\x8b.",
          NULL,
          3 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_talk talk = talk_begin(cases[i].script);
        auto_answer *answer = NULL;
        auto_str body = STR_MAX(KIB(4));
        const char *header;
        struct err err = { 0 };

        CHECK_AT(i, get(&talk, "/", &answer, &err));
        if (!answer)
            continue;
        header = http_header(answer, "X-Test");
        CHECK_AT(i, http_status(answer) == cases[i].status);
        CHECK_AT(i, http_length(answer) == cases[i].length);
        CHECK_AT(i, (header == NULL) == (cases[i].header == NULL));
        if (header && cases[i].header)
            CHECK_STR(header, cases[i].header);
        CHECK_AT(i, http_read_all(answer, &body, &err));
        CHECK_AT(i, span_equal(str_span(&body), (struct span){ cases[i].body, cases[i].size }));
        CHECK_AT(i, !http_header(answer, "X-Absent"));
    }
}

/* The answer to a HEAD gives the body's length and has no body. */
TEST(a_head_has_no_body)
{
    static const struct server_step script[] = { TAKE, SEND(OK "Content-Length: 77\r\n\r\n"), TAKE,
                                                 SEND(EMPTY), END };
    auto_talk talk = talk_begin(script);
    auto_free char *url = server_url(talk.server, "/x");
    struct http_request request = get_of(url);
    auto_answer *answer = NULL;
    struct err err = { 0 };
    size_t size = 1;
    char byte;

    request.method = "HEAD";
    CHECK(http_open(talk.http, &request, &answer, &err) && http_length(answer) == 77);
    CHECK(http_read(answer, &byte, 1, &size, &err) && size == 0);
    http_close(take(answer));
    check_ok(0, &talk, "/y");
    CHECK(server_connection(talk.server, 1) == 1);
}

static bool is_pattern(const char *bytes, size_t size, size_t at)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != server_byte(at + i))
            return false;
    return true;
}

enum { BODY_SIZE = 1024 * 1024 + 7 };

/* Bodies in pieces of every size, also bodies larger than what waits while nobody reads. */
TEST(a_body_is_the_same_in_all_pieces)
{
    static const struct server_step scripts[][4] = {
        { TAKE, SEND(OK "Content-Length: 1048583\r\n\r\n"), FILL(BODY_SIZE), END },
        { TAKE, SEND(OK "Transfer-Encoding: chunked\r\n\r\n100007\r\n"), FILL(BODY_SIZE), END },
    };
    static const size_t rooms[] = { 1, 16384, 1 << 20 };

    for (size_t i = 0; i < lengthof(scripts) * lengthof(rooms); i++) {
        auto_talk talk = talk_begin(scripts[i / lengthof(rooms)]);
        size_t room = rooms[i % lengthof(rooms)], size = 1, total = 0;
        auto_free char *part = mem_zero(room);
        auto_answer *answer = NULL;
        struct err err = { 0 };
        bool good = true;

        CHECK_AT(i, get(&talk, "/", &answer, &err));
        CHECK_AT(i, server_is_over(talk.server) || room == 0);
        while (good && total < BODY_SIZE) {
            good = http_read(answer, part, room, &size, &err) && size > 0 && size <= room
                   && is_pattern(part, size, total);
            total += size;
        }
        CHECK_AT(i, good && total == BODY_SIZE);
    }
}

TEST(reading_everything_stops_at_the_cap)
{
    static const struct server_step script[] = { TAKE, SEND(OK "Content-Length: 200000\r\n\r\n"),
                                                 FILL(200000), END };
    static const struct {
        size_t max;
        bool good;
    } cases[] = { { 200000, true }, { 199999, false }, { 0, false } };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_talk talk = talk_begin(script);
        auto_str body = STR_MAX(cases[i].max);
        struct err err = { 0 };
        int status;

        CHECK_AT(i, get_all(&talk, "/", &status, &body, &err) == cases[i].good);
        CHECK_AT(i, err.kind == (cases[i].good ? ERR_NONE : ERR_DATA));
    }
}

/* --- requests ------------------------------------------------------------------------------- */

/* Nothing of one request stays for the next, and nothing is sent that nobody asked for. */
TEST(a_request_has_its_own_headers_and_no_others)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), TAKE, SEND(EMPTY),
                                                 TAKE, SEND(EMPTY), TAKE, SEND(EMPTY),
                                                 TAKE, SEND(EMPTY), TAKE, SEND(EMPTY),
                                                 END };
    static const char *const secret[] = { "Authorization: Bearer s3cret", "X-One: 1", NULL };
    static const char *const typed[] = { "Content-Type: application/json", NULL };
    static const char *const none[] = { NULL };
    const struct {
        struct http_request request;
        const char *sent;
    } cases[] = {
        { { .method = "POST", .headers = secret, .body = { "one", 3 }, .sends_body = true },
          "POST /a/../b/./%2f?q=%20 HTTP/1.1\r\nHost: @\r\nAccept: */*\r\nAccept-Encoding: "
          "identity\r\n"
          "Authorization: Bearer s3cret\r\nX-One: 1\r\nContent-Length: 3\r\n\r\none" },
        { { .method = "GET" },
          "GET /a/../b/./%2f?q=%20 HTTP/1.1\r\nHost: @\r\nAccept: */*\r\nAccept-Encoding: "
          "identity\r\n\r\n" },
        { { .method = "PATCH", .headers = typed, .body = { "{}", 2 }, .sends_body = true },
          "PATCH /a/../b/./%2f?q=%20 HTTP/1.1\r\nHost: @\r\nAccept: */*\r\nAccept-Encoding: "
          "identity\r\n"
          "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}" },
        { { .method = "PUT", .headers = none, .sends_body = true },
          "PUT /a/../b/./%2f?q=%20 HTTP/1.1\r\nHost: @\r\nAccept: */*\r\nAccept-Encoding: "
          "identity\r\n"
          "Content-Length: 0\r\n\r\n" },
        { { .method = "DELETE" },
          "DELETE /a/../b/./%2f?q=%20 HTTP/1.1\r\nHost: @\r\nAccept: */*\r\nAccept-Encoding: "
          "identity\r\n\r\n" },
        { { .method = "HEAD" },
          "HEAD /a/../b/./%2f?q=%20 HTTP/1.1\r\nHost: @\r\nAccept: */*\r\nAccept-Encoding: "
          "identity\r\n\r\n" },
    };
    auto_talk talk = talk_begin(script);
    auto_free char *url = server_url(talk.server, "/a/../b/./%2f?q=%20");

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *host = mem_printf("127.0.0.1:%d", server_port(talk.server));
        auto_str want = STR_MAX(KIB(4));
        struct span rest = span_of(cases[i].sent);
        struct http_request request = cases[i].request;
        auto_answer *answer = NULL;
        struct err err = { 0 };

        request.url = url;
        str_add_span(&want, span_cut(&rest, '@'));
        str_add_text(&want, host);
        str_add_span(&want, rest);
        CHECK_AT(i, http_open(talk.http, &request, &answer, &err) && http_status(answer) == 200);
        CHECK_STR(server_request(talk.server, i), str_text(&want));
        CHECK_AT(i, server_connection(talk.server, i) == 1);
    }
}

/*
 * Puts bodies of these lengths, one after the other: each arrives as it is, over one connection,
 * and without first asking for leave. The last is the longest.
 */
static void check_bodies(struct talk *talk, const size_t *sizes, size_t count)
{
    auto_free char *url = server_url(talk->server, "/");
    auto_free char *bytes = mem_zero(sizes[count - 1]);

    for (size_t i = 0; i < sizes[count - 1]; i++)
        bytes[i] = server_byte(i) ? server_byte(i) : 1;
    for (size_t i = 0; i < count; i++) {
        struct http_request request = {
            .method = "PUT", .url = url, .body = { bytes, sizes[i] }, .sends_body = true
        };
        auto_answer *answer = NULL;
        struct err err = { 0 };
        const char *body;

        CHECK_AT(i, http_open(talk->http, &request, &answer, &err) && http_status(answer) == 200);
        CHECK_STR(err.msg, "");
        body = strstr(server_request(talk->server, i), "\r\n\r\n");
        CHECK_AT(i, body && strlen(body + 4) == sizes[i] && !memcmp(body + 4, bytes, sizes[i]));
        CHECK_AT(i, server_connection(talk->server, i) == 1);
        CHECK_AT(i, !strcasestr(server_request(talk->server, i), "\r\nExpect:"));
    }
}

TEST(bodies_of_all_sizes_arrive)
{
    static const struct server_step script[] = { TAKE,        SEND(EMPTY), TAKE,
                                                 SEND(EMPTY), TAKE,        SEND(EMPTY),
                                                 TAKE,        SEND(EMPTY), END };
    static const size_t sizes[] = { 1, 65536, 65537, 3 * 1024 * 1024 };
    auto_talk talk = talk_begin(script);

    check_bodies(&talk, sizes, lengthof(sizes));
}

/* The environment's proxy is ignored; one that is named is used. */
TEST(only_a_named_proxy_is_used)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), TAKE, SEND(EMPTY), END };
    auto_free char *dead = mem_printf("http://127.0.0.1:%d", server_dead_port());

    CHECK(setenv("http_proxy", dead, 1) == 0 && setenv("all_proxy", dead, 1) == 0);
    {
        auto_talk talk = talk_begin(script);
        auto_free char *proxy = server_url(talk.server, "");
        struct http_settings settings = { .plain_allowed = true, .route.proxy = proxy };
        struct http_request request = get_of("http://documents.invalid/x");
        auto_answer *answer = NULL;
        struct err err = { 0 };

        check_ok(0, &talk, "/direct");
        http_free(talk.http);
        talk.http = http_new(&settings, talk.cancel);
        CHECK(http_open(talk.http, &request, &answer, &err) && http_status(answer) == 200);
        CHECK(span_starts(span_of(server_request(talk.server, 1)),
                          "GET http://documents.invalid/x HTTP/1.1\r\n"));
    }
    CHECK(unsetenv("http_proxy") == 0 && unsetenv("all_proxy") == 0);
}

/* --- connections ---------------------------------------------------------------------------- */

/* A new connection costs far more than a short rest, a long rest more than a connection. */
TEST(a_connection_serves_again_when_it_can)
{
    static const struct {
        const char *what;
        struct server_step script[ACTS_MAX];
        size_t reads; /* of the first body, before it is closed */
        size_t second_connection;
    } cases[] = {
        { "read to its end",
          { TAKE, SEND(OK "Content-Length: 5\r\n\r\nhello"), TAKE, SEND(EMPTY), END },
          5,
          1 },
        { "a short rest",
          { TAKE, SEND(OK "Content-Length: 5\r\n\r\nhello"), TAKE, SEND(EMPTY), END },
          1,
          1 },
        { "nothing read",
          { TAKE, SEND(OK "Content-Length: 60000\r\n\r\n"), FILL(60000), TAKE, SEND(EMPTY), END },
          0,
          1 },
        { "a long rest",
          { TAKE, SEND(OK "Content-Length: 9000000\r\n\r\n"), FILL(9000000), TAKE, SEND(EMPTY),
            END },
          1,
          2 },
        { "of unknown length",
          { TAKE, SEND(OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), TAKE, SEND(EMPTY),
            END },
          1,
          2 },
        { "the server closes",
          { TAKE, SEND(OK "Content-Length: 1\r\n\r\nx"), DO(SERVER_CLOSE), TAKE, SEND(EMPTY), END },
          1,
          2 },
        { "the server says that it closes",
          { TAKE, SEND(OK "Connection: close\r\nContent-Length: 1\r\n\r\nx"), TAKE, SEND(EMPTY),
            END },
          1,
          2 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_talk talk = talk_begin(cases[i].script);
        struct http_counts before = http_counts();
        auto_answer *answer = NULL;
        struct err err = { 0 };
        char byte;

        CHECK_AT(i, get(&talk, "/1", &answer, &err));
        for (size_t read = 0, size; read < cases[i].reads; read++)
            CHECK_AT(i, http_read(answer, &byte, 1, &size, &err) && size == 1);
        http_close(take(answer));
        check_ok(i, &talk, "/2");
        CHECK_AT(i, server_connection(talk.server, 1) == cases[i].second_connection);
        CHECK_AT(i, http_counts().requests == before.requests + 2);
        CHECK_AT(i, http_counts().connections == before.connections + cases[i].second_connection);
    }
}

/* Waits until one of this process's sockets has unread bytes: the kernel has received them. */
static void wait_for_bytes(void)
{
    for (int waiting = 0; waiting <= 0;) {
        (void)usleep(1000);
        for (int fd = 0, type; fd < 256 && waiting <= 0; fd++) {
            socklen_t size = sizeof type;

            waiting = 0;
            if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0
                || ioctl(fd, FIONREAD, &waiting) < 0)
                waiting = 0;
        }
    }
}

/* Bytes that come on an idle connection answer no request: least of all the next one. */
TEST(an_answer_that_nobody_asked_for_is_not_taken)
{
    static const struct server_step script[] = { TAKE,
                                                 SEND(OK "Content-Length: 5\r\n\r\nfirst"),
                                                 DO(SERVER_WAIT),
                                                 SEND(OK "Content-Length: 8\r\n\r\nsmuggled"),
                                                 TAKE,
                                                 SEND(OK "Content-Length: 6\r\n\r\nsecond"),
                                                 END };

    for (size_t secure = 0; secure < 2; secure++) {
        auto_folder *folder = folder_new();
        auto_certs *certs = certs_new(folder, "ca");
        auto_free char *cert = certs_make(certs, "good", "IP:127.0.0.1", 1);
        struct http_settings client = { .ca_file = certs_ca_file(certs), .plain_allowed = true };
        auto_talk talk = talk_with(script, &client, secure ? cert : NULL);
        auto_str first = STR_MAX(64), second = STR_MAX(64);
        struct err err = { 0 };
        int status;

        CHECK_AT(secure, get_all(&talk, "/1", &status, &first, &err));
        server_go(talk.server);
        wait_for_bytes();
        CHECK_AT(secure, get_all(&talk, "/2", &status, &second, &err));
        CHECK_STR(str_text(&second), "second");
        CHECK_AT(secure, server_connection(talk.server, 1) == 2);
    }
}

/* A client talks to several servers in turn; one server's request never goes to another. */
TEST(each_origin_has_a_connection_of_its_own)
{
    static const struct server_step one[] = { TAKE, SEND(OK "Content-Length: 3\r\n\r\none"), TAKE,
                                              SEND(OK "Content-Length: 3\r\n\r\none"), END };
    static const struct server_step two[] = { TAKE, SEND(OK "Content-Length: 3\r\n\r\ntwo"), TAKE,
                                              SEND(OK "Content-Length: 3\r\n\r\ntwo"), END };
    auto_talk talk = talk_begin(one);
    auto_server *other = server_new(two, NULL);
    auto_free char *first = server_url(talk.server, "/first");
    auto_free char *second = server_url(other, "/second");

    for (size_t i = 0; i < 4; i++) {
        struct http_request request = get_of(i % 2 ? second : first);
        auto_answer *answer = NULL;
        auto_str body = STR_MAX(64);
        struct err err = { 0 };

        CHECK_AT(i, http_open(talk.http, &request, &answer, &err)
                        && http_read_all(answer, &body, &err));
        CHECK_STR(str_text(&body), i % 2 ? "two" : "one");
    }
    for (size_t i = 0; i < 2; i++) {
        CHECK_AT(i, strncmp(server_request(talk.server, i), "GET /first ", 11) == 0);
        CHECK_AT(i, strncmp(server_request(other, i), "GET /second ", 12) == 0);
    }
}

/*
 * URLs come from records and answers: one that would end the line, and so add to the request, is
 * not sent.
 */
TEST(a_url_is_one_word)
{
    static const char *const paths[] = { "/a\nX-Evil: 1", "/a\r\nX-Evil: 1\r\n\r\n",
                                         "/a\tb",         "/a b",
                                         "/a\x1F",        "/a\001b",
                                         "/a\x7F",        "/a#b",
                                         "/?a\nb",        "\n" };
    static const struct server_step script[] = { TAKE, SEND(EMPTY), END };

    for (size_t i = 0; i < lengthof(paths); i++) {
        auto_talk talk = talk_begin(script);
        auto_free char *url = server_url(talk.server, paths[i]);
        struct http_request request = get_of(url);
        auto_answer *answer = NULL;
        struct err err = { 0 };

        CHECK_AT(i, !http_open(talk.http, &request, &answer, &err) && err.kind == ERR_DATA);
        check_ok(i, &talk, "/a%0Ab");
        CHECK_AT(i, strncmp(server_request(talk.server, 0), "GET /a%0Ab HTTP/1.1\r\n", 21) == 0);
    }
}

/*
 * A connection that died while it was idle is noticed by the next request. One that may be repeated
 * goes again by itself; any other is sent once, because the server may have acted on it before the
 * connection died.
 */
TEST(what_may_not_be_repeated_is_sent_once)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), TAKE, DO(SERVER_RESET),
                                                 TAKE, SEND(EMPTY), END };

    for (size_t repeatable = 0; repeatable < 2; repeatable++) {
        auto_talk talk = talk_begin(script);
        auto_free char *url = server_url(talk.server, "/2");
        struct http_request request = { .method = "PATCH",
                                        .url = url,
                                        .body = { "{}", 2 },
                                        .sends_body = true,
                                        .repeatable = repeatable };
        auto_answer *answer = NULL;
        struct err err = { 0 };

        check_ok(repeatable, &talk, "/1");
        CHECK_AT(repeatable, http_open(talk.http, &request, &answer, &err) == repeatable);
        http_close(take(answer));
        if (repeatable)
            continue;
        CHECK_AT(repeatable, err.kind == ERR_UNSURE && err.code == HTTP_BROKEN);
        CHECK_AT(repeatable, server_count(talk.server) == 2);
        check_ok(repeatable, &talk, "/3");
    }
}

/* --- failures ------------------------------------------------------------------------------- */

/* The point at which a failure shows itself. */
enum moment { AT_OPEN, AT_READ };

/* Enough for everything before the silence, on a busy machine and under a sanitizer. */
#define PATIENCE_US (4 * TIME_SECOND)

struct failing {
    const char *what;
    struct server_step script[ACTS_MAX];
    enum moment moment;
    enum http_cause cause;
    int64_t idle_us, total_us;
    enum err_kind kind; /* ERR_NONE: ERR_NET if repeatable, else ERR_UNSURE */
};

static const struct failing failing[] = {
    { "closed without an answer", { TAKE, DO(SERVER_CLOSE), END }, AT_OPEN, HTTP_BROKEN },
    { "reset without an answer", { TAKE, DO(SERVER_RESET), END }, AT_OPEN, HTTP_BROKEN },
    { "reset before the body was read",
      { DO(SERVER_HEAD), DO(SERVER_RESET), END },
      AT_OPEN,
      HTTP_BROKEN },
    { "closed within the status",
      { TAKE, SEND("HTTP/1.1 2"), DO(SERVER_CLOSE), END },
      AT_OPEN,
      HTTP_BROKEN },
    { "closed within the headers",
      { TAKE, SEND(OK "Content-Len"), DO(SERVER_CLOSE), END },
      AT_OPEN,
      HTTP_BROKEN },
    { "reset within the headers",
      { TAKE, SEND(OK "X: "), { SERVER_PAUSE, NULL, 20 }, DO(SERVER_RESET), END },
      AT_OPEN,
      HTTP_BROKEN },
    { "closed after 100",
      { TAKE, SEND("HTTP/1.1 100 Continue\r\n\r\n"), DO(SERVER_CLOSE), END },
      AT_OPEN,
      HTTP_BROKEN },
    { "no HTTP",
      { TAKE, SEND("220 mail.example ESMTP\r\n"), DO(SERVER_CLOSE), END },
      AT_OPEN,
      HTTP_MALFORMED },
    { "bytes",
      { TAKE, SEND("\0\1\2\3\4\5\6\7 not HTTP at all \xff\xff\r\n\r\n"), DO(SERVER_CLOSE), END },
      AT_OPEN,
      HTTP_MALFORMED },
    { "headers without end",
      { TAKE, SEND(OK "X-Long: "), FILL(200000), END },
      AT_OPEN,
      HTTP_MALFORMED },
    { "an odd length",
      { TAKE, SEND(OK "Content-Length: -5\r\n\r\nhello"), DO(SERVER_CLOSE), END },
      AT_OPEN,
      HTTP_MALFORMED },
    { "two lengths",
      { TAKE, SEND(OK "Content-Length: 5\r\nContent-Length: 3\r\n\r\nhello"), DO(SERVER_CLOSE),
        END },
      AT_OPEN,
      HTTP_MALFORMED },
    { "a short body",
      { TAKE, SEND(OK "Content-Length: 10\r\n\r\nhello"), DO(SERVER_CLOSE), END },
      AT_READ,
      HTTP_SHORT },
    { "no body",
      { TAKE, SEND(OK "Content-Length: 10\r\n\r\n"), DO(SERVER_CLOSE), END },
      AT_READ,
      HTTP_SHORT },
    { "a chunk cut off",
      { TAKE, SEND(OK "Transfer-Encoding: chunked\r\n\r\n9\r\nabc"), DO(SERVER_CLOSE), END },
      AT_READ,
      HTTP_SHORT },
    { "no last chunk",
      { TAKE, SEND(OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), DO(SERVER_CLOSE), END },
      AT_READ,
      HTTP_SHORT },
    { "a broken chunk",
      { TAKE, SEND(OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n"), END },
      AT_READ,
      HTTP_BROKEN },
    { "reset within the body",
      { TAKE,
        SEND(OK "Content-Length: 10\r\n\r\nhello"),
        { SERVER_PAUSE, NULL, 20 },
        DO(SERVER_RESET),
        END },
      AT_READ,
      HTTP_BROKEN },
    { "a longer body",
      { TAKE, SEND(OK "Content-Length: 3\r\n\r\nhello"), END },
      AT_READ,
      HTTP_MALFORMED,
      0,
      0,
      ERR_DATA },
    { "silence before the answer",
      { TAKE, DO(SERVER_WAIT), END },
      AT_OPEN,
      HTTP_STALLED,
      PATIENCE_US },
    { "silence in the headers",
      { TAKE, SEND(OK), DO(SERVER_WAIT), END },
      AT_OPEN,
      HTTP_STALLED,
      PATIENCE_US },
    { "silence in the body",
      { TAKE, SEND(OK "Content-Length: 10\r\n\r\nhello"), DO(SERVER_WAIT), END },
      AT_READ,
      HTTP_STALLED,
      PATIENCE_US },
    { "no answer in time",
      { TAKE, DO(SERVER_WAIT), END },
      AT_OPEN,
      HTTP_TIMED_OUT,
      0,
      PATIENCE_US },
    { "no end in time",
      { TAKE, SEND(OK "Content-Length: 10\r\n\r\nhello"), DO(SERVER_WAIT), END },
      AT_READ,
      HTTP_TIMED_OUT,
      0,
      PATIENCE_US },
};

/* An exchange that goes wrong, in a thread of its own because some of them wait. */
struct failure {
    const struct failing *with;
    bool repeatable, opened, good;
    struct err err;
    pthread_t thread;
};

static bool read_to_the_end(struct http_answer *answer, struct err *err)
{
    char part[4];
    size_t size = 1;

    while (size > 0)
        if (!http_read(answer, part, sizeof part, &size, err))
            return false;
    return true;
}

static void *failure_run(void *arg)
{
    struct failure *failure = arg;
    auto_talk talk = talk_begin(failure->with->script);
    auto_free char *url = server_url(talk.server, "/");
    auto_answer *answer = NULL;
    struct http_request request = {
        .method = "POST",
        .url = url,
        .body = { "body", 4 },
        .sends_body = true,
        .repeatable = failure->repeatable,
        .idle_us = failure->with->idle_us ? failure->with->idle_us : an_hour_us,
        .total_us = failure->with->total_us,
    };

    failure->opened = http_open(talk.http, &request, &answer, &failure->err);
    failure->good = failure->opened && read_to_the_end(answer, &failure->err);
    return NULL;
}

TEST(a_failure_says_what_and_whether_anything_was_done)
{
    struct failure failures[2 * lengthof(failing)] = { 0 };

    for (size_t i = 0; i < lengthof(failures); i++) {
        failures[i] = (struct failure){ .with = &failing[i / 2], .repeatable = i % 2 };
        CHECK_AT(i, pthread_create(&failures[i].thread, NULL, failure_run, &failures[i]) == 0);
    }
    for (size_t i = 0; i < lengthof(failures); i++) {
        const struct failing *with = &failing[i / 2];
        struct failure *failure = &failures[i];
        enum err_kind kind = with->kind ? with->kind : i % 2 ? ERR_NET : ERR_UNSURE;

        CHECK_AT(i, pthread_join(failure->thread, NULL) == 0 && !failure->good);
        CHECK_AT(i, failure->opened == (with->moment == AT_READ));
        CHECK_AT(i, failure->err.kind == kind && failure->err.code == (int)with->cause);
        CHECK_AT(i, *failure->err.msg);
        if (failure->err.kind != kind || failure->err.code != (int)with->cause)
            CHECK_STR(failure->err.msg, with->what);
    }
}

/* Nothing was sent, so it does not matter whether the request may be repeated. */
TEST(nothing_is_done_without_a_connection)
{
    static const struct server_step silent[] = { DO(SERVER_ACCEPT), DO(SERVER_WAIT), END };
    static const struct http_settings client = { .plain_allowed = true,
                                                 .connect_us = 100 * TIME_MS };
    auto_talk talk = talk_with(silent, &client, NULL);
    auto_free char *silent_tls = mem_printf("https://127.0.0.1:%d/", server_port(talk.server));
    auto_free char *refused = mem_printf("http://127.0.0.1:%d/", server_dead_port());
    const char *const urls[] = { refused, silent_tls, "http:///nowhere", "http://127.0.0.1:99999/",
                                 "http://..invalid../" };

    for (size_t i = 0; i < lengthof(urls); i++) {
        struct http_request request = { .method = "POST", .url = urls[i], .sends_body = true };
        auto_answer *answer = NULL;
        struct err err = { 0 };

        CHECK_AT(i, !http_open(talk.http, &request, &answer, &err) && !answer);
        CHECK_AT(i, err.kind == ERR_NET && *err.msg);
        CHECK_AT(i, err.code == HTTP_NO_CONNECTION);
    }
}

/* After any failure, at any point, the client is fit for the next exchange. */
TEST(a_client_survives_every_failure)
{
    static const struct server_step script[] = { TAKE,
                                                 DO(SERVER_RESET),
                                                 TAKE,
                                                 SEND(OK "Content-Length: 10\r\n\r\nhello"),
                                                 DO(SERVER_CLOSE),
                                                 TAKE,
                                                 SEND(OK "Content-Length: 3\r\n\r\nhello"),
                                                 DO(SERVER_HEAD),
                                                 DO(SERVER_RESET),
                                                 DO(SERVER_HEAD),
                                                 DO(SERVER_WAIT),
                                                 DO(SERVER_RESET),
                                                 TAKE,
                                                 SEND(EMPTY),
                                                 TAKE,
                                                 SEND(EMPTY),
                                                 END };
    enum { HERE, NOWHERE, REFUSED };
    static const struct {
        int where;
        size_t size;
        int64_t idle_us;
        bool good;
    } cases[] = {
        { NOWHERE, 0, 0, false },
        { NOWHERE, 2000000, 0, false },
        { REFUSED, 0, 0, false },
        { HERE, 0, 0, false },
        { HERE, 0, 0, false },
        { HERE, 0, 0, false },
        { HERE, 20000000, 0, false },
        { NOWHERE, 0, 0, false },
        { HERE, 20000000, 900 * TIME_MS, false },
        { REFUSED, 2000000, 0, false },
        { HERE, 2000000, 0, true },
        { HERE, 0, 0, true },
    };
    auto_talk talk = talk_begin(script);
    auto_free char *here = server_url(talk.server, "/");
    auto_free char *refused = mem_printf("http://127.0.0.1:%d/", server_dead_port());
    const char *const urls[] = { here, "http://documents.invalid/", refused };
    auto_free char *bytes = mem_zero(20000000);

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct http_request request = get_of(urls[cases[i].where]);
        auto_answer *answer = NULL;
        struct err err = { 0 };

        request.method = "PUT";
        request.sends_body = true;
        request.body = (struct span){ bytes, cases[i].size };
        if (cases[i].idle_us)
            request.idle_us = cases[i].idle_us;
        CHECK_AT(i, (http_open(talk.http, &request, &answer, &err) && read_to_the_end(answer, &err))
                        == cases[i].good);
        CHECK_AT(i, cases[i].good || *err.msg);
        if (cases[i].idle_us)
            server_go(talk.server);
    }
    CHECK(server_is_over(talk.server));
}

/* --- stopping ------------------------------------------------------------------------------- */

TEST(asking_to_stop_ends_every_wait)
{
    static const struct {
        struct server_step script[ACTS_MAX];
        bool tls, opened;
    } cases[] = {
        { { DO(SERVER_ACCEPT), DO(SERVER_CANCEL), DO(SERVER_WAIT), END }, true, false },
        { { TAKE, DO(SERVER_CANCEL), DO(SERVER_WAIT), END }, false, false },
        { { TAKE, SEND(OK), DO(SERVER_CANCEL), DO(SERVER_WAIT), END }, false, false },
        { { TAKE,
            SEND(OK "Content-Length: 10\r\n\r\n"),
            { SERVER_PAUSE, NULL, 200 },
            DO(SERVER_CANCEL),
            DO(SERVER_WAIT),
            END },
          false,
          true },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_talk talk = talk_begin(cases[i].script);
        auto_free char *url = mem_printf("%s://127.0.0.1:%d/", cases[i].tls ? "https" : "http",
                                         server_port(talk.server));
        struct http_request request = { .method = "POST", .url = url, .idle_us = an_hour_us };
        int64_t before_us = time_mono_us();
        auto_answer *answer = NULL;
        struct err err = { 0 };
        bool opened = http_open(talk.http, &request, &answer, &err);

        CHECK_AT(i, opened == cases[i].opened);
        CHECK_AT(i, !opened || !read_to_the_end(answer, &err));
        CHECK_AT(i, err.kind == ERR_CANCELED);
        http_close(take(answer));
        CHECK_AT(i, time_mono_us() - before_us < 10 * TIME_SECOND);
        CHECK_AT(i, !http_open(talk.http, &request, &answer, &err) && err.kind == ERR_CANCELED);
    }
}

/* A slow reader is not a silent server. */
TEST(a_slow_reader_is_no_silence)
{
    static const struct server_step script[] = { TAKE, SEND(OK "Content-Length: 1000000\r\n\r\n"),
                                                 FILL(1000000), END };
    auto_talk talk = talk_begin(script);
    auto_free char *url = server_url(talk.server, "/");
    struct http_request request = get_of(url);
    auto_free char *part = mem_zero(400000);
    auto_answer *answer = NULL;
    struct err err = { 0 };
    size_t total = 0, size = 1;

    request.idle_us = TIME_SECOND;
    CHECK(http_open(talk.http, &request, &answer, &err));
    CHECK(server_is_over(talk.server)); /* all of it is on its way: there is nothing to wait for */
    for (int i = 0; size > 0; i++) {
        if (i == 1)
            (void)usleep(1100 * 1000);
        if (!http_read(answer, part, 400000, &size, &err))
            break;
        CHECK(is_pattern(part, size, total));
        total += size;
    }
    CHECK_STR(err.msg, "");
    CHECK(total == 1000000);
}

/* Neither is a server that takes in a long upload slowly. */
TEST(a_long_upload_is_no_silence)
{
    static const struct server_step script[] = { { SERVER_SLOW, NULL, 60 }, SEND(EMPTY), END };
    auto_talk talk = talk_begin(script);
    auto_free char *url = server_url(talk.server, "/");
    auto_free char *bytes = mem_zero(40000000);
    struct http_request request = { .method = "PUT",
                                    .url = url,
                                    .body = { bytes, 40000000 },
                                    .sends_body = true,
                                    .idle_us = 2 * TIME_SECOND };
    auto_answer *answer = NULL;
    struct err err = { 0 };

    CHECK(http_open(talk.http, &request, &answer, &err) && http_status(answer) == 200);
    CHECK_STR(err.msg, "");
}

#define DRIP                                                                                       \
    SEND("x"),                                                                                     \
    {                                                                                              \
        SERVER_PAUSE, NULL, 30                                                                     \
    }
#define DRIPS DRIP, DRIP, DRIP, DRIP, DRIP, DRIP, DRIP, DRIP, DRIP, DRIP

/* A server that is never silent for long must not hold us beyond our time. */
TEST(what_drips_in_ends_in_time)
{
    static const struct server_step stopped[] = { TAKE,  SEND(OK "Content-Length: 41\r\n\r\n"),
                                                  DRIP,  DO(SERVER_CANCEL),
                                                  DRIPS, DRIPS,
                                                  DRIPS, DRIPS,
                                                  END };
    static const struct server_step late[] = {
        TAKE, SEND(OK "Content-Length: 40\r\n\r\n"), DRIPS, DRIPS, DRIPS, DRIPS, END
    };
    static const struct server_step taking[] = { { SERVER_SLOW, NULL, 30 }, SEND(EMPTY), END };
    static const struct {
        const struct server_step *script;
        size_t size;
        int64_t total_us;
        enum err_kind kind;
        int code;
    } cases[] = {
        { stopped, 0, 0, ERR_CANCELED, 0 },
        { late, 0, 300 * TIME_MS, ERR_NET, HTTP_TIMED_OUT },
        { taking, 40000000, 300 * TIME_MS, ERR_NET, HTTP_TIMED_OUT },
    };
    auto_free char *bytes = mem_zero(40000000);

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_talk talk = talk_begin(cases[i].script);
        auto_free char *url = server_url(talk.server, "/");
        struct http_request request = get_of(url);
        auto_answer *answer = NULL;
        struct err err = { 0 };

        request.method = "PUT";
        request.sends_body = cases[i].size > 0;
        request.body = (struct span){ bytes, cases[i].size };
        request.total_us = cases[i].total_us;
        CHECK_AT(i,
                 !http_open(talk.http, &request, &answer, &err) || !read_to_the_end(answer, &err));
        CHECK_AT(i, err.kind == cases[i].kind && err.code == cases[i].code);
    }
}

/* --- trust ---------------------------------------------------------------------------------- */

TEST(only_a_good_certificate_is_trusted)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), END };
    auto_folder *folder = folder_new();
    auto_certs *ours = certs_new(folder, "ours"), *others = certs_new(folder, "others");
    auto_free char *good = certs_make(ours, "good", "IP:127.0.0.1", 1);
    auto_free char *expired = certs_make(ours, "expired", "IP:127.0.0.1", -1);
    auto_free char *misnamed = certs_make(ours, "misnamed", "DNS:elsewhere.invalid", 1);
    auto_free char *missing = folder_path(folder, "missing");
    auto_free char *nameless = certs_make(ours, "nameless", NULL, 1);
    auto_free char *public = certs_make_as(
        ours, "public", (struct certs_wish){ .alt_name = "IP:127.0.0.1", .tells_issuer = true });
    auto_free char *alone = certs_make_as(
        ours, "alone", (struct certs_wish){ .alt_name = "IP:127.0.0.1", .is_alone = true });
    auto_free char *early = certs_make_as(
        ours, "early", (struct certs_wish){ .alt_name = "IP:127.0.0.1", .from_days = 3 });
    auto_free char *many = certs_make(ours, "many", "DNS:a.invalid,IP:10.0.0.1,DNS:c.invalid", 1);
    const struct {
        const char *cert_file, *ca_file;
        enum err_kind kind;
        enum http_cause cause;
        const char *words; /* its own cure; another CA file helps only with unknown issuers */
    } cases[] = {
        { good, certs_ca_file(ours), ERR_NONE, 0, NULL },
        { good, certs_ca_file(others), ERR_NET, HTTP_NO_TRUST,
          "issued by 'ours', who is not among those trusted here: name the file of this CA" },
        { public, certs_ca_file(others), ERR_NET, HTTP_NO_TRUST,
          "sends no intermediate certificate: its own was issued by 'ours'. Install the whole "
          "chain "
          "there (FileMaker Server: fmsadmin certificate import with --intermediateCA)" },
        { alone, certs_ca_file(ours), ERR_NET, HTTP_NO_TRUST,
          "it vouches for itself. Get it from the server's administrator, and name its file as" },
        { alone, alone, ERR_NONE, 0, NULL },
        { early, certs_ca_file(ours), ERR_NET, HTTP_NO_TRUST, "is this machine's clock right?" },
        { good, NULL, ERR_NET, HTTP_NO_TRUST, "issued by 'ours'" },
        { expired, certs_ca_file(ours), ERR_NET, HTTP_NO_TRUST,
          "must be renewed there, unless this machine's clock is wrong" },
        { misnamed, certs_ca_file(ours), ERR_NET, HTTP_NO_TRUST,
          "is for 'elsewhere.invalid' and not for '127.0.0.1': ask for the server by a name that "
          "its certificate has" },
        { many, certs_ca_file(ours), ERR_NET, HTTP_NO_TRUST,
          "is for 'a.invalid', '10.0.0.1', 'c.invalid' and not for '127.0.0.1'" },
        { nameless, certs_ca_file(ours), ERR_NET, HTTP_NO_TRUST,
          "lists no names ('nameless' as its subject does not count)" },
        { good, missing, ERR_USAGE, 0, NULL },
        { good, expired, ERR_NET, HTTP_NO_TRUST, "issued by 'ours'" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct http_settings client = { .ca_file = cases[i].ca_file };
        auto_talk talk = talk_with(script, &client, cases[i].cert_file);
        auto_free char *url = server_url(talk.server, "/");
        struct http_request request = { .method = "POST", .url = url, .sends_body = true };
        auto_answer *answer = NULL;
        struct err err = { 0 };

        CHECK_AT(i, http_open(talk.http, &request, &answer, &err) == (cases[i].kind == ERR_NONE));
        CHECK_AT(i, err.kind == cases[i].kind && err.code == (int)cases[i].cause);
        CHECK_AT(i, server_count(talk.server) == (cases[i].kind == ERR_NONE));
        if (cases[i].words && !strstr(err.msg, cases[i].words))
            CHECK_STR(err.msg, cases[i].words);
        CHECK_AT(i, !cases[i].words || strstr(cases[i].words, "issued")
                        || strstr(cases[i].words, "vouches") || !strstr(err.msg, "ca_file"));
    }
}

/* The server is asked for by its name: it must be among the names of the certificate. */
TEST(a_name_must_stand_where_names_stand)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), END };
    auto_folder *folder = folder_new();
    auto_certs *certs = certs_new(folder, "ours");
    const struct {
        char *cert_file;
        bool good;
    } cases[] = {
        { certs_make(certs, "named", "DNS:localhost", 1), true },
        { certs_make(certs, "several", "DNS:a.invalid,DNS:LocalHost", 1), true },
        { certs_make(certs, "localhost", NULL, 1), false }, /* only in the subject */
        { certs_make(certs, "other", "DNS:localhost.invalid", 1), false },
        { certs_make(certs, "wild", "DNS:*", 1), false },
        { certs_make(certs, "address", "IP:127.0.0.1", 1), false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct http_settings client = { .ca_file = certs_ca_file(certs) };
        auto_talk talk = talk_with(script, &client, cases[i].cert_file);
        auto_free char *url = mem_printf("https://localhost:%d/", server_port(talk.server));
        struct http_request request = get_of(url);
        auto_answer *answer = NULL;
        struct err err = { 0 };

        CHECK_AT(i, http_open(talk.http, &request, &answer, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good || (err.kind == ERR_NET && err.code == HTTP_NO_TRUST));
        free(cases[i].cert_file);
    }
}

/* One handshake serves all clients of a process that trust the same certificates. */
TEST(a_session_is_taken_up_by_other_clients)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), DO(SERVER_CLOSE),
                                                 TAKE, SEND(EMPTY), DO(SERVER_CLOSE),
                                                 TAKE, SEND(EMPTY), END };
    static const uint64_t resumed[] = { 0, 1, 1 };
    auto_folder *folder = folder_new();
    auto_certs *certs = certs_new(folder, "ca");
    auto_free char *cert = certs_make(certs, "good", "IP:127.0.0.1", 1);
    struct http_settings client = { .ca_file = certs_ca_file(certs) };
    auto_talk talk = talk_with(script, &client, cert);

    for (size_t i = 0; i < lengthof(resumed); i++) {
        struct http_counts before = http_counts();

        http_free(talk.http);
        talk.http = http_new(&client, talk.cancel);
        check_ok(i, &talk, "/");
        CHECK_AT(i, http_counts().connections - before.connections == 1);
        CHECK_AT(i, http_counts().resumed - before.resumed == resumed[i]);
    }
}

/*
 * TLS records, retries and buffers must not show: all that was sent arrives, though the server
 * takes nothing for a while in the middle of it.
 */
TEST(bodies_arrive_over_tls_as_they_are)
{
    enum { PATIENCE_MS = 700 };
    static const size_t sizes[] = { 0, 1, 16384, 65536, 65537, 700000, 12 << 20 };
    static const struct server_step script[] = { TAKE,
                                                 SEND(EMPTY),
                                                 TAKE,
                                                 SEND(EMPTY),
                                                 TAKE,
                                                 SEND(EMPTY),
                                                 TAKE,
                                                 SEND(EMPTY),
                                                 TAKE,
                                                 SEND(EMPTY),
                                                 TAKE,
                                                 SEND(EMPTY),
                                                 { SERVER_PAUSE, NULL, PATIENCE_MS },
                                                 TAKE,
                                                 SEND(EMPTY),
                                                 END };
    auto_folder *folder = folder_new();
    auto_certs *certs = certs_new(folder, "ca");
    auto_free char *cert = certs_make(certs, "good", "IP:127.0.0.1", 1);
    struct http_settings client = { .ca_file = certs_ca_file(certs) };
    auto_talk talk = talk_with(script, &client, cert);

    check_bodies(&talk, sizes, lengthof(sizes));
}

/* A server that has refused the request does not take the rest of the body. */
TEST(a_refusal_in_the_middle_is_heard)
{
    static const struct server_step script[] = {
        DO(SERVER_HEAD), SEND("HTTP/1.1 413 Too much\r\nContent-Length: 0\r\n\r\n"),
        DO(SERVER_WAIT), END
    };
    auto_folder *folder = folder_new();
    auto_certs *certs = certs_new(folder, "ca");
    auto_free char *cert = certs_make(certs, "good", "IP:127.0.0.1", 1);
    struct http_settings client = { .ca_file = certs_ca_file(certs), .plain_allowed = true };
    auto_free char *bytes = mem_zero(40000000);

    for (size_t i = 0; i < 2; i++) {
        auto_talk talk = talk_with(script, &client, i ? cert : NULL);
        auto_free char *url = server_url(talk.server, "/");
        struct http_request request = { .method = "PUT",
                                        .url = url,
                                        .body = { bytes, 40000000 },
                                        .sends_body = true,
                                        .idle_us = 20 * TIME_SECOND };
        auto_answer *answer = NULL;
        struct err err = { 0 };

        CHECK_AT(i, http_open(talk.http, &request, &answer, &err) && http_status(answer) == 413);
        CHECK_STR(err.msg, "");
        server_go(talk.server);
    }
}

/* Anybody in between can end a connection without a good-bye: the body is not complete. */
TEST(an_end_without_good_bye_is_none)
{
    static const struct server_step script[] = {
        TAKE, SEND("HTTP/1.1 200 OK\r\n\r\nhalf of it"), DO(SERVER_RESET),
        TAKE, SEND("HTTP/1.1 200 OK\r\n\r\nall of it"),  DO(SERVER_CLOSE),
        END
    };
    auto_folder *folder = folder_new();
    auto_certs *certs = certs_new(folder, "ca");
    auto_free char *cert = certs_make(certs, "good", "IP:127.0.0.1", 1);
    struct http_settings client = { .ca_file = certs_ca_file(certs) };
    auto_talk talk = talk_with(script, &client, cert);

    for (size_t i = 0; i < 2; i++) {
        auto_str body = STR_MAX(KIB(64));
        struct err err = { 0 };
        int status;

        CHECK_AT(i, get_all(&talk, "/", &status, &body, &err) == (i == 1));
        CHECK_AT(i, i == 1 || (err.kind == ERR_NET && err.code == HTTP_BROKEN));
        CHECK_STR(i ? str_text(&body) : "all of it", "all of it");
    }
}

TEST(plain_http_must_be_allowed)
{
    static const struct server_step script[] = { TAKE, SEND(EMPTY), END };
    static const struct http_settings client = { 0 };
    static const char *const urls[] = { NULL, "ftp://127.0.0.1/", "file:///etc/passwd" };
    auto_talk talk = talk_with(script, &client, NULL);
    auto_free char *plain = server_url(talk.server, "/");

    for (size_t i = 0; i < lengthof(urls); i++) {
        struct http_request request = get_of(urls[i] ? urls[i] : plain);
        auto_answer *answer = NULL;
        struct err err = { 0 };

        CHECK_AT(i, !http_open(talk.http, &request, &answer, &err) && err.kind == ERR_USAGE);
    }
    CHECK(server_count(talk.server) == 0);
}

/* An answer that is not HTTP is malformed over TLS too, and no fault of the URL. */
TEST(nonsense_over_tls_is_nonsense)
{
    static const struct server_step script[] = { TAKE, SEND("SSH-2.0-OpenSSH_9.2p1\r\n"),
                                                 DO(SERVER_CLOSE), END };
    auto_folder *folder = folder_new();
    auto_certs *certs = certs_new(folder, "ca");
    auto_free char *cert = certs_make(certs, "good", "IP:127.0.0.1", 1);
    struct http_settings client = { .ca_file = certs_ca_file(certs) };
    auto_talk talk = talk_with(script, &client, cert);
    auto_free char *url = server_url(talk.server, "/");
    struct http_request request = { .method = "POST", .url = url, .sends_body = true };
    auto_answer *answer = NULL;
    struct err err = { 0 };

    CHECK(!http_open(talk.http, &request, &answer, &err));
    CHECK(err.kind == ERR_UNSURE && err.code == HTTP_MALFORMED);
}

/* The proxy's answer is not the server's. */
TEST(a_proxy_is_passed_through)
{
    static const struct server_step script[] = {
        TAKE,
        SEND("HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n"),
        DO(SERVER_SECURE),
        TAKE,
        SEND("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"),
        END
    };
    static const struct server_step refusing[] = {
        TAKE, SEND("HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n"), END
    };
    auto_folder *folder = folder_new();
    auto_certs *certs = certs_new(folder, "ca");
    auto_free char *cert = certs_make(certs, "good", "DNS:documents.invalid", 1);
    struct cancel *cancel = cancel_new();
    struct server_settings settings = { .cert_file = cert, .secure_later = true };

    http_setup();
    for (size_t i = 0; i < 2; i++) {
        auto_server *server = server_new(i ? refusing : script, &settings);
        auto_free char *proxy = mem_printf("http://127.0.0.1:%d", server_port(server));
        struct http_settings client = { .ca_file = certs_ca_file(certs), .route.proxy = proxy };
        struct http *http = http_new(&client, cancel);
        struct http_request request = { .method = "POST",
                                        .url = "https://documents.invalid/x",
                                        .headers = (const char *const[]){ "X-Secret: 1", NULL } };
        auto_answer *answer = NULL;
        auto_str body = STR_MAX(KIB(1));
        struct err err = { 0 };

        CHECK_AT(i, http_open(http, &request, &answer, &err) == (i == 0));
        CHECK_AT(i, !strstr(server_request(server, 0), "X-Secret"));
        if (answer) {
            CHECK_AT(i, http_status(answer) == 404 && http_length(answer) == 2);
            CHECK_AT(i, http_read_all(answer, &body, &err));
            CHECK_STR(str_text(&body), "no");
        } else {
            CHECK_AT(i, err.kind == ERR_NET && err.code == HTTP_NO_CONNECTION);
        }
        http_close(take(answer));
        http_free(http);
    }
    cancel_free(cancel);
    http_teardown();
}
