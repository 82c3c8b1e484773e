/*
 * Answers to a FileMaker client that are no answers, or too long: its messages say what came, it
 * waits for what passes by itself, and it makes pages as small as they must be.
 */
#include "source/source.h"

#include "base/mem.h"
#include "base/time.h"
#include "http/http.h"
#include "server.h"
#include "source/pager.h"
#include "tap.h"

/* The server's answer to one request. */
struct reply {
    int status;          /* 0: the end of the list */
    const char *headers; /* "Name: value\r\n"... or NULL */
    const char *body;
};

enum { REPLIES_MAX = 40 };

struct talk {
    struct server_step steps[2 * REPLIES_MAX + 1];
    char *texts[REPLIES_MAX];
    size_t count;
    struct server *server;
    struct cancel *cancel;
    struct secret *password;
    char *url;
    struct source_reader *reader;
};

static void talk_end(struct talk *talk)
{
    source_free(talk->reader);
    server_free(talk->server);
    cancel_free(talk->cancel);
    secret_free(talk->password);
    free(talk->url);
    for (size_t i = 0; i < talk->count; i++)
        free(talk->texts[i]);
    http_teardown();
}

#define auto_talk __attribute__((cleanup(talk_end))) struct talk

/* Begins a talk; the struct must not be moved. */
static void talk_begin(struct talk *talk, const struct reply *replies)
{
    struct filemaker_settings settings = { .database = "Clinic",
                                           .account = "api",
                                           .first_wait_us = 1000 };
    struct err err = { 0 };

    for (; replies->status; replies++) {
        char *text = mem_printf("HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n\r\n%s", replies->status,
                                replies->headers ? replies->headers : "", strlen(replies->body),
                                replies->body);

        talk->steps[2 * talk->count] = (struct server_step){ .act = SERVER_TAKE };
        talk->steps[2 * talk->count + 1] = (struct server_step){ SERVER_SEND, text, 0 };
        talk->texts[talk->count++] = text;
    }
    http_setup();
    talk->server = server_new(talk->steps, NULL);
    talk->cancel = cancel_new();
    talk->password = secret_new(span_of("pass word"));
    talk->url = server_url(talk->server, "");
    settings.url = talk->url;
    settings.password = talk->password;
    CHECK(source_new(&settings, NULL, talk->cancel, &talk->reader, &err));
    CHECK_STR(err.msg, "");
}

#define OK_MESSAGE "\"messages\":[{\"code\":\"0\",\"message\":\"OK\"}]"
#define OK(response) "{\"response\":" response "," OK_MESSAGE "}"
#define LOGIN                                                                                      \
    {                                                                                              \
        200, "X-FM-Data-Access-Token: t0ken\r\n", OK("{\"token\":\"t0ken\"}")                      \
    }
#define LOGOUT                                                                                     \
    {                                                                                              \
        200, NULL, OK("{}")                                                                        \
    }
#define RECORD(id) "{\"fieldData\":{\"a\":\"b\"},\"recordId\":\"" id "\",\"modId\":\"1\"}"
#define PAGE(records)                                                                              \
    {                                                                                              \
        200, "Content-Type: application/json; charset=utf-8\r\n", OK("{\"data\":[" records "]}")   \
    }

/* --- words ---------------------------------------------------------------------------------- */

#define FOUR(status, headers, body)                                                                \
    {                                                                                              \
        LOGIN, { status, headers, body }, { status, headers, body }, { status, headers, body },    \
            { status, headers, body }, LOGOUT                                                      \
    }
#define ONCE(status, headers, body)                                                                \
    {                                                                                              \
        LOGIN, { status, headers, body }, LOGOUT                                                   \
    }

