/* The FileMaker client against a server that answers as real ones were seen to answer. */
#include "filemaker/filemaker.h"

#include "base/digest.h"
#include "base/mem.h"
#include "folder.h"
#include "http/http.h"
#include "server.h"
#include "tap.h"

/* --- errors --------------------------------------------------------------------------------- */

/* What exporters have learnt about each code in Claris's list. */
TEST(every_code_has_its_advice)
{
    static const struct {
        int first, last;
        enum filemaker_advice advice;
    } cases[] = {
        { -1, -1, FILEMAKER_REPEAT },       { 1, 1, FILEMAKER_ONE_ITEM },
        { 2, 2, FILEMAKER_REPEAT },         { 3, 5, FILEMAKER_STOP },
        { 7, 7, FILEMAKER_REPEAT },         { 9, 9, FILEMAKER_ONE_ITEM },
        { 10, 10, FILEMAKER_LOG_IN },       { 11, 11, FILEMAKER_STOP },
        { 13, 13, FILEMAKER_REPEAT },       { 14, 15, FILEMAKER_ONE_ITEM },
        { 16, 16, FILEMAKER_REPEAT },       { 17, 17, FILEMAKER_ONE_ITEM },
        { 18, 18, FILEMAKER_STOP },         { 20, 20, FILEMAKER_ONE_ITEM },
        { 21, 21, FILEMAKER_STOP },         { 100, 100, FILEMAKER_STOP },
        { 101, 101, FILEMAKER_ONE_ITEM },   { 102, 109, FILEMAKER_STOP },
        { 110, 111, FILEMAKER_ONE_ITEM },   { 114, 114, FILEMAKER_ONE_ITEM },
        { 116, 117, FILEMAKER_STOP },       { 130, 131, FILEMAKER_STOP },
        { 200, 203, FILEMAKER_ONE_ITEM },   { 204, 212, FILEMAKER_STOP },
        { 214, 219, FILEMAKER_STOP },       { 300, 304, FILEMAKER_REPEAT },
        { 306, 306, FILEMAKER_ONE_ITEM },   { 307, 308, FILEMAKER_REPEAT },
        { 400, 400, FILEMAKER_STOP },       { 401, 401, FILEMAKER_ONE_ITEM },
        { 402, 402, FILEMAKER_STOP },       { 404, 410, FILEMAKER_STOP },
        { 412, 414, FILEMAKER_STOP },       { 415, 415, FILEMAKER_ONE_ITEM },
        { 416, 417, FILEMAKER_STOP },       { 500, 507, FILEMAKER_ONE_ITEM },
        { 508, 508, FILEMAKER_STOP },       { 509, 513, FILEMAKER_ONE_ITEM },
        { 714, 714, FILEMAKER_STOP },       { 800, 802, FILEMAKER_REPEAT },
        { 803, 810, FILEMAKER_STOP },       { 811, 811, FILEMAKER_REPEAT },
        { 812, 812, FILEMAKER_CROWDED },    { 813, 814, FILEMAKER_REPEAT },
        { 815, 817, FILEMAKER_STOP },       { 819, 819, FILEMAKER_ONE_ITEM },
        { 820, 820, FILEMAKER_REPEAT },     { 821, 821, FILEMAKER_LOG_IN },
        { 822, 827, FILEMAKER_STOP },       { 850, 853, FILEMAKER_ONE_ITEM },
        { 870, 875, FILEMAKER_REPEAT },     { 951, 951, FILEMAKER_REPEAT },
        { 952, 952, FILEMAKER_LOG_IN },     { 953, 955, FILEMAKER_STOP },
        { 956, 956, FILEMAKER_CROWDED },    { 957, 960, FILEMAKER_STOP },
        { 1200, 1225, FILEMAKER_STOP },     { 1630, 1630, FILEMAKER_STOP },
        { 1631, 1631, FILEMAKER_REPEAT },   { 1638, 1638, FILEMAKER_REPEAT },
        { 1700, 1700, FILEMAKER_ONE_ITEM }, { 1701, 1701, FILEMAKER_REPEAT },
        { 1702, 1702, FILEMAKER_STOP },     { 1703, 1703, FILEMAKER_LOG_IN },
        { 1704, 1708, FILEMAKER_STOP },     { 1710, 1715, FILEMAKER_STOP },
        { 5000, 5499, FILEMAKER_ONE_ITEM }, { 99999, 99999, FILEMAKER_ONE_ITEM },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        for (int code = cases[i].first; code <= cases[i].last; code++) {
            struct err err = { .kind = ERR_REMOTE, .code = 500, .reason = code };

            CHECK_AT((size_t)code, filemaker_advice(&err) == cases[i].advice);
            CHECK_AT((size_t)code, *filemaker_meaning(code));
            CHECK_AT((size_t)code,
                     code == 99999 || strcmp(filemaker_meaning(code), "unknown error"));
        }
    }
}

TEST(without_a_code_the_status_decides)
{
    static const struct {
        enum err_kind kind;
        int status;
        enum filemaker_advice advice;
    } cases[] = {
        { ERR_REMOTE, 500, FILEMAKER_REPEAT },       { ERR_REMOTE, 502, FILEMAKER_REPEAT },
        { ERR_REMOTE, 503, FILEMAKER_REPEAT },       { ERR_REMOTE, 504, FILEMAKER_REPEAT },
        { ERR_REMOTE, 200, FILEMAKER_REPEAT },       { ERR_REMOTE, 401, FILEMAKER_LOG_IN },
        { ERR_REMOTE, 302, FILEMAKER_REPEAT },       { ERR_REMOTE, 400, FILEMAKER_STOP },
        { ERR_REMOTE, 408, FILEMAKER_REPEAT },       { ERR_REMOTE, 429, FILEMAKER_REPEAT },
        { ERR_REMOTE, 403, FILEMAKER_STOP },         { ERR_REMOTE, 404, FILEMAKER_STOP },
        { ERR_REMOTE, 415, FILEMAKER_STOP },         { ERR_NET, HTTP_BROKEN, FILEMAKER_REPEAT },
        { ERR_UNSURE, HTTP_BROKEN, FILEMAKER_STOP }, { ERR_DATA, 0, FILEMAKER_STOP },
        { ERR_CANCELED, 0, FILEMAKER_STOP },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { .kind = cases[i].kind, .code = cases[i].status };

        CHECK_AT(i, filemaker_advice(&err) == cases[i].advice);
    }
}

/* --- containers ----------------------------------------------------------------------------- */

#define HASH "BF6B72F20D40DF69A18AD671A9FC978D0394145B6C20E7F54546DC213D8F0C97"

