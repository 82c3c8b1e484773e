/*
 * The simulator beside answers recorded from real servers: the same headers in the same order, the
 * same tags, and bodies of the same shape; or the same bytes, if a recording settles them all. The
 * recordings are not part of the project: FMFERRY_SHARED names their folder, otherwise it is looked
 * for beside the project.
 */
#include "ask.h"

#include "sim/api/answer.h"

#include "base/fs.h"
#include "base/mem.h"
#include "tap.h"
#include "json/json.h"

#include <unistd.h>

static char *fixtures(void)
{
    const char *shared = getenv("FMFERRY_SHARED");
    const char *root = getenv("FMFERRY_ROOT");
    char *path = shared ? mem_printf("%s/fixtures/filemaker", shared)
                        : mem_printf("%s/../shared/fixtures/filemaker", root ? root : ".");

    if (access(path, R_OK) == 0)
        return path;
    free(path);
    return NULL;
}

#define NEED_FIXTURES(folder)                                                                      \
    auto_free char *folder = fixtures();                                                           \
    if (!(folder))                                                                                 \
    SKIP("there are no recordings here (set FMFERRY_SHARED)")

struct recording {
    struct str text;
    struct span head, body;
};

static bool recording_read(const char *folder, const char *name, struct recording *r)
{
    auto_free char *path = mem_printf("%s/%s", folder, name);
    struct span rest;
    struct err err;

    r->text = (struct str)STR_MAX(MIB(4));
    if (!fs_read(path, &r->text, &err))
        return false;
    rest = str_span(&r->text);
    while (span_starts(rest, "#"))
        (void)span_cut(&rest, '\n');
    r->head = span_first(rest, span_find(rest, "\n\n"));
    r->body = span_trim(span_from(rest, r->head.size));
    return true;
}

static const char *const http_files[] = {
    "fsans-dapi-http/database-names.http",  "fsans-dapi-http/find-records.http",
    "fsans-dapi-http/get-records.http",     "fsans-dapi-http/get-single-record-by-id.http",
    "fsans-dapi-http/layout-metadata.http", "fsans-dapi-http/layout-names.http",
    "fsans-dapi-http/log-out.http",         "fsans-dapi-http/login.http",
    "fsans-dapi-http/script-names.http",
};

TEST(tags_are_made_as_real_servers_make_them)
{
    NEED_FIXTURES(folder);
    for (size_t i = 0; i < lengthof(http_files); i++) {
        struct recording r;
        struct answer answer;
        auto_free char *line = NULL;

        CHECK_AT(i, recording_read(folder, http_files[i], &r));
        answer_init(&answer);
        str_add_span(&answer.body, r.body);
        line = mem_printf("ETag: %s", answer_etag(&answer));
        CHECK_AT(i, span_find(r.head, line) < r.head.size);
        answer_clear(&answer);
        str_clear(&r.text);
    }
}

/* --- headers -------------------------------------------------------------------------------- */

/* A header's line without the parts that differ from answer to answer. */
static void line_norm(struct span line, struct str *to)
{
    static const char *const varies[] = { "Date", "ETag", "Content-Length",
                                          "X-FM-Data-Access-Token" };
    struct span value = line;
    struct span name = span_cut(&value, ':');

    for (size_t i = 0; i < lengthof(varies); i++) {
        if (span_is(name, varies[i])) {
            str_printf(to, "%s\n", varies[i]);
            return;
        }
    }
    /* 2022 recordings have "keep-alive" where newer ones have "Keep-Alive". */
    if (span_is(name, "Connection"))
        str_add_text(to, "Connection: Keep-Alive\n");
    else
        str_printf(to, SPAN_FORMAT "\n", SPAN_ARGS(span_trim(line)));
}

static void head_norm(struct span head, struct str *to)
{
    while (head.at)
        line_norm(span_cut(&head, '\n'), to);
}

static const char shape[] = "table T 3\n"
                            "field id number serial 1\n"
                            "field note text words 300..400\n"
                            "layout L of T\nshow id\nshow note\n"
                            "script one quiet\n";