TEST(what_is_no_message_is_called_by_its_name)
{
    static const struct {
        struct reply replies[8];
        const char *words[3];
    } cases[] = {
        { FOUR(302, "Location: https://login.example/sso?token=s3cret\r\n", ""),
          { "redirects", "'https://login.example/sso'", "[source] url" } },
        { ONCE(404, NULL, "<!DOCTYPE HTML>\n<html><head>\n<TITLE>404 Not Found</TITLE></head>"),
          { "HTTP status 404", "('404 Not Found')", "switched off" } },
        { FOUR(503, NULL, "<html><head><title lang=en>Away\n</title>"),
          { "HTTP status 503", "('Away')", "engine is away" } },
        { FOUR(521, NULL, "<html>"), { "521", "a web page", "proxy does not reach" } },
        { FOUR(200, "Content-Type: text/html\r\n", "\xEF\xBB\xBF<html><title>Welcome</title>"),
          { "HTTP status 200", "('Welcome')" } },
        { FOUR(502, NULL, ""), { "502", "nothing else" } },
        { FOUR(200, NULL, " \r\n"), { "200", "nothing else" } },
        { FOUR(200, "Content-Type: text/plain\r\n", "\x1f\x8b\x08 abc"),
          { "compressed bytes", "(text/plain)" } },
        { FOUR(200, NULL, "\xFF\xFE{ "), { "UTF-16" } },
        { FOUR(200, NULL, "{\"response\":{\"data\":[{\"recordId\":\"1\"},{\"field"),
          { "ends at byte 45", "response.data[1]", "in the middle" } },
        { ONCE(200, NULL, "{\"response\":{\"data\":[{\"fieldData\":{\"n\":.5}}]}," OK_MESSAGE "}"),
          { "cannot be read", "not JSON at byte", "response.data[0].fieldData" } },
        { ONCE(200, "Content-Type: application/json; charset=\"iso-8859-1\"\r\n",
               "{\"response\":{\"a\":\"\xE4\"}," OK_MESSAGE "}"),
          { "'iso-8859-1'", "UTF-8" } },
        { ONCE(200, "Content-Encoding: br\r\n", "{}"), { "Content-Encoding: br" } },
        { FOUR(200, NULL, "{\"error\":\"x\"}"), { "no message of the Data API" } },
        { ONCE(500, NULL, "{\"messages\":[{\"code\":\"959\"}],\"response\":{}}"),
          { "959", "Data API is switched off" } },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_talk talk = { 0 };
        auto_page page = { 0 };
        struct err err = { 0 };

        talk_begin(&talk, cases[i].replies);
        CHECK_AT(i, !source_record(talk.reader, "x", 7, &page, &err));
        for (size_t k = 0; k < lengthof(cases[i].words) && cases[i].words[k]; k++) {
            bool is_said = strstr(err.msg, cases[i].words[k]) != NULL;

            CHECK_AT(i, is_said);
            if (!is_said)
                CHECK_STR(err.msg, cases[i].words[k]);
        }
        CHECK_AT(i, !strstr(err.msg, "s3cret"));
        source_free(take(talk.reader));
        CHECK_AT(i, server_is_over(talk.server));
    }
}

TEST(marks_and_harmless_labels_change_nothing)
{
    static const struct {
        const char *headers, *body;
    } cases[] = {
        { NULL, "\xEF\xBB\xBF" OK("{\"data\":[" RECORD("7") "]}") },
        { NULL, "\xEF\xBB\xBF\r\n " OK("{\"data\":[" RECORD("7") "]}") },
        { "Content-Type: application/json; charset=iso-8859-1\r\n",
          OK("{\"data\":[" RECORD("7") "]}") },
        { "Content-Type: application/json;Charset=\"UTF-8\"\r\n",
          OK("{\"data\":[{\"fieldData\":{\"a\":\"\xC3\xA4\"},\"recordId\":7,\"modId\":1}]}") },
        { "Content-Encoding: identity\r\n", OK("{\"data\":[" RECORD("7") "]}") },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        const struct reply replies[] = {
            LOGIN, { 200, cases[i].headers, cases[i].body }, LOGOUT, { 0 }
        };
        auto_talk talk = { 0 };
        auto_page page = { 0 };
        struct err err = { 0 };

        talk_begin(&talk, replies);
        CHECK_AT(i, source_record(talk.reader, "x", 7, &page, &err));
        CHECK_STR(err.msg, "");
    }
}