TEST(a_container_says_what_it_holds)
{
    static const struct {
        const char *value;
        enum filemaker_content content;
        const char *storage, *ext;
    } cases[] = {
        { "https://fms.example.com/Streaming_SSL/MainDB/" HASH
          ".png?RCType=EmbeddedRCFileProcessor",
          FILEMAKER_STREAM, "embedded", "png" },
        { "https://fms.example.com/Streaming_SSL/MainDB/" HASH "?RCType=EmbeddedRCFileProcessor",
          FILEMAKER_STREAM, "embedded", NULL },
        { "https://fms.example.com/Streaming_SSL/MainDB/" HASH ".pdf?RCType=SecuredRCFileProcessor",
          FILEMAKER_STREAM, "secure", "pdf" },
        { "http://fms.example.com:443/Streaming_SSL/Additional_1/" HASH
          ".PDF?RCType=RCFileProcessor",
          FILEMAKER_STREAM, "open", "PDF" },
        { "http://fms.example.com/Streaming/MainDB/" HASH ".tar.gz?RCType=Another",
          FILEMAKER_STREAM, "other", "gz" },
        { "https://fms.example.com/Streaming_SSL/Main.DB/" HASH, FILEMAKER_STREAM, "other", NULL },
        { "https://fms.example.com/Streaming_SSL/MainDB/x.pdf?a=b.jpg", FILEMAKER_STREAM, "other",
          "pdf" },
        { "", FILEMAKER_EMPTY, "other", NULL },
        { " \r\n", FILEMAKER_EMPTY, "other", NULL },
        { "<No Access>", FILEMAKER_NO_ACCESS, "other", NULL },
        { "file:scan.pdf\rfilewin:/C:/Users/a/scan.pdf", FILEMAKER_REFERENCE, NULL, NULL },
        { "size:640,480\rimage:a.jpg\rimagemac:/Vol/a.jpg\rimagewin:/C:/a.jpg", FILEMAKER_REFERENCE,
          NULL, NULL },
        { "image:a.jpg", FILEMAKER_REFERENCE, NULL, NULL },
        { "imagelinux:/a.jpg", FILEMAKER_REFERENCE, NULL, NULL },
        { "movie:a.mov\rmoviewin:/C:/a.mov", FILEMAKER_REFERENCE, NULL, NULL },
        { "filemac:/Vol/a", FILEMAKER_REFERENCE, NULL, NULL },
        { "filelinux:/a", FILEMAKER_REFERENCE, NULL, NULL },
        { "?", FILEMAKER_UNKNOWN, NULL, NULL },
        { "scan.pdf", FILEMAKER_UNKNOWN, NULL, NULL },
        { "ftp://fms.example.com/x", FILEMAKER_UNKNOWN, NULL, NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct span value = span_of(cases[i].value);

        CHECK_AT(i, filemaker_content(value) == cases[i].content);
        if (!cases[i].storage)
            continue;
        CHECK_STR(filemaker_storage(value), cases[i].storage);
        CHECK_AT(i, span_equal(filemaker_extension(value), span_of(cases[i].ext)));
    }
    CHECK(filemaker_content(SPAN_NONE) == FILEMAKER_EMPTY);
}

/* --- a server and its client ---------------------------------------------------------------- */

/* The server's answer to one request. */
struct reply {
    int status;          /* 0: the end of the list */
    const char *headers; /* "Name: value\r\n"... or NULL */
    const char *body;
    enum { WHOLE, LOST, SHORT, LONG } how; /* LOST: not at all, the connection breaks */
};

enum { REPLIES_MAX = 16 };

struct talk {
    struct server_step steps[3 * REPLIES_MAX + 1];
    char *texts[REPLIES_MAX];
    size_t step_count, text_count;
    struct server *server;
    struct cancel *cancel;
    struct secret *password;
    char *url;
    struct filemaker *filemaker;
};

static void talk_end(struct talk *talk)
{
    filemaker_free(talk->filemaker);
    server_free(talk->server);
    cancel_free(talk->cancel);
    secret_free(talk->password);
    free(talk->url);
    for (size_t i = 0; i < talk->text_count; i++)
        free(talk->texts[i]);
    http_teardown();
}

#define auto_talk __attribute__((cleanup(talk_end))) struct talk

static void reply_add(struct talk *talk, const struct reply *reply)
{
    size_t size = strlen(reply->body);
    char *text;

    if (reply->how == SHORT)
        size += 5;
    if (reply->how == LONG)
        size -= 1;
    text = mem_printf("HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n\r\n%s", reply->status,
                      reply->headers ? reply->headers : "", size, reply->body);
    talk->texts[talk->text_count++] = text;
    talk->steps[talk->step_count++] = (struct server_step){ .act = SERVER_TAKE };
    if (reply->how != LOST)
        talk->steps[talk->step_count++] = (struct server_step){ SERVER_SEND, text, 0 };
    if (reply->how == LOST)
        talk->steps[talk->step_count++] = (struct server_step){ .act = SERVER_RESET };
    if (reply->how == SHORT)
        talk->steps[talk->step_count++] = (struct server_step){ .act = SERVER_CLOSE };
}

/* Begins a talk; the struct must not be moved. */
static void talk_begin(struct talk *talk, const struct reply *replies)
{
    struct filemaker_settings settings = { .database = "Clinic A",
                                           .account = "api",
                                           .first_wait_us = 1000 };
    struct err err = { 0 };

    for (; replies->status; replies++)
        reply_add(talk, replies);
    http_setup();
    talk->server = server_new(talk->steps, NULL);
    talk->cancel = cancel_new();
    talk->password = secret_new(span_of("pass word"));
    talk->url = server_url(talk->server, "");
    settings.url = talk->url;
    settings.password = talk->password;
    CHECK(filemaker_new(&settings, talk->cancel, &talk->filemaker, &err));
    CHECK_STR(err.msg, "");
}

#define OK_MESSAGE "\"messages\":[{\"code\":\"0\",\"message\":\"OK\"}]"
#define OK(response) "{\"response\":" response "," OK_MESSAGE "}"
#define ERROR(code) "{\"messages\":[{\"code\":\"" code "\",\"message\":\"words\"}],\"response\":{}}"
#define HTML "<html><body><h1>502 Bad Gateway</h1></body></html>"
#define LOGIN                                                                                      \
    {                                                                                              \
        200, "X-FM-Data-Access-Token: t0ken\r\n", OK("{\"token\":\"t0ken\"}"), WHOLE               \
    }
#define LOGIN_AGAIN                                                                                \
    {                                                                                              \
        200, "X-FM-Data-Access-Token: t1ken\r\n", OK("{\"token\":\"t1ken\"}"), WHOLE               \
    }
#define LOGOUT                                                                                     \
    {                                                                                              \
        200, NULL, OK("{}"), WHOLE                                                                 \
    }
#define RECORD(id, mod, fields)                                                                    \
    "{\"fieldData\":{" fields "},\"portalData\":{},\"recordId\":\"" id "\",\"modId\":\"" mod "\"}"
#define PAGE(records)                                                                              \
    OK("{\"dataInfo\":{\"database\":\"Clinic\",\"totalRecordCount\":9,\"foundCount\":8,"           \
       "\"returnedCount\":1},\"data\":[" records "]}")

static bool request_starts(struct talk *talk, size_t index, const char *start)
{
    return span_starts(span_of(server_request(talk->server, index)), start);
}

static bool request_has(struct talk *talk, size_t index, const char *words)
{
    return strstr(server_request(talk->server, index), words) != NULL;
}

#define DATABASE "/fmi/data/vLatest/databases/Clinic%20A"

/* --- sessions ------------------------------------------------------------------------------- */

TEST(a_url_has_no_path)
{
    static const struct {
        const char *url;
        bool good;
    } cases[] = {
        { "https://fms.example.com", true },
        { "https://fms.example.com/", true },
        { "http://127.0.0.1:3000", true },
        { "https://fms.example.com/fmi", false },
        { "https://fms.example.com/?x", false },
        { "fms.example.com", false },
        { "https://api:secret@fms.example.com", false },
        { "", false },
    };
    struct cancel *cancel = cancel_new();

    http_setup();
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct filemaker_settings settings = { .url = cases[i].url, .database = "x" };
        auto_filemaker *filemaker = NULL;
        struct err err = { 0 };

        CHECK_AT(i, filemaker_new(&settings, cancel, &filemaker, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good || (err.kind == ERR_USAGE && !filemaker));
    }
    cancel_free(cancel);
    http_teardown();
}

TEST(a_login_is_tried_as_often_as_it_helps)
{
    static const struct {
        struct reply replies[REPLIES_MAX];
        bool good;
        size_t requests;
        enum err_kind kind;
        int reason;
    } cases[] = {
        { { LOGIN, LOGOUT }, true, 1, ERR_NONE, 0 },
        { { { 200, "X-FM-Data-Access-Token: t0ken\r\n", OK("{}"), WHOLE }, LOGOUT },
          true,
          1,
          ERR_NONE,
          0 },
        { { { 200, NULL, OK("{\"token\":\"t0ken\"}"), WHOLE }, LOGOUT }, true, 1, ERR_NONE, 0 },
        { { { 200, "X-FM-Data-Access-Token: t0ken\r\n", OK("{\"token\":\"other\"}"), WHOLE },
            LOGOUT },
          true,
          1,
          ERR_NONE,
          0 },
        { { { 200, NULL, OK("{}"), WHOLE } }, false, 1, ERR_DATA, 0 },
        { { { 401, NULL, ERROR("212"), WHOLE }, LOGIN, LOGOUT }, true, 2, ERR_NONE, 0 },
        { { { 401, NULL, ERROR("212"), WHOLE }, { 401, NULL, ERROR("212"), WHOLE } },
          false,
          2,
          ERR_REMOTE,
          212 },
        { { { 500, NULL, ERROR("802"), WHOLE }, LOGIN, LOGOUT }, true, 2, ERR_NONE, 0 },
        { { { 502, NULL, HTML, WHOLE }, LOGIN, LOGOUT }, true, 2, ERR_NONE, 0 },
        { { { 200, NULL, "", LOST }, LOGIN, LOGOUT }, true, 2, ERR_NONE, 0 },
        { { { 500, NULL, ERROR("953"), WHOLE } }, false, 1, ERR_REMOTE, 953 },
        { { { 500, NULL, ERROR("214"), WHOLE } }, false, 1, ERR_REMOTE, 214 },
        { { { 500, NULL, ERROR("812"), WHOLE }, LOGIN, LOGOUT }, true, 2, ERR_NONE, 0 },
        { { { 404, NULL, HTML, WHOLE } }, false, 1, ERR_REMOTE, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_talk talk = { 0 };
        struct err err = { 0 };

        talk_begin(&talk, cases[i].replies);
        CHECK_AT(i, filemaker_log_in(talk.filemaker, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good || (err.kind == cases[i].kind && err.reason == cases[i].reason));
        CHECK_AT(i, !strstr(err.msg, "words") && !strstr(err.msg, "pass word"));
        CHECK_AT(i, server_count(talk.server) == cases[i].requests);
        for (size_t k = 0; k < cases[i].requests; k++) {
            CHECK_AT(i, request_starts(&talk, k, "POST " DATABASE "/sessions HTTP/1.1\r\n"));
            CHECK_AT(i, request_has(&talk, k, "\r\nAuthorization: Basic YXBpOnBhc3Mgd29yZA==\r\n"));
            CHECK_AT(i, request_has(&talk, k, "\r\nContent-Type: application/json\r\n"));
            CHECK_AT(i, span_ends(span_of(server_request(talk.server, k)), "\r\n\r\n{}"));
        }
        if (!cases[i].good)
            continue;
        CHECK_AT(i, filemaker_log_in(talk.filemaker, &err)); /* there is a session already */
        filemaker_free(take(talk.filemaker));
        CHECK_AT(i, request_starts(&talk, cases[i].requests,
                                   "DELETE " DATABASE "/sessions/t0ken HTTP/1.1\r\n"));
        CHECK_AT(i, !request_has(&talk, cases[i].requests, "Authorization"));
        CHECK_AT(i, server_surplus(talk.server) == 0);
    }
}

/* Lost answers to a login, however many, are no reason to stop: nothing was written. */
TEST(a_lost_login_is_nothing_done)
{
    static const struct reply replies[] = { { 200, NULL, "", LOST },
                                            { 200, NULL, "", LOST },
                                            { 200, NULL, "", LOST },
                                            { 200, NULL, "", LOST },
                                            { 0 } };
    auto_talk talk = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(!filemaker_log_in(talk.filemaker, &err) && err.kind == ERR_NET);
    CHECK(server_count(talk.server) == 4);
}

/* The session is given back whatever happened, and however great the hurry. */
TEST(who_logged_in_logs_out)
{
    static const struct reply replies[] = { LOGIN, LOGOUT, LOGIN_AGAIN, LOGOUT, { 0 } };
    auto_talk talk = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    filemaker_log_out(talk.filemaker);
    CHECK(server_count(talk.server) == 0);
    CHECK(filemaker_log_in(talk.filemaker, &err));
    filemaker_log_out(talk.filemaker);
    CHECK(request_starts(&talk, 1, "DELETE " DATABASE "/sessions/t0ken "));
    CHECK(filemaker_log_in(talk.filemaker, &err));
    cancel_set(talk.cancel);
    filemaker_free(take(talk.filemaker));
    CHECK(request_starts(&talk, 3, "DELETE " DATABASE "/sessions/t1ken "));
    CHECK(server_is_over(talk.server));
}

/* --- calls ---------------------------------------------------------------------------------- */

TEST(an_answer_is_read_by_its_code)
{
    static const struct {
        struct reply replies[REPLIES_MAX];
        bool good;
        size_t requests; /* without the last one, which logs out */
        enum err_kind kind;
        int code, reason;
    } cases[] = {
        { { LOGIN, { 200, NULL, PAGE(RECORD("7", "3", "")), WHOLE }, LOGOUT },
          true,
          2,
          ERR_NONE,
          0,
          0 },
        { { LOGIN,
            { 200, NULL, "{" OK_MESSAGE ",\"response\":{\"data\":[" RECORD("7", "3", "") "]}}",
              WHOLE },
            LOGOUT },
          true,
          2,
          ERR_NONE,
          0,
          0 },
        { { LOGIN,
            { 200, NULL,
              "{\"response\":{\"data\":[" RECORD("7", "3", "") "]},\"messages\":[{\"code\":0}]}",
              WHOLE },
            LOGOUT },
          true,
          2,
          ERR_NONE,
          0,
          0 },
        { { LOGIN, { 500, NULL, ERROR("101"), WHOLE }, LOGOUT }, false, 2, ERR_REMOTE, 500, 101 },
        { { LOGIN, { 200, NULL, ERROR("105"), WHOLE }, LOGOUT }, false, 2, ERR_REMOTE, 200, 105 },
        { { LOGIN,
            { 500, NULL, ERROR("301"), WHOLE },
            { 200, NULL, PAGE(RECORD("7", "3", "")), WHOLE },
            LOGOUT },
          true,
          3,
          ERR_NONE,
          0,
          0 },
        { { LOGIN,
            { 502, NULL, HTML, WHOLE },
            { 200, NULL, PAGE(RECORD("7", "3", "")), WHOLE },
            LOGOUT },
          true,
          3,
          ERR_NONE,
          0,
          0 },
        { { LOGIN,
            { 200, NULL, "", LOST },
            { 200, NULL, PAGE(RECORD("7", "3", "")), WHOLE },
            LOGOUT },
          true,
          3,
          ERR_NONE,
          0,
          0 },
        { { LOGIN,
            { 200, NULL, "{\"resp", SHORT },
            { 200, NULL, PAGE(RECORD("7", "3", "")), WHOLE },
            LOGOUT },
          true,
          3,
          ERR_NONE,
          0,
          0 },
        { { LOGIN,
            { 200, NULL, HTML, WHOLE },
            { 200, NULL, PAGE(RECORD("7", "3", "")), WHOLE },
            LOGOUT },
          true,
          3,
          ERR_NONE,
          0,
          0 },
        { { LOGIN,
            { 200, NULL, "", WHOLE },
            { 200, NULL, PAGE(RECORD("7", "3", "")), WHOLE },
            LOGOUT },
          true,
          3,
          ERR_NONE,
          0,
          0 },
        { { LOGIN, { 404, NULL, HTML, WHOLE }, LOGOUT }, false, 2, ERR_REMOTE, 404, 0 },
        { { LOGIN,
            { 401, NULL, ERROR("952"), WHOLE },
            LOGIN_AGAIN,
            { 200, NULL, PAGE(RECORD("7", "3", "")), WHOLE },
            LOGOUT },
          true,
          4,
          ERR_NONE,
          0,
          0 },
        { { LOGIN,
            { 401, NULL, ERROR("952"), WHOLE },
            LOGIN_AGAIN,
            { 401, NULL, ERROR("952"), WHOLE },
            LOGOUT },
          false,
          4,
          ERR_REMOTE,
          401,
          952 },
        { { LOGIN, { 200, NULL, PAGE(RECORD("8", "3", "")), WHOLE }, LOGOUT },
          false,
          2,
          ERR_DATA,
          0,
          0 },
        { { LOGIN, { 200, NULL, PAGE(""), WHOLE }, LOGOUT }, false, 2, ERR_DATA, 0, 0 },
        { { LOGIN, { 200, NULL, OK("{}"), WHOLE }, LOGOUT }, false, 2, ERR_DATA, 0, 0 },
        { { LOGIN, { 200, NULL, "{" OK_MESSAGE "}", WHOLE }, LOGOUT }, false, 2, ERR_DATA, 0, 0 },
        { { LOGIN, { 200, NULL, PAGE("{\"fieldData\":{},\"recordId\":\"7\"}"), WHOLE }, LOGOUT },
          false,
          2,
          ERR_DATA,
          0,
          0 },
        { { LOGIN,
            { 200, NULL, PAGE("{\"fieldData\":[],\"recordId\":\"7\",\"modId\":\"1\"}"), WHOLE },
            LOGOUT },
          false,
          2,
          ERR_DATA,
          0,
          0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_talk talk = { 0 };
        auto_page page = { 0 };
        struct err err = { 0 };

        talk_begin(&talk, cases[i].replies);
        CHECK_AT(i, filemaker_record(talk.filemaker, "API Docs", 7, &page, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good == (page.count == 1));
        CHECK_AT(i, cases[i].good
                        || (err.kind == cases[i].kind && err.code == cases[i].code
                            && err.reason == cases[i].reason));
        CHECK_AT(i, !strstr(err.msg, "words"));
        CHECK_AT(i, server_count(talk.server) == cases[i].requests);
        CHECK_AT(i, request_starts(&talk, cases[i].requests - 1,
                                   "GET " DATABASE "/layouts/API%20Docs/records/7 HTTP/1.1\r\n"));
        CHECK_AT(i, request_has(&talk, 1, "\r\nAuthorization: Bearer t0ken\r\n"));
        filemaker_free(take(talk.filemaker));
        CHECK_AT(i, server_surplus(talk.server) == 0);
    }
}

/* An answer without a Data API message is from the web server in front, whatever its status. */
TEST(a_call_that_reads_is_tried_four_times)
{
    static const struct reply replies[] = {
        LOGIN,
        { 200, NULL, "{\"response\":{}}", WHOLE },
        { 200, NULL, "{\"messages\":[]}", WHOLE },
        { 500, NULL, "{\"messages\":[{\"code\":\"OK\"}],\"response\":{}}", WHOLE },
        { 503, NULL, "{\"messages\":\"0\"}", WHOLE },
        LOGOUT,
        { 0 }
    };
    auto_talk talk = { 0 };
    auto_page page = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(!filemaker_record(talk.filemaker, "x", 7, &page, &err));
    CHECK(err.kind == ERR_REMOTE && err.code == 503 && err.reason == 0);
    CHECK(server_count(talk.server) == 5);
}

TEST(asking_to_stop_ends_the_tries)
{
    static const struct reply replies[] = { LOGIN, { 502, NULL, HTML, WHOLE }, LOGOUT, { 0 } };
    auto_talk talk = { 0 };
    auto_page page = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(filemaker_log_in(talk.filemaker, &err));
    cancel_set(talk.cancel);
    CHECK(!filemaker_record(talk.filemaker, "x", 7, &page, &err) && err.kind == ERR_CANCELED);
}

TEST(the_product_may_keep_its_version_to_itself)
{
    static const struct {
        const char *body, *name, *version, *stamp;
    } cases[] = {
        { OK("{\"productInfo\":{\"name\":\"FileMaker Data API Engine\",\"version\":\"21.0.1.62\","
             "\"dateFormat\":\"MM/dd/yyyy\",\"timeStampFormat\":\"MM/dd/yyyy HH:mm:ss\"}}"),
          "FileMaker Data API Engine", "21.0.1.62", "MM/dd/yyyy HH:mm:ss" },
        { OK("{\"productInfo\":{\"name\":\"Engine\"}}"), "Engine", "", "" },
        { OK("{\"productInfo\":{\"name\":\"" HASH HASH "\"}}"), NULL, "", "" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct reply replies[] = { { 200, NULL, cases[i].body, WHOLE }, { 0 } };
        struct filemaker_product product = { 0 };
        auto_talk talk = { 0 };
        struct err err = { 0 };

        talk_begin(&talk, replies);
        CHECK_AT(i, filemaker_product(talk.filemaker, &product, &err));
        CHECK_AT(i, request_starts(&talk, 0, "GET /fmi/data/vLatest/productInfo HTTP/1.1\r\n"));
        CHECK_AT(i, !request_has(&talk, 0, "Authorization"));
        if (cases[i].name)
            CHECK_STR(product.name, cases[i].name);
        CHECK_STR(product.version, cases[i].version);
        CHECK_STR(product.stamp_format, cases[i].stamp);
    }
}

#define FIELD(name, type, result, more)                                                            \
    "{\"name\":\"" name "\",\"type\":\"" type                                                      \
    "\",\"displayType\":\"editText\",\"result\":\"" result "\"" more "}"

TEST(a_layout_tells_its_fields)
{
    static const struct reply replies[] = {
        LOGIN,
        { 200, NULL,
          OK("{\"fieldMetaData\":[" FIELD("id", "normal", "text", ",\"global\":false,\"maxRepeat\":1") "," FIELD("Scan", "normal", "container", ",\"maxRepeat\":3,\"repetitionStart\":1,\"repetitionEnd\":2") "," FIELD(
              "g", "normal", "text",
              ",\"global\":true") "," FIELD("", "invalid", "invalid",
                                            "") "," FIELD("odd", "calculation", "number",
                                                          ",\"repetitionStart\":5,"
                                                          "\"repetitionEnd\":2") "],"
                                                                                 "\"portalMetaData"
                                                                                 "\":{\"a\":[],"
                                                                                 "\"b\":[]}}"),
          WHOLE },
        { 200, NULL, OK("{\"fieldMetaData\":[]}"), WHOLE },
        { 200, NULL, OK("{\"fieldMetaData\":[{\"name\":\"id\"}]}"), WHOLE },
        { 500, NULL, ERROR("105"), WHOLE },
        LOGOUT,
        { 0 }
    };
    auto_talk talk = { 0 };
    auto_layout layout = { 0 }, none = { 0 }, bad = { 0 };
    const struct filemaker_field *scan;
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(filemaker_layout(talk.filemaker, "Ä/B", &layout, &err));
    CHECK(request_starts(&talk, 1, "GET " DATABASE "/layouts/%C3%84%2FB HTTP/1.1\r\n"));
    CHECK(layout.count == 5 && layout.portals == 2);
    scan = filemaker_field(&layout, "Scan");
    CHECK(scan && scan->repetitions == 3 && scan->repetitions_shown == 2 && !scan->global);
    if (scan)
        CHECK_STR(scan->result, "container");
    CHECK(filemaker_field(&layout, "g")->global);
    CHECK(filemaker_field(&layout, "odd")->repetitions_shown == 1);
    CHECK(!filemaker_field(&layout, "scan") && !filemaker_field(&layout, "nothing"));
    CHECK(filemaker_layout(talk.filemaker, "x", &none, &err) && none.count == 0);
    CHECK(!filemaker_layout(talk.filemaker, "x", &bad, &err) && err.kind == ERR_DATA);
    CHECK(strstr(err.msg, "fieldMetaData[0].type") != NULL);
    CHECK(!filemaker_layout(talk.filemaker, "x", &bad, &err) && err.reason == 105);
    CHECK(strstr(err.msg, "'x'") != NULL);
}

/* --- records -------------------------------------------------------------------------------- */

TEST(behind_the_last_record_there_is_none)
{
    static const struct {
        struct reply reply;
        bool good;
        uint64_t found;
    } cases[] = {
        { { 200, NULL, OK("{\"dataInfo\":{\"foundCount\":8,\"totalRecordCount\":9},\"data\":[]}"),
            WHOLE },
          true,
          8 },
        { { 200, NULL, OK("{\"data\":[]}"), WHOLE }, true, UINT64_MAX },
        { { 500, NULL, ERROR("101"), WHOLE }, true, UINT64_MAX },
        { { 500, NULL, ERROR("401"), WHOLE }, true, UINT64_MAX },
        { { 400, NULL, ERROR("960"), WHOLE }, false, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct reply replies[] = { LOGIN, cases[i].reply, LOGOUT, { 0 } };
        auto_talk talk = { 0 };
        auto_page page = { .count = 99 };
        struct err err = { 0 };

        talk_begin(&talk, replies);
        CHECK_AT(i,
                 filemaker_records(talk.filemaker, "Docs", 101, 50, &page, &err) == cases[i].good);
        CHECK_AT(i, request_starts(&talk, 1,
                                   "GET " DATABASE "/layouts/Docs/records?_offset=101&_limit=50 "));
        if (cases[i].good)
            CHECK_AT(i, page.count == 0 && page.found == cases[i].found);
        else
            page = (struct filemaker_page){ 0 };
    }
}

/* A record is bytes: every field keeps its value as it came. */
TEST(a_record_is_kept_as_it_came)
{
    static const char fields[] =
        "\"id\":\"A\\u0000B\",\"\":\"<No Access>\",\"big\":123456789012345678901234567890.10,"
        "\"Scan(1)\":\"one\",\"Scan(2)\":\"two\",\"Plain\":\"p\",\"twice\":1,\"twice\":2,"
        "\"TO::Field\":\"r\",\"null\":null,\"lone\":\"\\ud800\"";
    const struct reply replies[] = {
        LOGIN,
        { 200, NULL,
          PAGE("{\"fieldData\":{\"id\":\"A\\u0000B\",\"\":\"<No Access>\","
               "\"big\":123456789012345678901234567890.10,\"Scan(1)\":\"one\",\"Scan(2)\":\"two\","
               "\"Plain\":\"p\",\"twice\":1,\"twice\":2,\"TO::Field\":\"r\",\"null\":null,"
               "\"lone\":\"\\ud800\"},\"portalData\":{\"a\":[],\"a\":[{\"x\":1}]},"
               "\"recordId\":\"18446744073709551614\",\"modId\":0}"),
          WHOLE },
        LOGOUT,
        { 0 }
    };
    static const struct {
        const char *name;
        struct span want; /* `at` NULL: there is none */
    } cases[] = {
        { "id", { "A\0B", 3 } },     { "big", { "123456789012345678901234567890.10", 33 } },
        { "Scan", { "one", 3 } },    { "Scan(1)", { "one", 3 } },
        { "Scan(2)", { "two", 3 } }, { "Plain(1)", { "p", 1 } },
        { "Plain(2)", { NULL, 0 } }, { "twice", { "1", 1 } },
        { "TO::Field", { "r", 1 } }, { "plain", { NULL, 0 } },
        { "", { NULL, 0 } },         { "lone", { "\xef\xbf\xbd", 3 } },
    };
    auto_talk talk = { 0 };
    auto_page page = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(filemaker_records(talk.filemaker, "Docs", 1, 1, &page, &err) && page.count == 1);
    CHECK_STR(err.msg, "");
    if (page.count != 1)
        return;
    CHECK(page.total == 9 && page.found == 8);
    CHECK(page.records[0].record_id == 18446744073709551614u && page.records[0].mod_id == 0);
    CHECK(span_equal(span_first(span_from(page.records[0].fields->raw, 1), sizeof fields - 1),
                     (struct span){ fields, sizeof fields - 1 }));
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct span text = filemaker_text(&page.records[0], cases[i].name);

        CHECK_AT(i, span_equal(text, cases[i].want));
        CHECK_AT(i, (text.at == NULL) == (cases[i].want.at == NULL));
    }
    CHECK(filemaker_value(&page.records[0], "null")->kind == JSON_NULL);
    CHECK(!filemaker_text(&page.records[0], NULL).at);
}

TEST(a_find_that_matches_nothing_is_no_failure)
{
    static const struct {
        struct reply reply;
        bool good;
        size_t count;
    } cases[] = {
        { { 200, NULL, PAGE(RECORD("7", "3", "")), WHOLE }, true, 1 },
        { { 500, NULL, ERROR("401"), WHOLE }, true, 0 },
        { { 500, NULL, ERROR("101"), WHOLE }, true, 0 },
        { { 500, NULL, ERROR("102"), WHOLE }, false, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct reply replies[] = { LOGIN, cases[i].reply, LOGOUT, { 0 } };
        auto_talk talk = { 0 };
        auto_page page = { 0 };
        struct err err = { 0 };

        talk_begin(&talk, replies);
        CHECK_AT(i, filemaker_find(talk.filemaker, "Docs", "[{\"n\":\">7\"}]",
                                   i ? NULL : "[{\"fieldName\":\"n\"}]", 1, 200, &page, &err)
                        == cases[i].good);
        CHECK_AT(i, page.count == cases[i].count);
        CHECK_AT(i, request_starts(&talk, 1, "POST " DATABASE "/layouts/Docs/_find HTTP/1.1\r\n"));
        CHECK_AT(i, span_ends(span_of(server_request(talk.server, 1)),
                              i ? "\r\n\r\n{\"query\":[{\"n\":\">7\"}],\"offset\":\"1\","
                                  "\"limit\":\"200\"}"
                                : "\r\n\r\n{\"query\":[{\"n\":\">7\"}],\"offset\":\"1\","
                                  "\"limit\":\"200\",\"sort\":[{\"fieldName\":\"n\"}]}"));
    }
}

TEST(several_values_are_looked_for_at_once)
{
    static const struct span values[] = { { "A-1", 3 }, { "b_2", 3 }, { "3", 1 } };
    struct reply replies[] = {
        LOGIN, { 200, NULL, PAGE(RECORD("7", "3", "")), WHOLE }, LOGOUT, { 0 }
    };
    auto_talk talk = { 0 };
    auto_page page = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(filemaker_find_any(talk.filemaker, "Docs", "id", values, lengthof(values), &page, &err));
    CHECK(page.count == 1);
    CHECK(span_ends(span_of(server_request(talk.server, 1)),
                    "\r\n\r\n{\"query\":[{\"id\":\"==A-1\"},{\"id\":\"==b_2\"},"
                    "{\"id\":\"==3\"}],\"offset\":\"1\",\"limit\":\"6\"}"));
    CHECK(filemaker_logins(talk.filemaker) == 1);
}

TEST(what_could_be_an_operator_is_not_looked_for)
{
    static const char *const good[] = { "4F91C5BC-0000-4a00-8000-ABCDEF012345", "17", "x_1" };
    static const char *const bad[] = { "",   "a b", "==a", "a*",       "@",  "#1", "a?",
                                       "!",  "<3",  ">3",  "\"a",      "~a", "…",  "a...b",
                                       "//", "\\",  "a.b", "\xC3\xA4", "{1}" };
    char endless[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    for (size_t i = 0; i < lengthof(good); i++)
        CHECK_AT(i, filemaker_can_find(span_of(good[i])));
    for (size_t i = 0; i < lengthof(bad); i++)
        CHECK_AT(i, !filemaker_can_find(span_of(bad[i])));
    CHECK(!filemaker_can_find(span_of(endless)));
    endless[64] = '\0';
    CHECK(filemaker_can_find(span_of(endless)));
}

/* --- writing -------------------------------------------------------------------------------- */

static const struct filemaker_entry mark_entries[] = {
    { "Exported \"at\"", { "11/23/2026 08:15:02", 19 } },
    { "Ort", { "a/\\b", 4 } },
};
static const struct filemaker_write mark_write = { "Docs", 7, 3, mark_entries, 2 };

/* A write is sent once; if it may have happened, the error says so. */
TEST(a_write_is_sure_or_says_that_it_is_not)
{
    static const struct {
        struct reply replies[REPLIES_MAX];
        enum err_kind kind;
        int reason;
        size_t requests;
    } cases[] = {
        { { LOGIN, { 200, NULL, OK("{\"modId\":\"4\"}"), WHOLE }, LOGOUT }, ERR_NONE, 0, 2 },
        { { LOGIN, { 200, NULL, OK("{\"modId\":4}"), WHOLE }, LOGOUT }, ERR_NONE, 0, 2 },
        { { LOGIN, { 500, NULL, ERROR("306"), WHOLE }, LOGOUT }, ERR_REMOTE, 306, 2 },
        { { LOGIN, { 500, NULL, ERROR("301"), WHOLE }, LOGOUT }, ERR_REMOTE, 301, 2 },
        { { LOGIN, { 500, NULL, ERROR("500"), WHOLE }, LOGOUT }, ERR_REMOTE, 500, 2 },
        { { LOGIN,
            { 401, NULL, ERROR("952"), WHOLE },
            LOGIN_AGAIN,
            { 200, NULL, OK("{\"modId\":\"4\"}"), WHOLE },
            LOGOUT },
          ERR_NONE,
          0,
          4 },
        { { LOGIN, { 404, NULL, HTML, WHOLE }, LOGOUT }, ERR_REMOTE, 0, 2 },
        { { LOGIN, { 502, NULL, HTML, WHOLE }, LOGOUT }, ERR_UNSURE, 0, 2 },
        { { LOGIN, { 504, NULL, "", WHOLE }, LOGOUT }, ERR_UNSURE, 0, 2 },
        { { LOGIN, { 200, NULL, HTML, WHOLE }, LOGOUT }, ERR_UNSURE, 0, 2 },
        { { LOGIN, { 200, NULL, "", WHOLE }, LOGOUT }, ERR_UNSURE, 0, 2 },
        { { LOGIN, { 200, NULL, OK("{}"), WHOLE }, LOGOUT }, ERR_UNSURE, 0, 2 },
        { { LOGIN, { 200, NULL, OK("{\"modId\":\"4\"}"), LOST }, LOGOUT }, ERR_UNSURE, 0, 2 },
        { { LOGIN, { 200, NULL, OK("{\"modId\":\"4\"}"), SHORT }, LOGOUT }, ERR_UNSURE, 0, 2 },
        { { LOGIN, { 200, NULL, OK("{\"modId\":\"4\"}"), LONG }, LOGOUT }, ERR_UNSURE, 0, 2 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_talk talk = { 0 };
        uint64_t mod_id = 0;
        struct err err = { 0 };

        talk_begin(&talk, cases[i].replies);
        CHECK_AT(i, filemaker_set(talk.filemaker, &mark_write, &mod_id, &err)
                        == (cases[i].kind == ERR_NONE));
        CHECK_AT(i, cases[i].kind == ERR_NONE
                        || (err.kind == cases[i].kind && err.reason == cases[i].reason));
        CHECK_AT(i, mod_id == (cases[i].kind == ERR_NONE ? 4 : 0));
        CHECK_AT(i, server_count(talk.server) == cases[i].requests);
        CHECK_AT(i, request_starts(&talk, 1, "PATCH " DATABASE "/layouts/Docs/records/7 "));
        CHECK_AT(i, span_ends(span_of(server_request(talk.server, 1)),
                              "\r\n\r\n{\"fieldData\":{\"Exported \\\"at\\\"\":"
                              "\"11/23/2026 08:15:02\",\"Ort\":\"a/\\\\b\"},"
                              "\"modId\":\"3\"}"));
        filemaker_free(take(talk.filemaker));
        CHECK_AT(i, server_surplus(talk.server) == 0);
    }
}

/* Nobody was there to get the write, or the login failed: surely nothing was written. */
TEST(a_write_without_a_session_is_nothing_done)
{
    static const struct reply lost[] = { { 200, NULL, "", LOST },
                                         { 200, NULL, "", LOST },
                                         { 200, NULL, "", LOST },
                                         { 200, NULL, "", LOST },
                                         { 0 } };
    static const struct reply refused[] = { LOGIN, { 0 } };
    auto_talk talk = { 0 }, gone = { 0 };
    uint64_t mod_id;
    struct err err = { 0 };

    talk_begin(&talk, lost);
    CHECK(!filemaker_set(talk.filemaker, &mark_write, &mod_id, &err));
    CHECK(err.kind == ERR_NET);
    talk_begin(&gone, refused);
    CHECK(filemaker_log_in(gone.filemaker, &err));
    server_free(take(gone.server));
    CHECK(!filemaker_set(gone.filemaker, &mark_write, &mod_id, &err));
    CHECK(err.kind == ERR_NET && err.code == HTTP_NO_CONNECTION);
}

/* --- streams -------------------------------------------------------------------------------- */

#define STREAM "/Streaming_SSL/MainDB/" HASH ".pdf?RCType=EmbeddedRCFileProcessor"
#define VALUE "https://fms.example.com:443" STREAM
#define REDIRECT(location)                                                                         \
    {                                                                                              \
        302, "Set-Cookie: X-FMS-Session-Key=k3y; HttpOnly; Path=/\r\nLocation: " location "\r\n",  \
            "", WHOLE                                                                              \
    }
#define FILE_REPLY                                                                                 \
    {                                                                                              \
        200,                                                                                       \
            "Content-Type: application/pdf\r\n"                                                    \
            "Content-Disposition: attachment; filename=\"a.pdf\"\r\n",                             \
            "%PDF-", WHOLE                                                                         \
    }

TEST(a_stream_is_followed_to_its_bytes)
{
    static const struct {
        struct reply replies[REPLIES_MAX];
        const char *value;
        size_t hops; /* 0: none was made */
        enum err_kind kind;
        int code;
    } cases[] = {
        { { LOGIN, REDIRECT(STREAM "&Redirect"), FILE_REPLY, LOGOUT }, VALUE, 2, ERR_NONE, 0 },
        { { LOGIN, REDIRECT(VALUE "&Redirect"), FILE_REPLY, LOGOUT }, VALUE, 2, ERR_NONE, 0 },
        { { LOGIN, REDIRECT("http://FMS.example.com" STREAM "&Redirect"), FILE_REPLY, LOGOUT },
          VALUE,
          2,
          ERR_NONE,
          0 },
        { { LOGIN, FILE_REPLY, LOGOUT }, VALUE, 1, ERR_NONE, 0 },
        { { LOGIN, FILE_REPLY, LOGOUT }, "http://localhost" STREAM, 1, ERR_NONE, 0 },
        { { LOGIN,
            { 307, "Set-Cookie: a=b\r\nLocation: " STREAM "\r\n", "moved", WHOLE },
            FILE_REPLY,
            LOGOUT },
          VALUE,
          2,
          ERR_NONE,
          0 },
        { { LOGIN,
            REDIRECT(STREAM "&1"),
            { 302, "Location: " STREAM "&2\r\n", "", WHOLE },
            FILE_REPLY,
            LOGOUT },
          VALUE,
          3,
          ERR_NONE,
          0 },
        { { LOGIN, REDIRECT("https://evil.example.com" STREAM), LOGOUT },
          VALUE,
          1,
          ERR_REMOTE,
          302 },
        { { LOGIN, REDIRECT("//evil.example.com" STREAM), LOGOUT }, VALUE, 1, ERR_REMOTE, 302 },
        { { LOGIN, REDIRECT("/fmi/data/vLatest/databases"), LOGOUT }, VALUE, 1, ERR_REMOTE, 302 },
        { { LOGIN, REDIRECT("ftp://fms.example.com" STREAM), LOGOUT }, VALUE, 1, ERR_REMOTE, 302 },
        { { LOGIN, { 302, "Location: " STREAM "\r\n", "", WHOLE }, LOGOUT },
          VALUE,
          1,
          ERR_REMOTE,
          302 },
        { { LOGIN, { 302, "Set-Cookie: a=b\r\n", "", WHOLE }, LOGOUT }, VALUE, 1, ERR_REMOTE, 302 },
        { { LOGIN, { 302, "Set-Cookie: ;\r\nLocation: " STREAM "\r\n", "", WHOLE }, LOGOUT },
          VALUE,
          1,
          ERR_REMOTE,
          302 },
        { { LOGIN, REDIRECT(STREAM), REDIRECT(STREAM), REDIRECT(STREAM), REDIRECT(STREAM), LOGOUT },
          VALUE,
          4,
          ERR_REMOTE,
          302 },
        { { LOGIN, { 401, NULL, "no", WHOLE }, LOGOUT }, VALUE, 1, ERR_REMOTE, 401 },
        { { LOGIN, { 404, NULL, HTML, WHOLE }, LOGOUT }, VALUE, 1, ERR_REMOTE, 404 },
        { { LOGIN, REDIRECT(STREAM), { 401, NULL, "no", WHOLE }, LOGOUT },
          VALUE,
          2,
          ERR_REMOTE,
          401 },
        { { LOGIN, { 206, NULL, "%PDF", WHOLE }, LOGOUT }, VALUE, 1, ERR_REMOTE, 206 },
        { { LOGIN, { 204, NULL, "", WHOLE }, LOGOUT }, VALUE, 1, ERR_REMOTE, 204 },
        { { LOGIN, LOGOUT }, "https://fms.example.com/fmi/data/vLatest/x", 0, ERR_DATA, 0 },
        { { LOGIN, LOGOUT }, "https://user@fms.example.com" STREAM, 0, ERR_DATA, 0 },
        { { LOGIN, LOGOUT }, "file:a.pdf", 0, ERR_DATA, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_talk talk = { 0 };
        auto_stream *stream = NULL;
        char part[16];
        size_t size = 0;
        struct err err = { 0 };

        talk_begin(&talk, cases[i].replies);
        CHECK_AT(i, filemaker_log_in(talk.filemaker, &err));
        CHECK_AT(i, filemaker_stream_open(talk.filemaker, span_of(cases[i].value), &stream, &err)
                        == (cases[i].kind == ERR_NONE));
        CHECK_AT(i, err.kind == cases[i].kind && err.code == cases[i].code);
        CHECK_AT(i, server_count(talk.server) == 1 + cases[i].hops);
        for (size_t hop = 1; hop <= cases[i].hops; hop++) {
            CHECK_AT(i, request_starts(&talk, hop, "GET " STREAM));
            CHECK_AT(i,
                     request_has(&talk, hop, "\r\nAuthorization: Bearer t0ken\r\n") == (hop == 1));
            CHECK_AT(i, request_has(&talk, hop, "\r\nCookie: ") == (hop > 1));
            CHECK_AT(i, hop == 1 || request_has(&talk, hop, "\r\nCookie: X-FMS-Session-Key=k3y\r\n")
                            || request_has(&talk, hop, "\r\nCookie: a=b\r\n"));
        }
        if (stream) {
            CHECK_AT(i, filemaker_stream_length(stream) == 5);
            CHECK_STR(filemaker_stream_disposition(stream), "attachment; filename=\"a.pdf\"");
            CHECK_AT(i, filemaker_stream_read(stream, part, sizeof part, &size, &err) && size == 5);
            CHECK_AT(i, filemaker_stream_read(stream, part, sizeof part, &size, &err) && size == 0);
        }
        filemaker_stream_close(take(stream));
        filemaker_free(take(talk.filemaker));
        CHECK_AT(i, server_surplus(talk.server) == 0 && server_is_over(talk.server));
    }
}

/* A balancer's cookie comes first; the session's is the one that counts. */
TEST(every_cookie_of_a_redirect_is_brought_along)
{
    static const struct reply replies[] = {
        LOGIN,
        { 302,
          "Set-Cookie: AWSALB=x; Path=/\r\nSet-Cookie: X-FMS-Session-Key=k3y; HttpOnly\r\n"
          "Location: " STREAM "\r\n",
          "", WHOLE },
        FILE_REPLY,
        LOGOUT,
        { 0 }
    };
    auto_talk talk = { 0 };
    auto_stream *stream = NULL;
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(filemaker_log_in(talk.filemaker, &err));
    CHECK(filemaker_stream_open(talk.filemaker, span_of(VALUE), &stream, &err));
    CHECK(request_has(&talk, 2, "\r\nCookie: AWSALB=x; X-FMS-Session-Key=k3y\r\n"));
    filemaker_stream_close(take(stream));
}

TEST(each_stream_has_its_own_cookie)
{
    static const struct reply replies[] = { LOGIN,      REDIRECT(STREAM), FILE_REPLY,
                                            FILE_REPLY, LOGOUT,           { 0 } };
    auto_talk talk = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(filemaker_log_in(talk.filemaker, &err));
    for (int i = 0; i < 2; i++) {
        auto_stream *stream = NULL;

        CHECK(filemaker_stream_open(talk.filemaker, span_of(VALUE), &stream, &err));
    }
    CHECK(request_has(&talk, 2, "\r\nCookie: ") && !request_has(&talk, 3, "\r\nCookie: "));
    CHECK(request_has(&talk, 3, "\r\nAuthorization: Bearer"));
}

TEST(a_stream_that_is_cut_says_so)
{
    static const struct {
        struct reply reply;
        enum err_kind kind;
        int code;
    } cases[] = {
        { { 200, NULL, "%PDF-", SHORT }, ERR_NET, HTTP_SHORT },
        { { 200, NULL, "%PDF-", LONG }, ERR_DATA, HTTP_MALFORMED },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct reply replies[] = { LOGIN, cases[i].reply, LOGOUT, { 0 } };
        auto_talk talk = { 0 };
        auto_stream *stream = NULL;
        char part[16];
        size_t size = 1;
        bool good = true;
        struct err err = { 0 };

        talk_begin(&talk, replies);
        CHECK_AT(i, filemaker_log_in(talk.filemaker, &err));
        CHECK_AT(i, filemaker_stream_open(talk.filemaker, span_of(VALUE), &stream, &err));
        while (good && size > 0)
            good = filemaker_stream_read(stream, part, sizeof part, &size, &err);
        CHECK_AT(i, !good && err.kind == cases[i].kind && err.code == cases[i].code);
        filemaker_stream_close(take(stream));
    }
}

/* A URL is valid only for the session that read it. */
TEST(without_a_session_there_is_no_stream)
{
    static const struct reply replies[] = { LOGIN, LOGOUT, { 0 } };
    auto_talk talk = { 0 };
    auto_stream *stream = NULL;
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(!filemaker_stream_open(talk.filemaker, span_of(VALUE), &stream, &err));
    CHECK(err.kind == ERR_REMOTE && err.code == 401 && server_count(talk.server) == 0);
}

/* --- other routes --------------------------------------------------------------------------- */

TEST(odata_gives_the_bytes_of_a_field)
{
    static const struct reply replies[] = { FILE_REPLY, { 404, NULL, "no", WHOLE }, { 0 } };
    auto_talk talk = { 0 };
    auto_stream *stream = NULL, *none = NULL;
    char part[16];
    size_t size = 0;
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(
        filemaker_odata_open(talk.filemaker, "My Docs", span_of("it's 1"), "Doc/1", &stream, &err));
    CHECK(request_starts(&talk, 0,
                         "GET /fmi/odata/v4/Clinic%20A/My%20Docs('it%27%27s%201')/"
                         "Doc%2F1/$value HTTP/1.1\r\n"));
    CHECK(request_has(&talk, 0, "\r\nAuthorization: Basic "));
    CHECK(filemaker_stream_read(stream, part, sizeof part, &size, &err) && size == 5);
    filemaker_stream_close(take(stream));
    CHECK(!filemaker_odata_open(talk.filemaker, "t", span_of("k"), "f", &none, &err));
    CHECK(err.kind == ERR_REMOTE && err.code == 404 && !none);
}

TEST(a_script_gives_the_bytes_of_a_field)
{
    static const struct {
        const char *body;
        bool good;
        const char *bytes;
    } cases[] = {
        { OK("{\"scriptResult\":\"JVBE\\r\\nRi0=\",\"scriptError\":\"0\"}"), true, "%PDF-" },
        { OK("{\"scriptResult\":\"JVBERi0=\"}"), true, "%PDF-" },
        { OK("{\"scriptResult\":\"JVBERi0=\",\"scriptError\":\"401\"}"), false, "" },
        { OK("{\"scriptResult\":\"\",\"scriptError\":\"0\"}"), false, "" },
        { OK("{\"scriptError\":\"0\"}"), false, "" },
        { OK("{\"scriptResult\":\"?\",\"scriptError\":\"0\"}"), false, "" },
        { OK("{\"scriptResult\":\"JVBERi0tLS0tLS0tLS0tLS0tLS0tLS0t\"}"), false, "" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct reply replies[] = { LOGIN, { 200, NULL, cases[i].body, WHOLE }, LOGOUT, { 0 } };
        auto_talk talk = { 0 };
        auto_str bytes = STR_MAX(20);
        struct err err = { 0 };

        talk_begin(&talk, replies);
        CHECK_AT(i, filemaker_script_bytes(talk.filemaker, "Docs", "Give it", span_of("a&b"),
                                           &bytes, &err)
                        == cases[i].good);
        CHECK_AT(i, request_starts(&talk, 1,
                                   "GET " DATABASE "/layouts/Docs/script/Give%20it"
                                   "?script.param=a%26b HTTP/1.1\r\n"));
        CHECK_AT(i, cases[i].good || err.kind == ERR_DATA);
        CHECK_STR(str_text(&bytes), cases[i].bytes);
    }
}