static struct bench *bench_of(const char *text, const char *name)
{
    char path[] = "sim-fixtures-XXXXXX";
    int fd = mkstemp(path);
    auto_free char *set = mem_printf("shape:%s", path);
    struct bench *bench;
    struct err err;

    (void)name;
    if (fd < 0 || !fs_write_all(fd, span_of(text), path, &err))
        abort();
    (void)close(fd);
    bench = bench_new(set, "");
    (void)unlink(path);
    return bench;
}

TEST(headers_come_in_the_recorded_order)
{
    static const struct {
        const char *file, *method, *path, *body;
    } cases[] = {
        { "database-names.http", "GET", "/fmi/data/v2/databases", NULL },
        { "find-records.http", "POST", "layouts/L/_find", "{\"query\":[{\"id\":1}]}" },
        { "get-records.http", "GET", "layouts/L/records", NULL },
        { "get-single-record-by-id.http", "GET", "layouts/L/records/1", NULL },
        { "layout-names.http", "GET", "layouts", NULL },
        { "script-names.http", "GET", "scripts", NULL },
        { "product-info.http", "GET", "/fmi/data/v2/productInfo", NULL },
        { "log-out.http", "DELETE", "sessions/%s", NULL },
    };
    NEED_FIXTURES(folder);
    struct bench *bench = bench_of(shape, "headers");

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *file = mem_printf("fsans-dapi-http/%s", cases[i].file);
        auto_str got = STR_MAX(KIB(8)), want = STR_MAX(KIB(8)), request = STR_MAX(KIB(8));
        auto_free char *path = NULL;
        struct recording r;
        struct asked asked;

        bench_login(bench);
        path = span_ends(span_of(cases[i].path), "%s")
                   ? mem_printf("sessions/%s", bench_token(bench))
                   : mem_text(cases[i].path);
        CHECK_AT(i, recording_read(folder, file, &r));
        str_printf(&request, "%s %s%s HTTP/1.1\r\nHost: fms.example.com\r\n", cases[i].method,
                   path[0] == '/' ? "" : "/fmi/data/v2/databases/Clinic/", path);
        str_printf(&request, "Authorization: Bearer %s\r\nAccept-Encoding: gzip\r\n",
                   bench_token(bench));
        if (cases[i].body)
            str_printf(&request, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                       strlen(cases[i].body));
        if (strstr(cases[i].path, "databases"))
            str_cut(&request, span_find(str_span(&request), "Authorization"));
        str_printf(&request, "\r\n%s", cases[i].body ? cases[i].body : "");
        asked = bench_send(bench, request.at, request.size);
        head_norm(asked.head, &got);
        head_norm(r.head, &want);
        CHECK_STR(str_text(&got), str_text(&want));
        asked_clear(&asked);
        str_clear(&r.text);
    }
    bench_free(bench);
}

/* --- bodies --------------------------------------------------------------------------------- */

/*
 * The shape of a value: names, the order of members, kinds of values. Of an array only the first
 * element counts.
 */
static void skeleton(const struct json_value *value, struct str *to)
{
    if (value->kind == JSON_OBJECT) {
        str_add_char(to, '{');
        json_each (member, value) {
            str_printf(to, SPAN_FORMAT ":", SPAN_ARGS(member->name));
            skeleton(member, to);
            str_add_char(to, ' ');
        }
        str_add_char(to, '}');
    } else if (value->kind == JSON_ARRAY) {
        str_add_char(to, '[');
        if (value->count)
            skeleton(json_first(value), to);
        str_add_char(to, ']');
    } else {
        str_add_char(to, value->kind == JSON_NUMBER ? 'n' : value->kind == JSON_TEXT ? 't' : 'b');
    }
}

static void check_skeleton(struct span got, struct span want)
{
    auto_str a = STR_MAX(KIB(64)), b = STR_MAX(KIB(64));
    auto_json *x = NULL, *y = NULL;
    struct err err;

    CHECK(json_read(got, &x, &err));
    CHECK(json_read(want, &y, &err));
    if (x && y) {
        skeleton(json_root(x), &a);
        skeleton(json_root(y), &b);
        CHECK_STR(str_text(&a), str_text(&b));
    }
}