/* --- failures that pass by themselves ------------------------------------------------------- */

TEST(every_trouble_of_those_in_front_passes)
{
    for (int status = 400; status < 600; status++) {
        struct err err = { .kind = ERR_REMOTE, .code = status };
        bool passes = (status >= 500 && status != 501 && status != 505) || status == 408
                      || status == 425 || status == 429;

        CHECK_AT((size_t)status, (filemaker_advice(&err) == FILEMAKER_REPEAT) == passes);
    }
}

/* On a login, a list and a record alike; and the server says how long to wait. */
TEST(what_passes_is_asked_for_again)
{
    static const int statuses[] = {
        500, 502, 506, 511, 520, 521, 522, 523, 525, 527, 530, 599, 429
    };

    for (size_t i = 0; i < lengthof(statuses); i++) {
        const struct reply away = { statuses[i], "Retry-After: 0\r\n", "<html>" };
        const struct reply replies[] = {
            away, LOGIN, away, away, PAGE(RECORD("1")), away, PAGE(RECORD("7")), LOGOUT, { 0 }
        };
        auto_talk talk = { 0 };
        auto_page list = { 0 }, page = { 0 };
        struct err err = { 0 };

        talk_begin(&talk, replies);
        CHECK_AT(i, source_records(talk.reader, "x", 1, 100, &list, &err));
        CHECK_AT(i, source_record(talk.reader, "x", 7, &page, &err));
    }
}

/* A write that such a server refuses may have been done. */
TEST(a_write_is_in_doubt_whoever_was_away)
{
    static const struct filemaker_entry entry = { "Mark", { "y", 1 } };
    static const struct filemaker_write write = { "x", 7, 1, &entry, 1 };
    static const int statuses[] = { 500, 520, 524, 530, 504, 408 };

    for (size_t i = 0; i < lengthof(statuses); i++) {
        const struct reply replies[] = { LOGIN, { statuses[i], NULL, "<html>" }, LOGOUT, { 0 } };
        auto_talk talk = { 0 };
        uint64_t mod_id;
        struct err err = { 0 };

        talk_begin(&talk, replies);
        CHECK_AT(i, !source_set(talk.reader, &write, &mod_id, &err));
        CHECK_AT(i, err.kind == ERR_UNSURE);
    }
}

/* --- tokens --------------------------------------------------------------------------------- */

TEST(a_token_that_would_end_a_line_is_refused)
{
    static const char *const bodies[] = {
        OK("{\"token\":\"abc\\r\\nX-Evil: 1\"}"), OK("{\"token\":\"abc\\nX\"}"),
        OK("{\"token\":\"a\\u0000b\"}"),          OK("{\"token\":\"a b\"}"),
        OK("{\"token\":\"a\\u007f\"}"),           OK("{\"token\":\"\xC3\xA4\"}"),
    };

    for (size_t i = 0; i < lengthof(bodies); i++) {
        const struct reply replies[] = { { 200, NULL, bodies[i] }, { 0 } };
        auto_talk talk = { 0 };
        struct err err = { 0 };

        talk_begin(&talk, replies);
        CHECK_AT(i, !source_log_in(talk.reader, &err));
        CHECK_AT(i, err.kind == ERR_DATA && strstr(err.msg, "token") && !strstr(err.msg, "abc"));
        source_free(take(talk.reader));
        CHECK_AT(i, server_surplus(talk.server) == 0);
    }
}

/* --- pages ---------------------------------------------------------------------------------- */

#define TOO_MUCH                                                                                   \
    {                                                                                              \
        504, NULL, "<html><title>Gateway Timeout</title>"                                          \
    }
