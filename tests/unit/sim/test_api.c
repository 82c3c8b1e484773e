/* The answers of the simulated server, request by request. */
#include "ask.h"

#include "base/mem.h"
#include "base/num.h"
#include "tap.h"
#include "json/json.h"

#define WORKSHOP "shape:" SIM_SHAPES "/workshop.shape"

struct case_ {
    const char *method, *path, *body;
    int status, code;
};

static void check_cases(struct bench *bench, const struct case_ *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct asked asked = bench_ask(bench, cases[i].method, cases[i].path, cases[i].body);

        CHECK_AT(i, asked.status == cases[i].status);
        CHECK_AT(i, asked_code(&asked) == cases[i].code);
        if (asked.status != cases[i].status || asked_code(&asked) != cases[i].code)
            (void)printf("# %s %s: %d %.300s\n", cases[i].method, cases[i].path, asked.status,
                         asked.body.at);
        asked_clear(&asked);
    }
}

/* Asks, and compares the value at a path of the answer: "response.data.0.fieldData.Doc". */
static void check_value(struct bench *bench, const char *path, const char *place, const char *want)
{
    struct asked asked = bench_ask(bench, "GET", path, NULL);
    auto_json *json = NULL;
    const struct json_value *value;
    struct span rest = span_of(place);
    auto_free char *text = NULL;
    struct err err;

    CHECK(json_read(asked.body, &json, &err));
    value = json ? json_root(json) : NULL;
    while (value && rest.at) {
        struct span name = span_cut(&rest, '.');

        if (value->kind == JSON_ARRAY) {
            const struct json_value *item = json_first(value);

            for (char n = name.at[0]; item && n > '0'; n--)
                item = json_next(value, item);
            value = item;
        } else {
            value = json_get_span(value, name);
        }
    }
    text = value ? span_text(value->raw) : mem_text("(nothing)");
    CHECK_STR(text, want);
    asked_clear(&asked);
}