static const struct json_value *inside(struct json *json, const char *name)
{
    return json_get(json_get(json_root(json), "response"), name);
}

static const struct json_value *json_of(struct recording *r, struct json **json_r)
{
    struct err err;

    CHECK(json_read(r->body, json_r, &err));
    return *json_r ? json_root(*json_r) : NULL;
}

TEST(lists_of_layouts_and_scripts_are_the_recorded_bytes)
{
    NEED_FIXTURES(folder);
    auto_str text = STR_MAX(KIB(16));
    auto_json *layouts = NULL, *scripts = NULL;
    struct recording names, list;
    struct bench *bench;
    struct asked asked;

    CHECK(recording_read(folder, "fsans-dapi-http/layout-names.http", &names));
    CHECK(recording_read(folder, "fsans-dapi-http/script-names.http", &list));
    (void)json_of(&names, &layouts);
    (void)json_of(&list, &scripts);
    str_add_text(&text, "table T 1\nfield id text uuid\n");
    json_each (layout, inside(layouts, "layouts"))
        str_printf(&text, "layout \"" SPAN_FORMAT "\" of T\nshow id\n",
                   SPAN_ARGS(json_get(layout, "name")->text));
    json_each (script, inside(scripts, "scripts"))
        str_printf(&text, "script \"" SPAN_FORMAT "\" %s\n",
                   SPAN_ARGS(json_get(script, "name")->text),
                   span_is(json_get(script, "name")->text, "-") ? "separator" : "quiet");
    bench = bench_of(str_text(&text), "lists");
    bench_login(bench);
    asked = bench_ask(bench, "GET", "layouts", NULL);
    CHECK(span_equal(asked.body, names.body));
    asked_clear(&asked);
    asked = bench_ask(bench, "GET", "scripts", NULL);
    CHECK(span_equal(asked.body, list.body));
    asked_clear(&asked);
    bench_free(bench);
    str_clear(&names.text);
    str_clear(&list.text);
}

/* The line of a shape for a recorded field of a layout. */
static void field_line(const struct json_value *field, struct str *to)
{
    bool calculated = span_is(json_get(field, "type")->text, "calculation");
    bool entered = span_is(json_get(field, "autoEnter")->text, "true");

    str_printf(to, "field " SPAN_FORMAT " " SPAN_FORMAT " %s%s%s\n",
               SPAN_ARGS(json_get(field, "name")->text), SPAN_ARGS(json_get(field, "result")->text),
               entered ? "serial 1" : "empty", calculated ? " calculation" : "",
               span_is(json_get(field, "notEmpty")->text, "true") ? " not-empty" : "");
}

TEST(layout_metadata_is_the_recorded_bytes)
{
    NEED_FIXTURES(folder);
    auto_str text = STR_MAX(KIB(16));
    auto_json *json = NULL;
    struct recording r;
    struct bench *bench;
    struct asked asked;

    CHECK(recording_read(folder, "fsans-dapi-http/layout-metadata.http", &r));
    (void)json_of(&r, &json);
    str_add_text(&text, "table T 1\n");
    json_each (field, inside(json, "fieldMetaData"))
        field_line(field, &text);
    str_add_text(&text, "layout L of T\n");
    json_each (field, inside(json, "fieldMetaData"))
        str_printf(&text, "show " SPAN_FORMAT "\n", SPAN_ARGS(json_get(field, "name")->text));
    bench = bench_of(str_text(&text), "metadata");
    bench_login(bench);
    asked = bench_ask(bench, "GET", "layouts/L", NULL);
    CHECK(span_equal(asked.body, r.body));
    asked_clear(&asked);
    bench_free(bench);
    str_clear(&r.text);
}

static const char *shape_type(const struct json_value *value)
{
    return value->kind == JSON_NUMBER ? "number const 1" : "text const x";
}