#define FAT                                                                                        \
    {                                                                                              \
        200, NULL, "{\"response\":{\"data\":[{\"fieldData\":{\"n\":.5}}]}}"                        \
    }
#define NONE                                                                                       \
    {                                                                                              \
        500, NULL, "{\"messages\":[{\"code\":\"101\"}],\"response\":{}}"                           \
    }

static void check_asked(struct talk *talk, size_t index, unsigned place, unsigned limit)
{
    auto_free char *want = mem_printf("?_offset=%u&_limit=%u ", place, limit);
    const char *got = server_request(talk->server, index);
    bool is_so = strstr(got, want) != NULL;

    CHECK_AT(index, is_so);
    if (!is_so)
        CHECK_STR(got, want);
}

TEST(a_page_that_is_too_much_is_halved_and_what_works_is_kept)
{
    static const struct reply replies[] = { LOGIN,
                                            TOO_MUCH,
                                            TOO_MUCH,
                                            PAGE(RECORD("1") "," RECORD("2")),
                                            PAGE(RECORD("2") "," RECORD("3")),
                                            LOGOUT,
                                            { 0 } };
    static const unsigned limits[] = { 100, 50, 25, 25 };
    struct pager pager = pager_of(PAGER_FIRST, PAGER_MOST);
    struct pager_gap gap;
    auto_talk talk = { 0 };
    auto_page page = { 0 }, next = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(pager_read_on(&pager, talk.reader, "x", 0, 0, &page, &gap, &err) && gap.count == 0);
    CHECK(page.place == 1 && page.asked == 25 && pager.size == 25);
    pager_begin(&pager); /* another walk knows the page size too */
    CHECK(pager_read_on(&pager, talk.reader, "x", 2, 2, &next, &gap, &err) && gap.count == 0);
    CHECK(next.place == 2 && next.asked == 25);
    for (size_t i = 0; i < lengthof(limits); i++)
        check_asked(&talk, i + 1, i < 3 ? 1 : 2, limits[i]);
}

TEST(pages_grow_again_only_after_many_good_ones)
{
    struct reply replies[REPLIES_MAX] = { LOGIN, TOO_MUCH };
    struct pager pager = pager_of(4, 4);
    auto_talk talk = { 0 };
    size_t count = 2;

    while (count < REPLIES_MAX - 2)
        replies[count++] = (struct reply)PAGE(RECORD("1"));
    talk_begin(&talk, replies);
    for (int i = 0; i < 20; i++) {
        struct pager_gap gap;
        auto_page page = { 0 };
        struct err err = { 0 };

        CHECK_AT((size_t)i, pager_read_on(&pager, talk.reader, "x", 1, 1, &page, &gap, &err));
        CHECK_AT((size_t)i, page.asked == (i < 16 ? 2 : 4));
    }
}

TEST(without_trouble_pages_grow_at_once)
{
    static const struct reply replies[] = {
        LOGIN, PAGE(RECORD("1")), PAGE(RECORD("1")), PAGE(RECORD("1")), PAGE(RECORD("1")), LOGOUT,
        { 0 }
    };
    static const uint64_t limits[] = { 100, 200, 400, 500 };
    struct pager pager = pager_of(PAGER_FIRST, PAGER_MOST);
    auto_talk talk = { 0 };

    talk_begin(&talk, replies);
    for (size_t i = 0; i < lengthof(limits); i++) {
        struct pager_gap gap;
        auto_page page = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, pager_read_on(&pager, talk.reader, "x", 1, 1, &page, &gap, &err));
        CHECK_AT(i, page.asked == limits[i]);
    }
    pager_begin(&pager);
    CHECK(pager.size == 100);
}