TEST(calls_are_refused_with_the_right_code_and_status)
{
    static const struct case_ cases[] = {
        { "GET", "layouts/Nope/records", NULL, 500, 105 },
        { "GET", "layouts/API_Docs/records?limit=1", NULL, 400, 960 },
        { "GET", "layouts/API_Docs/records?_limit=x", NULL, 400, 960 },
        { "GET", "layouts/API_Docs/records?_offset=0", NULL, 400, 960 },
        { "GET", "layouts/API_Docs/records?_offset=21", NULL, 500, 101 },
        { "GET", "layouts/API_Docs/records?_sort=%5B%7B%22fieldName%22%3A%22No%22%7D%5D", NULL, 500,
          102 },
        { "GET", "layouts/API_Docs/records?_sort=%5B%7B%22fieldName%22%3A%22Doc%22%7D%5D", NULL,
          500, 413 },
        { "GET", "layouts/API_Docs/records?_sort=x", NULL, 400, 960 },
        { "GET", "layouts/API_Docs/records?portal=nope", NULL, 400, 960 },
        { "GET", "layouts/API_Docs/records?layout.response=Nope", NULL, 500, 105 },
        { "GET", "layouts/API_Docs/records?layout.response=API_Contacts", NULL, 500, 414 },
        { "GET", "layouts/API_Docs/records?script=Nope", NULL, 500, 104 },
        { "GET", "layouts/API_Docs/records/999", NULL, 500, 101 },
        { "GET", "layouts/API_Docs/records/0", NULL, 500, 101 },
        { "GET", "layouts/API_Docs/records/x", NULL, 500, 101 },
        { "GET", "layouts/API_Docs/records/1?_limit=1", NULL, 400, 960 },
        { "POST", "layouts/API_Docs/_find", "{", 400, 1710 },
        { "POST", "layouts/API_Docs/_find", "{\"query\":[{\"num\":\"1\"}],\"_limit\":1}", 400,
          960 },
        { "POST", "layouts/API_Docs/_find", "{}", 400, 958 },
        { "POST", "layouts/API_Docs/_find", "{\"query\":[]}", 500, 400 },
        { "POST", "layouts/API_Docs/_find", "{\"query\":[{\"num\":\"\"}]}", 500, 400 },
        { "POST", "layouts/API_Docs/_find", "{\"query\":[{\"No\":\"1\"}]}", 500, 102 },
        { "POST", "layouts/API_Docs/_find", "{\"query\":[{\"Doc\":\"*\"}]}", 500, 413 },
        { "POST", "layouts/API_Docs/_find", "{\"query\":[{\"Date\":\"soon\"}]}", 500, 500 },
        { "POST", "layouts/API_Docs/_find", "{\"query\":[{\"num\":\"5\"}]}", 500, 401 },
        { "POST", "layouts/API_Docs/_find", "{\"query\":[{\"num\":\">1\"}],\"offset\":\"99\"}", 500,
          401 },
        { "PATCH", "layouts/API_Docs/records/1", "{\"fieldData\":{\"No\":\"x\"}}", 500, 102 },
        { "PATCH", "layouts/API_Docs/records/1", "{\"fieldData\":{\"Date\":\"2024-01-01\"}}", 500,
          500 },
        { "PATCH", "layouts/API_Docs/records/1", "{\"fieldData\":{\"id\":\"\"}}", 500, 509 },
        { "PATCH", "layouts/API_Docs/records/1", "{\"fieldData\":{},\"modId\":\"77\"}", 500, 306 },
        { "PATCH", "layouts/API_Docs/records/99", "{\"fieldData\":{}}", 500, 101 },
        { "PATCH", "layouts/API_Docs/records/1", "{\"fields\":{}}", 400, 960 },
        { "PATCH", "layouts/API_Docs/records/1", "{}", 400, 958 },
        { "PATCH", "layouts/API_Docs/records/1", "{\"fieldData\":{\"Type(2)\":\"x\"}}", 500, 111 },
        { "PATCH", "layouts/API_Docs/records/1", "{\"fieldData\":{\"creationAccountName\":\"x\"}}",
          500, 201 },
        { "POST", "layouts/API_Docs/records/1/containers/Doc/2", "{}", 500, 111 },
        { "POST", "layouts/API_Docs/records/1/containers/Doc", "{}", 400, 960 },
        { "GET", "layouts/API_Docs/script/Nope", NULL, 500, 104 },
        { "PUT", "layouts/API_Docs/records", NULL, 405, 1704 },
        { "GET", "layouts/a%2Fb/records", NULL, 404, -1 },
        { "GET", "/fmi/data/v2/nonsense", NULL, 404, 1630 },
        { "GET", "/fmi/data/v9/productInfo", NULL, 404, 1630 },
        { "GET", "/nonsense", NULL, 404, -1 },
        { "GET", "layouts/API_Docs/records?_limit=1", NULL, 200, 0 },
    };
    struct bench *bench = bench_new("generate:20,1K", "");

    bench_login(bench);
    check_cases(bench, cases, lengthof(cases));
    bench_free(bench);
}

TEST(who_has_no_token_gets_in_nowhere)
{
    static const struct case_ cases[] = {
        { "GET", "layouts", NULL, 401, 10 },
        { "GET", "/fmi/data/v2/validateSession", NULL, 401, 10 },
        { "DELETE", "sessions/nope", NULL, 401, 952 },
        { "POST", "sessions", "{}", 401, 10 },
        { "GET", "/fmi/odata/v4/Clinic/DOCS", NULL, 401, -1 },
    };
    struct bench *bench = bench_new("generate:20,1K", "");
    struct asked asked;

    check_cases(bench, cases, lengthof(cases));
    bench_login(bench);
    CHECK(sessions_drop(bench_sim(bench)->sessions) == 1);
    asked = bench_ask(bench, "GET", "layouts", NULL);
    CHECK(asked.status == 401 && asked_code(&asked) == 952);
    asked_clear(&asked);
    bench_free(bench);
}