/* The table behind a portal, from its first recorded row. */
static void portal_table(const struct json_value *rows, struct str *tables, struct str *layout)
{
    const struct json_value *row = json_first(rows);
    struct span name = rows->name;
    auto_str other = STR_MAX(256);

    str_printf(tables, "table " SPAN_FORMAT " 2\nfield k text const k\n", SPAN_ARGS(name));
    str_printf(layout, "portal " SPAN_FORMAT " of " SPAN_FORMAT " rows 5\n", SPAN_ARGS(name),
               SPAN_ARGS(name));
    json_each (member, row) {
        struct span rest = member->name;
        size_t colons = span_find(rest, "::");
        struct span occurrence = span_first(rest, colons);

        if (colons == rest.size)
            continue;
        rest = span_from(rest, colons + 2);
        str_printf(layout, "row " SPAN_FORMAT "\n", SPAN_ARGS(member->name));
        if (span_equal(occurrence, name))
            str_printf(tables, "field " SPAN_FORMAT " %s\n", SPAN_ARGS(rest), shape_type(member));
        else
            str_printf(&other,
                       "table " SPAN_FORMAT " 1\nfield k text const k\nfield " SPAN_FORMAT " %s\n"
                       "relation " SPAN_FORMAT " from " SPAN_FORMAT ".k to " SPAN_FORMAT ".k\n",
                       SPAN_ARGS(occurrence), SPAN_ARGS(rest), shape_type(member),
                       SPAN_ARGS(occurrence), SPAN_ARGS(name), SPAN_ARGS(occurrence));
    }
    str_add_span(tables, str_span(&other));
    str_printf(tables, "relation " SPAN_FORMAT " from MAIN.k to " SPAN_FORMAT ".k\n",
               SPAN_ARGS(name), SPAN_ARGS(name));
}

/* A solution that answers with a record of the recorded shape. */
static struct bench *bench_for_record(struct json *json)
{
    const struct json_value *record = json_first(inside(json, "data"));
    const struct json_value *fields = json_get(record, "fieldData");
    auto_str main_table = STR_MAX(KIB(16)), tables = STR_MAX(KIB(16)), layout = STR_MAX(KIB(16));

    str_add_text(&main_table, "table MAIN 3\nfield k text const k\n");
    str_add_text(&layout, "layout L of MAIN\n");
    json_each (field, fields) {
        str_printf(&main_table, "field " SPAN_FORMAT " %s\n", SPAN_ARGS(field->name),
                   shape_type(field));
        str_printf(&layout, "show " SPAN_FORMAT "\n", SPAN_ARGS(field->name));
    }
    json_each (rows, json_get(record, "portalData"))
        portal_table(rows, &tables, &layout);
    str_add_span(&main_table, str_span(&tables));
    str_add_span(&main_table, str_span(&layout));
    return bench_of(str_text(&main_table), "record");
}

TEST(records_have_the_recorded_shape)
{
    static const struct {
        const char *file, *method, *path, *body;
    } cases[] = {
        { "get-single-record-by-id.http", "GET", "layouts/L/records/1", NULL },
        { "get-records.http", "GET", "layouts/L/records", NULL },
        { "find-records.http", "POST", "layouts/L/_find", "{\"query\":[{\"id\":1}]}" },
    };
    NEED_FIXTURES(folder);

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *file = mem_printf("fsans-dapi-http/%s", cases[i].file);
        auto_json *json = NULL;
        struct recording r;
        struct bench *bench;
        struct asked asked;

        CHECK_AT(i, recording_read(folder, file, &r));
        (void)json_of(&r, &json);
        bench = bench_for_record(json);
        bench_login(bench);
        asked = bench_ask(bench, cases[i].method, cases[i].path, cases[i].body);
        check_skeleton(asked.body, r.body);
        asked_clear(&asked);
        bench_free(bench);
        str_clear(&r.text);
    }
}