/* One record at a time: the next one, and then whether the last still stands in its place. */
TEST(down_to_one_nothing_is_passed_over)
{
    static const struct {
        struct reply replies[8];
        bool good;
        uint64_t place, first_id; /* of the page that is returned */
    } cases[] = {
        { { LOGIN, TOO_MUCH, PAGE(RECORD("6")), PAGE(RECORD("5")), LOGOUT }, true, 4, 6 },
        /* A record in front was deleted: the last one read has moved. */
        { { LOGIN, TOO_MUCH, PAGE(RECORD("7")), PAGE(RECORD("6")), LOGOUT }, true, 3, 6 },
        /* The end. */
        { { LOGIN, TOO_MUCH, NONE, PAGE(RECORD("5")), LOGOUT }, true, 4, 0 },
        { { LOGIN, TOO_MUCH, { 403, NULL, "" }, LOGOUT }, false, 0, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct pager pager = { .first = 2, .most = 2, .size = 2 };
        struct pager_gap gap;
        auto_talk talk = { 0 };
        auto_page page = { 0 };
        struct err err = { 0 };

        talk_begin(&talk, cases[i].replies);
        CHECK_AT(i,
                 pager_read_on(&pager, talk.reader, "x", 3, 5, &page, &gap, &err) == cases[i].good);
        check_asked(&talk, 1, 3, 2);
        check_asked(&talk, 2, 4, 1);
        if (!cases[i].good)
            continue;
        check_asked(&talk, 3, 3, 1);
        CHECK_AT(i, gap.count == 0 && page.place == cases[i].place && pager.size == 1);
        CHECK_AT(i, page.count == (cases[i].first_id ? 1 : 0));
        CHECK_AT(i, !page.count || page.records[0].record_id == cases[i].first_id);
    }
}

/* One bad record among good ones is at fault; if all fail, the record is not. */
TEST(a_record_that_is_too_much_alone_is_passed_over_with_words)
{
    static const struct {
        struct reply replies[16];
        bool good;
        uint64_t count, place;
        const char *words;
    } cases[] = {
        { { LOGIN, FAT, FAT, PAGE(RECORD("7")), FAT, LOGOUT },
          true,
          1,
          5,
          "record 6 cannot be read: reading 1 records of 'x' from the 4th on: the answer cannot be "
          "read: not JSON at byte 40, in response.data[0].fieldData: lexical error: invalid char "
          "in "
          "json text." },
        { { LOGIN, FAT, FAT, FAT, PAGE(RECORD("9")), FAT, LOGOUT },
          true,
          2,
          6,
          "2 records between records 5 and 9 cannot be read: reading 1 records of 'x' from the 4th "
          "on: the answer cannot be read: not JSON at byte 40, in response.data[0].fieldData: "
          "lexical error: invalid char in json text." },
        /* It was an accident. */
        { { LOGIN, TOO_MUCH, TOO_MUCH, PAGE(RECORD("7")), PAGE(RECORD("6")), PAGE(RECORD("5")),
            LOGOUT },
          true,
          0,
          4,
          NULL },
        { { LOGIN, TOO_MUCH, TOO_MUCH, TOO_MUCH, TOO_MUCH, TOO_MUCH, TOO_MUCH, LOGOUT },
          false,
          0,
          0,
          NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct pager pager = {
            .first = 8, .most = 8, .size = 2, .size_before = 8, .good_needed = 16
        };
        struct pager_gap gap;
        auto_talk talk = { 0 };
        auto_page page = { 0 };
        struct err err = { 0 };
        char words[400];

        talk_begin(&talk, cases[i].replies);
        CHECK_AT(i,
                 pager_read_on(&pager, talk.reader, "x", 3, 5, &page, &gap, &err) == cases[i].good);
        CHECK_AT(i, gap.count == cases[i].count && page.place == cases[i].place);
        if (!cases[i].words)
            continue;
        pager_gap_tell(&gap, words, sizeof words);
        CHECK_STR(words, cases[i].words);
        CHECK_AT(i, pager.size == 8); /* later pages may have the usual size */
    }
}