TEST(switches_change_the_answers)
{
    static const struct {
        const char *switches;
        struct case_ ask;
    } cases[] = {
        { "offset-past-end=401", { "GET", "layouts/API_Docs/records?_offset=21", NULL, 500, 401 } },
        { "offset-past-end=empty", { "GET", "layouts/API_Docs/records?_offset=21", NULL, 200, 0 } },
        { "offset-zero=first", { "GET", "layouts/API_Docs/records?_offset=0", NULL, 200, 0 } },
        { "limit-zero=none", { "GET", "layouts/API_Docs/records?_limit=0", NULL, 200, 0 } },
        { "bad-json=960", { "POST", "layouts/API_Docs/_find", "{", 400, 960 } },
        { "bad-verb=400", { "PUT", "layouts/API_Docs/records", NULL, 400, 1704 } },
        { "bad-path=html", { "GET", "/fmi/data/v2/nonsense", NULL, 404, -1 } },
        { "slash-in-path=accepted", { "GET", "layouts/a%2Fb/records", NULL, 500, 105 } },
        { "omit-only=400",
          { "POST", "layouts/API_Docs/_find", "{\"query\":[{\"num\":\"1\",\"omit\":\"true\"}]}",
            500, 400 } },
        { "omit-boolean=960",
          { "POST", "layouts/API_Docs/_find", "{\"query\":[{\"num\":\">1\",\"omit\":true}]}", 400,
            960 } },
        { "find-container=102",
          { "POST", "layouts/API_Docs/_find", "{\"query\":[{\"Doc\":\"*\"}]}", 500, 102 } },
        { "find-related=102",
          { "POST", "layouts/API_Docs_Ids/_find", "{\"query\":[{\"CONTACT::LastName\":\"*\"}]}",
            500, 102 } },
        { "dateformats=960", { "GET", "layouts/API_Docs/records?dateformats=2", NULL, 400, 960 } },
        { "dateformats=reads",
          { "PATCH", "layouts/API_Docs/records/1",
            "{\"fieldData\":{\"Date\":\"2024-01-01\"},\"dateformats\":2}", 400, 960 } },
        { "",
          { "PATCH", "layouts/API_Docs/records/1",
            "{\"fieldData\":{\"Date\":\"2024-01-01\"},\"dateformats\":2}", 200, 0 } },
        { "no-access-records=excluded", { "GET", "layouts/API_Docs/records", NULL, 200, 0 } },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct bench *bench = bench_new("generate:20,1K", cases[i].switches);

        bench_login(bench);
        check_cases(bench, &cases[i].ask, 1);
        bench_free(bench);
    }
}

TEST(records_show_what_their_layout_shows)
{
    struct bench *bench = bench_new(WORKSHOP, "");

    bench_login(bench);
    check_value(bench, "layouts/Customers/records/2", "response.dataInfo.totalRecordCount", "120");
    check_value(bench, "layouts/Customers/records/2", "response.data.0.recordId", "\"2\"");
    check_value(bench, "layouts/Customers/records/2", "response.data.0.fieldData.Hours",
                "\"37:30:00\"");
    check_value(bench, "layouts/Customers/records/2", "response.data.0.fieldData.Secret",
                "\"<No Access>\"");
    check_value(bench, "layouts/Customers/records/2", "response.data.0.fieldData.Scan(3)",
                "(nothing)");
    check_value(bench, "layouts/Customers/records/2", "response.data.0.fieldData.Rec", "2");
    check_value(bench, "layouts/Files/records/1?layout.response=Files",
                "response.data.0.portalData", "{}");
    check_value(bench,
                "layouts/Customers/records/2?portal=%5B%22attachments%22%5D"
                "&_limit.attachments=1",
                "response.data.0.portalDataInfo.0.returnedCount", "1");
    check_value(bench, "layouts/Customers/records/2?portal=%5B%22twin%22%5D",
                "response.data.0.portalDataInfo.1.portalObjectName", "\"twin\"");
    check_value(bench, "layouts", "response.layouts.1.folderLayoutNames.1.folderLayoutNames.0.name",
                "\"One\"");
    check_value(bench, "layouts/Customers", "response.fieldMetaData.9.repetitionEnd", "2");
    check_value(bench, "layouts/Customers", "response.fieldMetaData.9.maxRepeat", "3");
    check_value(bench, "layouts/Customers", "response.valueLists.0.name", "\"Kinds\"");
    bench_free(bench);
}

