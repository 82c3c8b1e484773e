/*
 * A source by OData against a server that plays scripts: what becomes of rows, links, addresses, names and refusals. What
 * is asked is held against what servers are known to take.
 */
#include "source/odata_values.h"
#include "source/source.h"

#include "base/mem.h"
#include "http/http.h"
#include "server.h"
#include "tap.h"

struct reply {
    int status; /* 0: the end of the list */
    const char *media, *body;
};

enum { REPLIES_MAX = 12 };

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
    struct filemaker_settings settings = { .database = "My Clinic",
                                           .account = "api",
                                           .is_odata = true,
                                           .container = "Doc",
                                           .first_wait_us = 1000 };
    struct err err = { 0 };

    for (; replies->status; replies++) {
        char *text =
            mem_printf("HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
                       replies->status, replies->media, strlen(replies->body), replies->body);

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

#define KEYED "<Key><PropertyRef Name=\"id\"/></Key>"
#define BY_ROWID "<Key><PropertyRef Name=\"ROWID\"/></Key>"
#define METADATA(key, version)                                                                     \
    {                                                                                              \
        200, "application/xml",                                                                    \
            "<edmx:Edmx xmlns:edmx=\"x\"><Schema>" version "<EntityType Name=\"DOCS_\">" key       \
            "<Property Name=\"id\" Type=\"Edm.String\"/><Property Name=\"When\" "                  \
            "Type=\"Edm.Date\"/><Property Name=\"Doc\" Type=\"Edm.Stream\"/></EntityType>"         \
            "</Schema></edmx:Edmx>"                                                                \
    }
#define SINCE_20 "<Annotation Term=\"ServerVersion\" String=\"OData Engine 22.0.4\"/>"
#define JSON(text)                                                                                 \
    {                                                                                              \
        200, "application/json", text                                                              \
    }
#define ADDRESS "https://inner.example/fmi/odata/v4/My%20Clinic/DOCS('7')"
#define ROW(id, row)                                                                               \
    "{\"@id\":\"" ADDRESS "\",\"ROWID\":\"" row "\",\"ROWMODID\":3,\"id\":\"" id                   \
    "\",\"When\":\"2024-03-01\"}"
#define ROWS(rows, more) JSON("{" more "\"value\":[" rows "]}")
#define NAME(text)                                                                                 \
    {                                                                                              \
        200, "text/plain;charset=utf-8", text                                                      \
    }

static void check_asked(const struct talk *talk, size_t index, const char *begins)
{
    const char *request = server_request(talk->server, index);

    CHECK_AT(index, span_starts(span_of(request), begins));
    if (!span_starts(span_of(request), begins))
        CHECK_STR(request, begins);
}

static bool is_asked_with(const struct talk *talk, size_t index, const char *line)
{
    return strstr(server_request(talk->server, index), line) != NULL;
}

/* --- values --------------------------------------------------------------------------------- */

static void check_value(const char *type, const char *json_text, const char *want)
{
    auto_str text = STR_MAX(KIB(4));
    auto_json *json = NULL;
    struct json_writer w = JSON_WRITER(&text);
    char *name = mem_text("f"), *type_text = mem_text(type);
    struct metadata_field field = { .name = name, .type = type_text, .repetitions = 1 };
    struct err err = { 0 };

    CHECK(json_read(span_of(json_text), &json, &err));
    odata_value_rewrite(&w, &field, json_root(json));
    CHECK_STR(str_text(&text), want);
    free(name);
    free(type_text);
}

TEST(values_take_the_form_of_the_data_api)
{
    check_value("Edm.String", "\"a\\u00e4\"", "\"a\xC3\xA4\"");
    check_value("Edm.String", "null", "\"\"");
    check_value("Edm.Date", "\"2024-03-01\"", "\"03/01/2024\"");
    check_value("Edm.Date", "\"2024-3-1\"", "\"2024-3-1\"");
    check_value("Edm.DateTimeOffset", "\"2025-10-31T10:03:27Z\"", "\"10/31/2025 10:03:27\"");
    check_value("Edm.DateTimeOffset", "\"2025-10-31T10:03:27.125+02:00\"",
                "\"10/31/2025 10:03:27\"");
    check_value("Edm.DateTimeOffset", "\"2025-10-31T10:03:27 and more\"",
                "\"2025-10-31T10:03:27 and more\"");
    check_value("Edm.Decimal", "\"10003\"", "10003");
    check_value("Edm.Decimal", "12345678901234567890.25", "12345678901234567890.25");
    check_value("Edm.Decimal", "\"-.25\"", "-0.25");
    check_value("Edm.Decimal", "\".5\"", "0.5");
    check_value("Edm.Decimal", "\"0012\"", "\"0012\"");
    check_value("Edm.Decimal", "\"1e400\"", "1e400");
    check_value("Edm.Decimal", "\"12 or so\"", "\"12 or so\"");
    check_value("Edm.Decimal", "?", "\"\"");
}

TEST(names_with_blanks_stand_in_quotes)
{
    auto_str text = STR_MAX(256);

    odata_add_name(&text, "id_Contact");
    str_add_char(&text, ',');
    odata_add_name(&text, "Größe (cm)");
    CHECK_STR(str_text(&text), "id_Contact,%22Gr%C3%B6%C3%9Fe%20%28cm%29%22");
}

/* --- pages ---------------------------------------------------------------------------------- */

TEST(rows_become_records)
{
    static const struct reply replies[] = { METADATA(BY_ROWID, ""),
                                            ROWS(ROW("A", "7"), "\"@count\":\"1\","),
                                            { 0 } };
    auto_talk talk = { 0 };
    auto_page page = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(source_records(talk.reader, "DOCS", 1, 100, &page, &err));
    CHECK(page.count == 1 && page.found == 1 && page.records[0].record_id == 7);
    CHECK(page.records[0].mod_id == 3);
    CHECK(span_is(filemaker_text(&page.records[0], "id"), "A"));
    CHECK(span_is(filemaker_text(&page.records[0], "When"), "03/01/2024"));
    CHECK(span_is(filemaker_text(&page.records[0], "Doc"),
                  "https://odata/fmi/odata/v4/My%20Clinic/DOCS('7')/Doc/$value"));
    check_asked(&talk, 0, "GET /fmi/odata/v4/My%20Clinic/$metadata HTTP/1.1\r\n");
    check_asked(&talk, 1,
                "GET /fmi/odata/v4/My%20Clinic/DOCS?$select=ROWID,ROWMODID,id,When&$skip=0&$top=100"
                "&$count=true HTTP/1.1\r\n");
    CHECK(is_asked_with(&talk, 1, "Accept: application/json;IEEE754Compatible=true\r\n"));
    CHECK(is_asked_with(&talk, 1, "Authorization: Basic YXBpOnBhc3Mgd29yZA==\r\n"));
}

TEST(next_links_are_followed_at_our_own_host)
{
    static const struct reply replies[] = {
        METADATA(BY_ROWID, ""),
        ROWS(ROW("A", "7"),
             "\"@odata.nextLink\":\"https://evil.example/fmi/odata/v4/My%20Clinic/DOCS?$skip=1\","),
        ROWS(ROW("B", "8"), ""),
        { 0 },
    };
    auto_talk talk = { 0 };
    auto_page page = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(source_records(talk.reader, "DOCS", 1, 100, &page, &err));
    CHECK(page.count == 2 && page.records[1].record_id == 8);
    check_asked(&talk, 2, "GET /fmi/odata/v4/My%20Clinic/DOCS?$skip=1 HTTP/1.1\r\n");
}

TEST(answers_that_make_no_sense_are_refused)
{
    static const struct {
        struct reply replies[6];
        const char *words;
    } cases[] = {
        { { METADATA(BY_ROWID, ""), ROWS(ROW("A", "7") "," ROW("B", "8"), ""), { 0 } },
          "more rows than" },
        { { METADATA(BY_ROWID, ""), ROWS("{\"@id\":\"x\",\"ROWMODID\":1}", ""), { 0 } },
          "without its ROWID" },
        { { METADATA(BY_ROWID, ""),
            ROWS("{\"@id\":\"x\",\"ROWID\":-1,\"ROWMODID\":1}", ""),
            { 0 } },
          "without its ROWID" },
        { { METADATA(BY_ROWID, ""), ROWS("", "\"@nextLink\":\"DOCS?$skip=0\","), { 0 } },
          "no row before it" },
        { { METADATA(BY_ROWID, ""),
            ROWS("{\"@id\":\"https://x/else/where\",\"ROWID\":1,\"ROWMODID\":1}", ""),
            { 0 } },
          "leads elsewhere" },
        { { METADATA(BY_ROWID, ""), JSON("{\"value\":7}"), { 0 } }, "not an array" },
        { { METADATA(BY_ROWID, ""), JSON("[]"), { 0 } }, "no object" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_talk talk = { 0 };
        auto_page page = { 0 };
        struct err err = { 0 };

        talk_begin(&talk, cases[i].replies);
        CHECK_AT(i, !source_records(talk.reader, "DOCS", 1, 1, &page, &err));
        CHECK_AT(i, err.kind == ERR_DATA && strstr(err.msg, cases[i].words));
    }
}

/* --- refusals ------------------------------------------------------------------------------- */

TEST(refusals_have_the_numbers_of_the_data_api)
{
    static const struct {
        struct reply answer;
        int reason;
        const char *words;
    } cases[] = {
        { { 401, "application/json", "{\"error\":{\"code\":\"212\",\"message\":\"Dr. No\"}}" },
          FILEMAKER_BAD_LOGIN,
          "212" },
        { { 401, "text/html", "<html>" }, FILEMAKER_BAD_LOGIN, "HTTP status 401" },
        { { 403, "text/html", "" }, 9, "HTTP status 403" },
        { { 404, "text/html", "<html>" }, 0, "switched off" },
        { { 404, "application/json", "{\"error\":{\"code\":\"-1020\",\"message\":\"x\"}}" },
          FILEMAKER_LAYOUT_MISSING,
          "-1020" },
        { { 400, "application/json", "{\"error\":{\"code\":\"8309\",\"message\":\"x\"}}" },
          FILEMAKER_FIELD_MISSING,
          "8309" },
        { { 400, "application/json", "{\"error\":{\"code\":\"-1002\",\"message\":\"x\"}}" },
          0,
          "-1002" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        const struct reply replies[] = { cases[i].answer, { 0 } };
        auto_talk talk = { 0 };
        struct err err = { 0 };

        talk_begin(&talk, replies);
        CHECK_AT(i, !source_log_in(talk.reader, &err));
        CHECK_AT(i, err.kind == ERR_REMOTE && err.reason == cases[i].reason);
        CHECK_AT(i, strstr(err.msg, cases[i].words) && !strstr(err.msg, "Dr. No"));
    }
}

TEST(what_passes_is_asked_for_again)
{
    static const struct reply replies[] = { { 503, "text/html", "" }, METADATA("", ""), { 0 } };
    auto_talk talk = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(source_log_in(talk.reader, &err));
    CHECK(server_count(talk.server) == 2);
}

/* --- one record, and its file --------------------------------------------------------------- */

static bool document_read(struct talk *talk, const struct filemaker_page *page, char *bytes,
                          size_t room, struct err *err)
{
    auto_source_stream *stream = NULL;
    size_t got = 1, used = 0;

    if (!source_stream_open(talk->reader, filemaker_text(&page->records[0], "Doc"), &stream, err))
        return false;
    while (got > 0) {
        if (!source_stream_read(stream, bytes + used, room - 1 - used, &got, err))
            return false;
        used += got;
    }
    bytes[used] = '\0';
    return true;
}

TEST(a_file_comes_with_its_name)
{
    static const struct reply replies[] = { METADATA(BY_ROWID, SINCE_20),
                                            ROWS(ROW("A", "7"), ""),
                                            NAME("Brief M\xC3\xBCller.pdf"),
                                            { 200, "application/pdf", "%PDF-1.4" },
                                            { 0 } };
    auto_talk talk = { 0 };
    auto_page page = { 0 };
    char bytes[64];
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(source_record(talk.reader, "DOCS", 7, &page, &err));
    CHECK(span_is(filemaker_extension(filemaker_text(&page.records[0], "Doc")), "pdf"));
    CHECK(document_read(&talk, &page, bytes, sizeof bytes, &err));
    CHECK_STR(bytes, "%PDF-1.4");
    CHECK(is_asked_with(&talk, 1, "?$select=ROWID,ROWMODID,id,When&$filter=ROWID%20eq%207 HTTP"));
    CHECK(is_asked_with(&talk, 2, "Accept: application/octet-stream\r\n"));
    check_asked(&talk, 3, "GET /fmi/odata/v4/My%20Clinic/DOCS('7')/Doc/$value HTTP/1.1\r\n");
    CHECK(is_asked_with(&talk, 3, "Accept: */*\r\n"));
}

TEST(a_name_is_not_asked_for_twice_while_nothing_changes)
{
    static const struct reply replies[] = { METADATA(BY_ROWID, SINCE_20),
                                            ROWS(ROW("A", "7"), ""),
                                            NAME("a.pdf"),
                                            ROWS(ROW("A", "7"), ""),
                                            { 0 } };
    auto_talk talk = { 0 };
    auto_page first = { 0 }, second = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(source_record(talk.reader, "DOCS", 7, &first, &err));
    CHECK(source_record(talk.reader, "DOCS", 7, &second, &err));
    CHECK(span_ends(filemaker_text(&second.records[0], "Doc"), "$value/a.pdf"));
    CHECK(server_count(talk.server) == 4);
}

TEST(the_name_is_never_taken_for_the_file)
{
    static const struct reply replies[] = { METADATA(BY_ROWID, SINCE_20),
                                            ROWS(ROW("A", "7"), ""),
                                            NAME("notes.txt"),
                                            NAME("notes.txt"),
                                            { 0 } };
    static const struct reply others[] = { METADATA(BY_ROWID, SINCE_20),
                                           ROWS(ROW("A", "7"), ""),
                                           NAME("notes.txt"),
                                           NAME("nine byte"),
                                           { 0 } };
    auto_talk talk = { 0 }, other = { 0 };
    auto_page page = { 0 }, other_page = { 0 };
    char bytes[64];
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(source_record(talk.reader, "DOCS", 7, &page, &err));
    CHECK(!document_read(&talk, &page, bytes, sizeof bytes, &err));
    CHECK(err.kind == ERR_DATA && strstr(err.msg, "the name of the file"));
    talk_begin(&other, others);
    CHECK(source_record(other.reader, "DOCS", 7, &other_page, &err));
    CHECK(document_read(&other, &other_page, bytes, sizeof bytes, &err));
    CHECK_STR(bytes, "nine byte");
}

TEST(a_text_of_an_old_server_is_no_name)
{
    static const struct reply replies[] = {
        METADATA(BY_ROWID, ""), ROWS(ROW("A", "7"), ""), NAME("Dear Sir"), { 0 }
    };
    auto_talk talk = { 0 };
    auto_page page = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(source_record(talk.reader, "DOCS", 7, &page, &err));
    CHECK(span_ends(filemaker_text(&page.records[0], "Doc"), "/Doc/$value"));
}

TEST(an_empty_container_is_empty)
{
    static const struct reply replies[] = {
        METADATA(BY_ROWID, ""), ROWS(ROW("A", "7"), ""), { 204, "text/plain", "" }, { 0 }
    };
    auto_talk talk = { 0 };
    auto_page page = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(source_record(talk.reader, "DOCS", 7, &page, &err));
    CHECK(filemaker_content(filemaker_text(&page.records[0], "Doc")) == FILEMAKER_EMPTY);
}

TEST(an_address_must_lead_to_its_record)
{
    static const struct reply good[] = { METADATA(KEYED, SINCE_20),
                                         ROWS(ROW("A", "7"), ""),
                                         JSON(ROW("A", "7")),
                                         NAME("a.pdf"),
                                         { 0 } };
    static const struct reply bad[] = {
        METADATA(KEYED, SINCE_20), ROWS(ROW("A", "7"), ""), JSON(ROW("A", "5")), { 0 }
    };
    auto_talk proven = { 0 }, refused = { 0 };
    auto_page page = { 0 }, none = { 0 };
    struct err err = { 0 };

    talk_begin(&proven, good);
    CHECK(source_record(proven.reader, "DOCS", 7, &page, &err));
    check_asked(&proven, 2,
                "GET /fmi/odata/v4/My%20Clinic/DOCS('7')?$select=ROWID,ROWMODID HTTP/1.1\r\n");
    talk_begin(&refused, bad);
    CHECK(!source_record(refused.reader, "DOCS", 7, &none, &err));
    CHECK(err.kind == ERR_DATA && strstr(err.msg, "record 7 leads to record 5"));
}

TEST(a_record_that_is_gone_is_missing)
{
    static const struct reply replies[] = { METADATA(BY_ROWID, ""), ROWS("", ""), { 0 } };
    auto_talk talk = { 0 };
    auto_page page = { 0 };
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(!source_record(talk.reader, "DOCS", 7, &page, &err));
    CHECK(err.kind == ERR_REMOTE && err.reason == FILEMAKER_RECORD_MISSING);
}

TEST(rows_are_counted_without_being_read)
{
    static const struct reply replies[] = {
        METADATA(BY_ROWID, ""), ROWS("", "\"@count\":4711,"), ROWS("", ""), { 0 }
    };
    auto_talk talk = { 0 };
    int64_t count = 0;
    struct err err = { 0 };

    talk_begin(&talk, replies);
    CHECK(source_recount(talk.reader, "DOCS", &count, &err) && count == 4711);
    check_asked(&talk, 1, "GET /fmi/odata/v4/My%20Clinic/DOCS?$count=true&$top=0");
    CHECK(!source_recount(talk.reader, "DOCS", &count, &err) && err.kind == ERR_DATA);
}