TEST(small_answers_have_the_recorded_shape)
{
    static const char wish[] = "\"script\":\"Echo\",\"script.param\":\"x\","
                               "\"script.prerequest\":\"Echo\",\"script.presort\":\"Echo\"";
    NEED_FIXTURES(folder);
    auto_free char *create = mem_printf("{\"fieldData\":{},%s}", wish);
    auto_free char *duplicate = mem_printf("{%s}", wish);
    const struct {
        const char *file, *method, *path, *body;
    } cases[] = {
        { "createRecord.json", "POST", "layouts/API_Docs/records", create },
        { "duplicateRecord.json", "POST", "layouts/API_Docs/records/1", duplicate },
        { "editRecord.json", "PATCH", "layouts/API_Docs/records/1", "{\"fieldData\":{}}" },
        { "deleteRecord.json", "DELETE",
          "layouts/API_Docs/records/2?script=Echo&script.prerequest=Echo&script.presort=Echo",
          NULL },
        { "runScript.json", "GET", "layouts/API_Docs/script/Echo?script.param=x", NULL },
        { "getDatabaseNames.json", "GET", "/fmi/data/v2/databases", NULL },
    };
    struct bench *bench = bench_new("generate:5,1K", "");

    bench_login(bench);
    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *file = mem_printf("24u-fmRESTor.js/%s", cases[i].file);
        struct recording r;
        struct asked asked;

        CHECK_AT(i, recording_read(folder, file, &r));
        if (strstr(cases[i].path, "databases"))
            asked = bench_send(bench, "GET /fmi/data/v2/databases HTTP/1.1\r\n\r\n", 40);
        else
            asked = bench_ask(bench, cases[i].method, cases[i].path, cases[i].body);
        check_skeleton(asked.body, str_span(&r.text));
        asked_clear(&asked);
        str_clear(&r.text);
    }
    bench_free(bench);
}

/* --- errors --------------------------------------------------------------------------------- */

TEST(errors_have_the_recorded_code_status_and_words)
{
    static const struct {
        int code;
        const char *method, *path, *body;
        bool no_token;
    } asks[] = {
        { 10, "GET", "layouts", NULL, true },
        { 105, "GET", "layouts/Nope/records", NULL, false },
        { 401, "POST", "layouts/L/_find", "{\"query\":[{\"id\":99}]}", false },
        { 101, "GET", "layouts/Empty/records?_offset=1", NULL, false },
    };
    NEED_FIXTURES(folder);
    auto_free char *path = mem_printf("%s/error-bodies/errors.json", folder);
    auto_str text = STR_MAX(MIB(1));
    auto_json *json = NULL;
    struct bench *bench = bench_of("table T 3\nfield id number serial 1\ntable E 0\n"
                                   "field id number serial 1\nlayout L of T\nshow id\n"
                                   "layout Empty of E\nshow id\n",
                                   "errors");
    struct err err;

    CHECK(fs_read(path, &text, &err) && json_read(str_span(&text), &json, &err));
    for (size_t i = 0; i < lengthof(asks); i++) {
        auto_free char *code = mem_printf("%d", asks[i].code);
        bool found = false;
        struct asked asked;

        if (!asks[i].no_token)
            bench_login(bench);
        asked = bench_ask(bench, asks[i].method, asks[i].path, asks[i].body);
        json_each (entry, json_root(json)) {
            const struct json_value *message =
                json_first(json_get(json_get(entry, "body"), "messages"));
            auto_free char *words = NULL;

            if (!span_is(json_get(message, "code")->text, code))
                continue;
            found = true;
            words =
                mem_printf("\"" SPAN_FORMAT "\"", SPAN_ARGS(json_get(message, "message")->text));
            CHECK_AT(i, asked_code(&asked) == asks[i].code);
            CHECK_AT(i, span_find(asked.body, words) < asked.body.size);
            if (json_get(entry, "http")->kind == JSON_NUMBER) {
                auto_free char *status = mem_printf("%d", asked.status);

                CHECK_AT(i, span_is(json_get(entry, "http")->text, status));
            }
        }
        CHECK_AT(i, found);
        asked_clear(&asked);
    }
    bench_free(bench);
}