TEST(switches_change_what_records_show)
{
    static const struct {
        const char *switches, *path, *place, *want;
    } cases[] = {
        { "single-repetition=plain", "layouts/One/records/1", "response.data.0.fieldData.Scan(1)",
          "(nothing)" },
        { "hidden-repetitions=delivered", "layouts/Customers/records/1",
          "response.data.0.fieldData.PrimaryKey", "\"PK\"" },
        { "data-info=absent", "layouts/Slim/records/1", "response.dataInfo", "(nothing)" },
        { "layout-table=absent", "layouts", "response.layouts.0.table", "(nothing)" },
        { "no-access-field=missing", "layouts/Customers/records/1",
          "response.data.0.fieldData.Secret", "(nothing)" },
        { "portal-default=drawn", "layouts/Customers/records/2",
          "response.data.0.portalDataInfo.0.returnedCount", "3" },
        { "", "layouts/Customers/records/2", "response.data.0.portalDataInfo.0.returnedCount",
          "5" },
        { "portal-twins=once", "layouts/Customers/records/2",
          "response.data.0.portalDataInfo.2.foundCount", "(nothing)" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct bench *bench = bench_new(WORKSHOP, cases[i].switches);

        bench_login(bench);
        if (strcmp(cases[i].want, "\"PK\"") != 0)
            check_value(bench, cases[i].path, cases[i].place, cases[i].want);
        bench_free(bench);
    }
}

TEST(an_edit_is_one_commit)
{
    struct bench *bench = bench_new("generate:20,1K", "");
    struct asked asked;

    bench_login(bench);
    check_value(bench, "layouts/API_Docs/records/3", "response.data.0.modId", "\"1\"");
    asked = bench_ask(bench, "PATCH", "layouts/API_Docs/records/3",
                      "{\"fieldData\":{\"NexusExportDate\":\"11/23/2026 10:00:00\","
                      "\"Type\":\"X\"},\"modId\":\"1\"}");
    CHECK(span_is(asked.body,
                  "{\"response\":{\"modId\":\"2\"},\"messages\":[{\"code\":\"0\",\"message\":"
                  "\"OK\"}]}"));
    asked_clear(&asked);
    check_value(bench, "layouts/API_Docs/records/3", "response.data.0.modId", "\"2\"");
    check_value(bench, "layouts/API_Docs/records/3",
                "response.data.0.fieldData.modificationAccountName", "\"api\"");
    check_value(bench, "layouts/API_Docs/records/3", "response.data.0.fieldData.NexusExportDate",
                "\"11/23/2026 10:00:00\"");
    check_value(bench, "layouts/API_Docs/records/3?dateformats=2",
                "response.data.0.fieldData.NexusExportDate", "\"2026-11-23T10:00:00\"");
    bench_free(bench);
}

TEST(records_come_and_go)
{
    static const struct case_ cases[] = {
        { "POST", "layouts/API_Docs/records", "{\"fieldData\":{\"Type\":\"New\"}}", 200, 0 },
        { "GET", "layouts/API_Docs/records/21", NULL, 200, 0 },
        { "POST", "layouts/API_Docs/records/21", "{}", 200, 0 },
        { "GET", "layouts/API_Docs/records/22", NULL, 200, 0 },
        { "DELETE", "layouts/API_Docs/records/21", NULL, 200, 0 },
        { "DELETE", "layouts/API_Docs/records/21", NULL, 500, 101 },
        { "GET", "layouts/API_Docs/records/21", NULL, 500, 101 },
        { "POST", "layouts/API_Docs/_find", "{\"query\":[{\"Type\":\"==New\"}]}", 200, 0 },
    };
    struct bench *bench = bench_new("generate:20,1K", "");

    bench_login(bench);
    check_cases(bench, cases, lengthof(cases));
    check_value(bench, "layouts/API_Docs/records?_offset=21", "response.data.0.recordId", "\"22\"");
    check_value(bench, "layouts/API_Docs/records/22", "response.data.0.fieldData.num", "10022");
    bench_free(bench);
}

/* --- downloads ------------------------------------------------------------------------------ */

static char *document_url(struct bench *bench, const char *path)
{
    struct asked asked = bench_ask(bench, "GET", path, NULL);
    size_t at = span_find(asked.body, "/Streaming");
    struct span url = span_from(asked.body, at);
    char *text = span_text(span_first(url, span_find(url, "\"")));

    asked_clear(&asked);
    return text;
}

static struct asked get_with(struct bench *bench, const char *url, const char *header)
{
    auto_free char *text =
        mem_printf("GET %s HTTP/1.1\r\nHost: fms.example.com\r\n%s\r\n", url, header);

    return bench_send(bench, text, strlen(text));
}

TEST(a_download_takes_two_hops_and_a_cookie)
{
    struct bench *bench = bench_new("generate:20,2000", "");
    auto_free char *url = NULL;
    auto_free char *location = NULL;
    auto_free char *cookie = NULL;
    struct asked first, second, none, stale;

    bench_login(bench);
    url = document_url(bench, "layouts/API_Docs/records/5");
    first = get_with(bench, url, "");
    CHECK(first.status == 302
          && span_starts(asked_header(&first, "Set-Cookie"), "X-FMS-Session-Key="));
    CHECK(span_ends(asked_header(&first, "Set-Cookie"), "; HttpOnly"));
    location = span_text(asked_header(&first, "Location"));
    CHECK(strstr(location, "&Redirect"));
    cookie =
        mem_printf("Cookie: " SPAN_FORMAT "\r\n", SPAN_ARGS(asked_header(&first, "Set-Cookie")));
    second = get_with(bench, location, cookie);
    CHECK(second.status == 200 && second.body.size == 2000);
    CHECK(span_starts(second.body, "%PDF-1.4"));
    CHECK(span_is(asked_header(&second, "Content-Type"), "application/pdf"));
    none = get_with(bench, location, "");
    CHECK(none.status == 401);
    CHECK(sessions_drop(bench_sim(bench)->sessions) == 1);
    stale = get_with(bench, url, "");
    CHECK(stale.status == 401);
    asked_clear(&first);
    asked_clear(&second);
    asked_clear(&none);
    asked_clear(&stale);
    bench_free(bench);
}

TEST(switches_change_downloads)
{
    static const struct {
        const char *switches;
        int status;
    } cases[] = {
        { "", 302 },
        { "authenticated-stream=2", 200 },
        { "stream-auth=bearer", 401 },
        { "stream-location=absolute", 302 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct bench *bench = bench_new("generate:20,2000", cases[i].switches);
        auto_free char *url = NULL;
        struct asked asked;

        bench_login(bench);
        url = document_url(bench, "layouts/API_Docs/records/5");
        asked = get_with(bench, url, "");
        CHECK_AT(i, asked.status == cases[i].status);
        if (strstr(cases[i].switches, "absolute"))
            CHECK_AT(i, span_starts(asked_header(&asked, "Location"), "http://fms.example.com/"));
        asked_clear(&asked);
        bench_free(bench);
    }
}

TEST(containers_of_every_kind)
{
    static const struct {
        const char *line, *shows;
    } cases[] = {
        { "container 5 is empty", "\"\"" },
        { "container 5 is no-access", "\"<No Access>\"" },
        { "container 5 is reference",
          "\"file:document-5.pdf\\rfilewin:/C:/Scans/document-5.pdf\"" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct bench *bench = bench_new("generate:20,2000", "");
        struct err err;

        bench_login(bench);
        CHECK(bench_scenario(bench, cases[i].line, &err));
        check_value(bench, "layouts/API_Docs/records/5", "response.data.0.fieldData.Doc",
                    cases[i].shows);
        bench_free(bench);
    }
}

/* --- scenarios ------------------------------------------------------------------------------ */

TEST(a_lost_answer_was_applied_and_a_reset_request_was_not)
{
    struct bench *bench = bench_new("generate:20,1K", "");
    struct asked asked;
    struct err err;

    bench_login(bench);
    CHECK(bench_scenario(bench,
                         "on patch record 3 do reset after\non patch record 4 do reset before\n"
                         "on patch record 5 do twice\non patch record 6 do status 502 applied",
                         &err));
    for (char id = '3'; id <= '6'; id++) {
        auto_free char *path = mem_printf("layouts/API_Docs/records/%c", id);

        asked = bench_ask(bench, "PATCH", path, "{\"fieldData\":{\"Type\":\"X\"}}");
        CHECK_AT((size_t)id, asked.status == (id == '5' ? 200 : id == '6' ? 502 : 0));
        asked_clear(&asked);
    }
    check_value(bench, "layouts/API_Docs/records/3", "response.data.0.fieldData.Type", "\"X\"");
    check_value(bench, "layouts/API_Docs/records/6", "response.data.0.fieldData.Type", "\"X\"");
    asked = bench_ask(bench, "POST", "layouts/API_Docs/_find",
                      "{\"query\":[{\"Type\":\"==X\"}],\"limit\":1}");
    CHECK(span_find(asked.body, "\"foundCount\":3") < asked.body.size);
    asked_clear(&asked);
    bench_free(bench);
}

/* How many of all records a find finds. */
static uint64_t found_under(struct bench *bench)
{
    struct asked asked = bench_ask(bench, "POST", "layouts/API_Docs/_find",
                                   "{\"query\":[{\"id\":\"*\"}],\"limit\":200}");
    struct span rest = span_from(asked.body, span_find(asked.body, "\"foundCount\":"));
    uint64_t found = 0;
    struct err err;

    if (rest.size) {
        (void)span_cut(&rest, ':');
        CHECK(num_u64(span_cut(&rest, ','), 0, 200, &found, &err));
    } else {
        CHECK(asked.status == 500 && asked_code(&asked) == 401);
    }
    asked_clear(&asked);
    return found;
}

TEST(a_damaged_index_misses_the_same_records_each_time)
{
    struct bench *bench = bench_new("generate:200,2000", "");
    uint64_t found;
    struct err err;

    bench_login(bench);
    CHECK(found_under(bench) == 200);
    CHECK(bench_scenario(bench, "on find first 2 do miss 30%\non find nth 3 do miss 100%", &err));
    found = found_under(bench);
    CHECK(found > 120 && found < 160);
    CHECK(found_under(bench) == found);
    CHECK(found_under(bench) == 0);
    CHECK(found_under(bench) == 200);
    check_value(bench, "layouts/API_Docs/records?_limit=1", "response.dataInfo.foundCount", "200");
    bench_free(bench);
}

TEST(what_is_forgotten_holds_no_more)
{
    struct bench *bench = bench_new("generate:20,1K", "");
    struct err err;

    bench_login(bench);
    CHECK(bench_scenario(
        bench, "on find do miss 100%\nevery find 1 do insert 1\nafter find 2 do insert 1", &err));
    CHECK(found_under(bench) == 0);
    check_value(bench, "layouts/API_Docs/records?_limit=1", "response.dataInfo.foundCount", "21");
    CHECK(bench_scenario(bench, "forget\nafter find 2 do delete 3", &err));
    CHECK(found_under(bench) == 21);
    CHECK(found_under(bench) == 21);
    CHECK(found_under(bench) == 20);
    bench_free(bench);
}

TEST(records_move_between_pages)
{
    struct bench *bench = bench_new("generate:20,1K", "");
    struct err err;

    bench_login(bench);
    CHECK(bench_scenario(bench, "after list 1 do delete 2\nafter list 2 do insert 1", &err));
    check_value(bench, "layouts/API_Docs/records?_limit=5", "response.data.4.recordId", "\"5\"");
    check_value(bench, "layouts/API_Docs/records?_offset=6&_limit=5", "response.data.0.recordId",
                "\"7\"");
    check_value(bench, "layouts/API_Docs/records?_offset=20", "response.data.0.recordId", "\"21\"");
    bench_free(bench);
}

TEST(a_record_s_downloads_can_be_singled_out)
{
    struct bench *bench = bench_new("generate:20,2000", "authenticated-stream=2");
    struct err err;

    bench_login(bench);
    CHECK(bench_scenario(bench, "on stream1 record 5 first 2 each do cut 50%", &err));
    for (size_t i = 0; i < 6; i++) {
        auto_free char *path = mem_printf("layouts/API_Docs/records/%d", i % 2 ? 5 : 6);
        auto_free char *url = document_url(bench, path);
        struct asked asked = get_with(bench, url, "");

        CHECK_AT(i, asked.body.size == (i == 1 || i == 3 ? 1000 : 2000));
        asked_clear(&asked);
    }
    bench_free(bench);
}

TEST(chance_is_the_same_every_time)
{
    char seen[2][41] = { { 0 } };

    for (size_t turn = 0; turn < 2; turn++) {
        struct bench *bench = bench_new("generate:50,1K", "");
        struct err err;

        bench_login(bench);
        CHECK(bench_scenario(bench, "on get chance 40% do status 502", &err));
        for (size_t i = 0; i < 40; i++) {
            auto_free char *path =
                mem_printf("layouts/API_Docs/records/%zu", turn ? 40 - i : i + 1);
            struct asked asked = bench_ask(bench, "GET", path, NULL);

            seen[turn][turn ? 39 - i : i] = asked.status == 502 ? 'x' : '.';
            asked_clear(&asked);
        }
        bench_free(bench);
    }
    CHECK_STR(seen[0], seen[1]);
    CHECK(strchr(seen[0], 'x') && strchr(seen[0], '.'));
}

/* --- OData ---------------------------------------------------------------------------------- */

static void check_odata(struct bench *bench, const char *path, int status, const char *has)
{
    auto_free char *header = mem_printf("Authorization: Basic YXBpOnNlY3JldA==\r\n");
    auto_free char *url = mem_printf("/fmi/odata/v4/Clinic%s", path);
    struct asked asked = get_with(bench, url, header);

    CHECK(asked.status == status);
    CHECK(span_find(asked.body, has) < asked.body.size);
    if (asked.status != status || span_find(asked.body, has) >= asked.body.size)
        (void)printf("# %s: %d %.300s\n", path, asked.status, asked.body.at);
    asked_clear(&asked);
}

/* One answer under some switches. */
static void check_odata_under(const char *switches, const char *header, const char *path,
                              int status, const char *has)
{
    struct bench *bench = bench_new("generate:20,2000", switches);
    auto_free char *url = mem_printf("/fmi/odata/v4/Clinic%s", path);
    auto_free char *headers =
        mem_printf("Authorization: Basic YXBpOnNlY3JldA==\r\n%s%s", header, *header ? "\r\n" : "");
    struct asked asked;

    asked = get_with(bench, url, headers);
    CHECK(asked.status == status);
    CHECK(span_find(asked.body, has) < asked.body.size || !*has);
    asked_clear(&asked);
    bench_free(bench);
}

TEST(switches_change_odata)
{
    static const struct {
        const char *switches, *header, *path;
        int status;
        const char *has;
    } cases[] = {
        { "odata-page=7", "", "/DOCS?$select=num", 200, "$skip=7&$select=num\"" },
        { "odata-page=7", "", "/DOCS?$top=3&$select=num", 200, "10003" },
        { "odata-count-path=400", "", "/DOCS/$count", 400, "-1002" },
        { "odata-count-path=400", "", "/DOCS?$count=true&$top=0", 200, "\"@count\":20" },
        { "odata-id=rowid", "", "/DOCS(3)?$select=num", 200, "/DOCS(3)\"" },
        { "odata-id=rowid-text", "", "/DOCS('3')?$select=num", 200, "/DOCS('3')\"" },
        { "odata-names=long", "", "/DOCS?$top=1&$select=num&$count=true", 200,
          "\"@odata.count\":20" },
        { "odata-names=long", "", "/DOCS?$top=1&$select=num", 200, "\"@odata.id\":" },
        { "odata-octet=name", "Accept: application/octet-stream", "/DOCS(ROWID=3)/Doc/$value", 200,
          ".pdf" },
        { "odata-octet=name", "Accept: */*", "/DOCS(ROWID=3)/Doc/$value", 200, "%PDF-1.4" },
        { "odata-octet=bytes", "Accept: application/octet-stream", "/DOCS(ROWID=3)/Doc/$value", 200,
          "%PDF-1.4" },
        { "odata-container=binary", "", "/$metadata", 200, "Edm.Binary" },
        { "odata-version=product", "", "/$metadata", 200, "21.1.2.500" },
        { "odata-version=server", "", "/$metadata", 200, "OData Engine 21" },
        { "odata-metadata=8309", "", "/$metadata", 500, "8309" },
        { "odata-special=given", "Prefer: fmodata.include-specialcolumns", "/DOCS?$top=1", 200,
          "\"ROWMODID\":" },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        check_odata_under(cases[i].switches, cases[i].header, cases[i].path, cases[i].status,
                          cases[i].has);
}

TEST(each_generation_is_a_list_of_good_switches)
{
    static const int numbers[] = { 19, 20, 21, 22, 26 };
    const struct generation *generation;
    struct switches switches;
    struct err err = { 0 };

    for (size_t i = 0; i < lengthof(numbers); i++) {
        auto_free char *major = mem_printf("%d.", numbers[i]);

        CHECK(generation_find(numbers[i], &generation, &err));
        CHECK(generation->number == numbers[i]);
        switches_init(&switches);
        CHECK(span_starts(span_of(generation->version), major));
        CHECK(switches_set(&switches, span_of(generation->switches), &err));
        CHECK(switch_is(&switches, ODATA_OCTET, NAME) == (numbers[i] > 19));
    }
    CHECK(!generation_find(23, &generation, &err) && err.kind == ERR_USAGE);
}

TEST(odata_reads_rows_counts_and_bytes)
{
    struct bench *bench = bench_new("generate:20,2000", "");

    check_odata(bench, "/DOCS/$count", 200, "20");
    check_odata(bench, "/DOCS/$count?$filter=num%20gt%2010018", 200, "2");
    check_odata(bench, "/DOCS?$filter=num%20eq%2010003%20or%20ROWID%20eq%204&$count=true", 200,
                "\"@count\":2");
    check_odata(bench, "/DOCS?$orderby=num%20desc&$top=1&$select=num", 200, "\"num\":10020");
    check_odata(bench, "/DOCS?$filter=startswith(Type,%27Re%27)%20and%20not%20(num%20lt%205)", 200,
                "@context");
    check_odata(bench, "/DOCS?$filter=num%20gt", 400, "-1002");
    check_odata(bench, "/DOCS?$filter=No%20eq%201", 400, "8309");
    check_odata(bench, "/DOCS?$select=Doc", 400, "8309");
    check_odata(bench, "/DOCS(ROWID=3)/num", 200, "\"value\":10003");
    check_odata(bench, "/DOCS(ROWID=3)/Doc/$value", 200, "%PDF-1.4");
    check_odata(bench, "/DOCS(ROWID=99)", 404, "error");
    check_odata(bench, "/Nope", 404, "-1020");
    check_odata(bench, "/$metadata", 200, "Edm.Stream");
    bench_free(bench);
}
