/* Reading and writing JSON. */
#include "json/json.h"

#include "base/mem.h"
#include "tap.h"
#include "json/shape.h"
#include "json/writer.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }
#define SPAN(text) ((struct span)BYTES(text))

static struct json *read_span(struct span text)
{
    struct json *json = NULL;
    struct err err = { 0 };

    CHECK(json_read(text, &json, &err));
    CHECK_STR(err.msg, "");
    return json;
}

static struct json *read_text(const char *text)
{
    return read_span(span_of(text));
}

TEST(numbers_keep_their_token)
{
    static const char *const tokens[] = {
        "0",     "-0",       "12.30",
        "1e400", "-1E-7",    "12345678901234567890123",
        "1E+2",  "0.000000", "1234567890123456789012345678901234567890123456789012345678",
    };

    for (size_t i = 0; i < lengthof(tokens); i++) {
        auto_free char *text = mem_printf("{\"n\": %s}", tokens[i]);
        auto_json *json = read_text(text);
        const struct json_value *n = json_get(json_root(json), "n");

        CHECK_AT(i, n && n->kind == JSON_NUMBER && span_is(n->text, tokens[i]));
        CHECK_AT(i, n && span_is(n->raw, tokens[i]));
    }
}

/* The last byte of a document may be the last digit of its only number. */
TEST(a_document_may_be_one_value)
{
    static const struct {
        const char *text, *raw;
        enum json_kind kind;
    } cases[] = {
        { "12", "12", JSON_NUMBER },       { " -1.5e3", "-1.5e3", JSON_NUMBER },
        { "12\n", "12", JSON_NUMBER },     { "7", "7", JSON_NUMBER },
        { " true ", "true", JSON_BOOL },   { "false", "false", JSON_BOOL },
        { "null", "null", JSON_NULL },     { "\"\"", "\"\"", JSON_TEXT },
        { "\t\"a\"", "\"a\"", JSON_TEXT }, { "[]", "[]", JSON_ARRAY },
        { " {} ", "{}", JSON_OBJECT },     { "?", "?", JSON_NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_json *json = read_text(cases[i].text);
        const struct json_value *root = json_root(json);

        CHECK_AT(i, root->kind == cases[i].kind);
        CHECK_AT(i, span_is(root->raw, cases[i].raw));
        CHECK_AT(i, root->extent == 1 && root->count == 0);
        CHECK_AT(i, !json_first(root) && !root->name.at);
    }
}

TEST(every_value_knows_its_bytes)
{
    const char *text = " {\"a\" : [1, \"x\\u0041\", {\"b\":null}], \"c\\n\":true } ";
    auto_json *json = read_text(text);
    const struct json_value *a = json_get(json_root(json), "a");
    const struct json_value *x = json_next(a, json_first(a));

    CHECK(
        span_is(json_root(json)->raw, "{\"a\" : [1, \"x\\u0041\", {\"b\":null}], \"c\\n\":true }"));
    CHECK(span_is(a->raw, "[1, \"x\\u0041\", {\"b\":null}]"));
    CHECK(a->count == 3);
    CHECK(span_is(x->raw, "\"x\\u0041\"") && span_is(x->text, "xA"));
    CHECK(span_is(json_next(a, x)->raw, "{\"b\":null}"));
    CHECK(json_get(json_root(json), "c\n")->kind == JSON_BOOL);
}

TEST(what_is_not_json_is_refused)
{
    static const struct {
        struct span text;
        const char *message;
    } cases[] = {
        { BYTES(""), "the JSON ends at byte 0, in the middle" },
        { { NULL, 0 }, "the JSON ends at byte 0, in the middle" },
        { BYTES(" \n"), "the JSON ends at byte 2, in the middle" },
        { BYTES("{} {}"), "not JSON at byte 4: parse error: trailing garbage" },
        { BYTES("{}x"), "not JSON at byte 3: parse error: trailing garbage" },
        { BYTES("[12"), "the JSON ends at byte 3, in [1], in the middle" },
        { BYTES("[?"), "the JSON ends at byte 2, in [1], in the middle" },
        { BYTES("\"abc"), "the JSON ends at byte 4, in the middle" },
        { BYTES("[tru"), "the JSON ends at byte 4, in [0], in the middle" },
        { BYTES("{\"response\":{\"data\":[{},{\"n\":[1,.5]}]}}"),
          "not JSON at byte 33, in response.data[1].n[1]: lexical error: invalid char in json "
          "text." },
        { BYTES("{\"response\":{\"data\":[{\"a\":1},{\"b\":\"x"),
          "the JSON ends at byte 36, in response.data[1], in the middle" },
        { BYTES("{\"a\":[1,2],\"b\":[[0],[1,x]]}"),
          "not JSON at byte 24, in b[1][1]: lexical error: invalid char in json text." },
        { BYTES("[01]"), NULL },
        { BYTES("[+1]"), NULL },
        { BYTES("[.5]"), NULL },
        { BYTES("[1.]"), NULL },
        { BYTES("[1e]"), NULL },
        { BYTES("[-]"), NULL },
        { BYTES("[1,]"), NULL },
        { BYTES("[NaN]"), NULL },
        { BYTES("{\"a\"}"), NULL },
        { BYTES("{\"a\":1,}"), NULL },
        { BYTES("{a:1}"), NULL },
        { BYTES("{1:1}"), NULL },
        { BYTES("[1}"), NULL },
        { BYTES("['a']"), NULL },
        { BYTES("[\"\\x\"]"), NULL },
        { BYTES("[\"\\u12\"]"), NULL },
        { BYTES("[\"\\u12G4\"]"), NULL },
        { BYTES("[\"\\\n\"]"), NULL },
        { BYTES("[1]\0"), NULL },
        { BYTES("[1,\0]"), NULL },
        { BYTES("// a\n[1]"), NULL },
        { BYTES("\xEF\xBB\xBF[1]"), NULL },
        { BYTES("<html>"), NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct json *json = NULL;
        struct err err = { 0 };

        CHECK_AT(i, !json_read(cases[i].text, &json, &err));
        CHECK_AT(i, err.kind == ERR_DATA && !json);
        CHECK_AT(i, err.code == (strstr(err.msg, "in the middle") ? JSON_CUT : JSON_BROKEN));
        CHECK_AT(i, !cases[i].message || strcmp(err.msg, cases[i].message) == 0);
    }
}

/* OData servers send a bare ? for a number that they cannot write; elsewhere it is an error. */
TEST(a_bare_question_mark_is_null)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        { "[?]", true },         { "[1,?,2]", true },    { "{\"a\":?}", true },
        { "{\"a\": ? }", true }, { "[?,\n?]", true },    { "[\"?\",?]", true },
        { "[1?]", false },       { "[-?]", false },      { "[1.?]", false },
        { "[1e?]", false },      { "[?5]", false },      { "[??]", false },
        { "[? ?]", false },      { "{?:1}", false },     { "{\"a\"?}", false },
        { "[tr?e]", false },     { "[\"a\"?]", false },  { "[?\"a\"]", false },
        { "?[1]", false },       { "[\"\\?\"]", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_json *json = NULL;
        struct err err = { 0 };

        CHECK_AT(i, json_read(span_of(cases[i].text), &json, &err) == cases[i].good);
    }
}

TEST(a_bare_question_mark_keeps_its_byte)
{
    auto_json *json = read_text("{\"weight\":?,\"unit\":\"?\"}");
    const struct json_value *weight = json_get(json_root(json), "weight");

    CHECK(weight && weight->kind == JSON_NULL && span_is(weight->raw, "?"));
    CHECK(span_is(json_get(json_root(json), "unit")->text, "?"));
}

TEST(texts_are_decoded_and_repairs_are_flagged)
{
    static const struct {
        struct span inside, text;
        bool repaired;
    } cases[] = {
        { BYTES(""), BYTES(""), false },
        { BYTES("caf\xC3\xA9"), BYTES("caf\xC3\xA9"), false },
        { BYTES("\\\"\\\\\\/\\b\\f\\n\\r\\t"), BYTES("\"\\/\b\f\n\r\t"), false },
        { BYTES("a\\u0000b"), BYTES("a\0b"), false },
        { BYTES("\\u00e9\\u20AC"), BYTES("\xC3\xA9\xE2\x82\xAC"), false },
        { BYTES("\\ud83d\\ude00"), BYTES("\xF0\x9F\x98\x80"), false },
        { BYTES("\\ufffd"), BYTES("\xEF\xBF\xBD"), false },
        { BYTES("\xEF\xBF\xBD"), BYTES("\xEF\xBF\xBD"), false },
        /* lone halves of a surrogate pair */
        { BYTES("\\ud83d"), BYTES("\xEF\xBF\xBD"), true },
        { BYTES("\\ude00x"), BYTES("\xEF\xBF\xBDx"), true },
        { BYTES("\\ud83d\\n"), BYTES("\xEF\xBF\xBD\n"), true },
        { BYTES("\\ud83d\\u0041"),
          BYTES("\xEF\xBF\xBD"
                "A"),
          true },
        { BYTES("\\ud83d\\ud83d\\ude00"), BYTES("\xEF\xBF\xBD\xF0\x9F\x98\x80"), true },
        /* bytes that are not UTF-8 */
        { BYTES("caf\xE9"), BYTES("caf\xEF\xBF\xBD"), true },
        { BYTES("\xC0\xAF"), BYTES("\xEF\xBF\xBD\xEF\xBF\xBD"), true },
        { BYTES("\xED\xA0\x80"), BYTES("\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"), true },
        { BYTES("\xE2\\n\x82"), BYTES("\xEF\xBF\xBD\n\xEF\xBF\xBD"), true },
        /* raw control characters stay */
        { BYTES("a\tb\nc"), BYTES("a\tb\nc"), false },
        { BYTES("a\0b"), BYTES("a\0b"), false },
        { BYTES("\x1F\\t\x7F"), BYTES("\x1F\t\x7F"), false },
        { BYTES("\x01?\\u0041"), BYTES("\x01?A"), false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str document = STR_MAX(KIB(1));
        auto_json *json = NULL;
        const struct json_value *value;

        str_add_text(&document, "[\"");
        str_add_span(&document, cases[i].inside);
        str_add_text(&document, "\"]");
        json = read_span(str_span(&document));
        value = json_first(json_root(json));
        CHECK_AT(i, value->kind == JSON_TEXT && span_equal(value->text, cases[i].text));
        CHECK_AT(i, value->repaired == cases[i].repaired);
        CHECK_AT(i, value->raw.size == cases[i].inside.size + 2);
        CHECK_AT(i, memcmp(value->raw.at + 1, cases[i].inside.at, cases[i].inside.size) == 0);
    }
}

TEST(names_are_decoded_like_texts)
{
    auto_json *json = read_text("{\"a\\u0041\":1,\"\":2,\"x\\ud800\":3,\"b\":4}");
    const struct json_value *first = json_first(json_root(json));
    const struct json_value *third =
        json_next(json_root(json), json_next(json_root(json), json_first(json_root(json))));

    CHECK(span_is(first->name, "aA") && !first->repaired);
    CHECK(span_is(json_get(json_root(json), "")->text, "2"));
    CHECK(span_is(third->name, "x\xEF\xBF\xBD") && third->repaired);
    CHECK(!json_get(json_root(json), "b")->repaired);
    CHECK(!json_first(third) && !json_get(third, "b") && !json_get(NULL, "b"));
}

TEST(duplicate_members_are_all_kept)
{
    static const struct {
        const char *text;
        bool duplicates;
    } cases[] = {
        { "{\"a\":1,\"b\":2,\"a\":3}", true },
        { "{\"a\":1,\"A\":2,\"aa\":3}", false },
        { "{\"a\":1,\"\\u0061\":2}", true },
        { "{\"\":1,\"\":2}", true },
        { "{}", false },
        { "[\"a\",\"a\"]", false },
        { "{\"a\":{\"a\":1}}", false },
        { "\"a\"", false },
    };
    auto_json *json = read_text(cases[0].text);

    CHECK(json_root(json)->count == 3);
    CHECK(span_is(json_get(json_root(json), "a")->text, "1"));
    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_json *each = read_text(cases[i].text);

        CHECK_AT(i, json_has_duplicates(json_root(each)) == cases[i].duplicates);
    }
}

static void nested(struct str *text, size_t levels, const char *open, const char *close)
{
    for (size_t i = 0; i < levels; i++)
        str_add_text(text, open);
    str_add_text(text, "1");
    for (size_t i = 0; i < levels; i++)
        str_add_text(text, close);
}

TEST(depth_is_capped)
{
    static const struct {
        size_t levels;
        const char *open, *close;
        bool good;
    } cases[] = { { 64, "[", "]", true },         { 65, "[", "]", false },
                  { 64, "{\"a\":", "}", true },   { 65, "{\"a\":", "}", false },
                  { 100000, "[", "]", false },    { 32, "[{\"a\":", "}]", true },
                  { 33, "[{\"a\":", "}]", false } };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str text = STR_MAX(MIB(1));
        auto_json *json = NULL;
        struct err err = { 0 };

        nested(&text, cases[i].levels, cases[i].open, cases[i].close);
        CHECK_AT(i, json_read(str_span(&text), &json, &err) == cases[i].good);
        CHECK_AT(i,
                 cases[i].good || strcmp(err.msg, "the JSON is nested deeper than 64 levels") == 0);
    }
}

TEST(a_long_array_is_walked_in_order)
{
    enum { COUNT = 200000 };
    auto_str text = STR_MAX(MIB(8));
    auto_json *json = NULL;
    uint32_t seen = 0;

    str_add_char(&text, '[');
    for (int i = 0; i < COUNT; i++)
        str_printf(&text, "%s{\"n\":[%d]}", i ? "," : "", i);
    str_add_char(&text, ']');
    json = read_span(str_span(&text));
    json_each (record, json_root(json)) {
        char number[16];

        (void)snprintf(number, sizeof number, "[%u]", (unsigned)seen);
        if (!span_is(json_get(record, "n")->raw, number) || record->extent != 3)
            break;
        seen++;
    }
    CHECK(seen == COUNT && json_root(json)->count == COUNT);
    CHECK(json_root(json)->extent == 1 + 3 * COUNT);
}

/* Decoded texts lie in blocks; a text longer than a block has its own. */
TEST(long_texts_are_decoded_whole)
{
    static const size_t sizes[] = { 1, 65535, 65536, 65537, 1000000 };
    auto_str text = STR_MAX(MIB(4));
    auto_json *json = NULL;
    const struct json_value *value;

    str_add_char(&text, '[');
    for (size_t i = 0; i < lengthof(sizes); i++) {
        str_add_text(&text, i ? ",\"\\u0041" : "\"\\u0041");
        for (size_t n = 1; n < sizes[i]; n++)
            str_add_char(&text, (char)('a' + i));
        str_add_char(&text, '"');
    }
    str_add_char(&text, ']');
    json = read_span(str_span(&text));
    value = json_first(json_root(json));
    for (size_t i = 0; i < lengthof(sizes); i++) {
        CHECK_AT(i, value->text.size == sizes[i] && value->text.at[0] == 'A');
        CHECK_AT(i, sizes[i] == 1 || value->text.at[sizes[i] - 1] == (char)('a' + i));
        value = json_next(json_root(json), value);
    }
    CHECK(!value);
}

TEST(a_document_may_be_at_most_one_gib)
{
    struct span text = { "", (size_t)(1 << 30) + 1 };
    struct json *json = NULL;
    struct err err = { 0 };

    CHECK(!json_read(text, &json, &err) && err.kind == ERR_DATA && !json);
    CHECK_STR(err.msg, "the JSON is longer than 1073741824 bytes");
}

TEST(a_path_says_where_a_value_stands)
{
    auto_json *json = read_text("{\"a\":1,\"b\":[[],{\"c\":{\"d\":[1,2,3]}}],\"\":{\"e\":5}}");
    const struct json_value *root = json_root(json);
    const struct json_value *b = json_get(root, "b");
    const struct json_value *second = json_next(b, json_first(b));
    const struct json_value *d = json_get(json_get(second, "c"), "d");
    const struct {
        const struct json_value *value;
        const char *path;
    } cases[] = {
        { root, "the document" },
        { json_first(root), "a" },
        { b, "b" },
        { json_first(b), "b[0]" },
        { second, "b[1]" },
        { d, "b[1].c.d" },
        { json_next(d, json_next(d, json_first(d))), "b[1].c.d[2]" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str path = STR_MAX(256), longer = STR_MAX(256);

        json_path(json, cases[i].value, &path);
        CHECK_STR(str_text(&path), cases[i].path);
        str_add_text(&longer, "in ");
        json_path(json, cases[i].value, &longer);
        CHECK_STR(str_text(&longer) + 3, cases[i].path);
    }
}

/* --- declared shapes ------------------------------------------------------------------------ */

struct file {
    struct span name, label, note;
    uint64_t size, pages;
    bool whole, seen;
    const struct json_value *tags, *owner, *other;
};

static const struct json_member file_shape[] = {
    JSON_SPAN(struct file, name, "name"),
    JSON_SCALAR(struct file, label, "label"),
    JSON_MAYBE_SPAN(struct file, note, "note"),
    JSON_U64(struct file, size, "size"),
    JSON_MAYBE_U64(struct file, pages, "pages"),
    JSON_FLAG(struct file, whole, "whole"),
    JSON_MAYBE_FLAG(struct file, seen, "seen"),
    JSON_LIST(struct file, tags, "tags"),
    JSON_INSIDE(struct file, owner, "owner"),
    JSON_ANY(struct file, other, "other"),
    JSON_SHAPE_END,
};

#define REST "\"whole\":true,\"tags\":[],\"owner\":{},\"other\":null"

TEST(a_shape_fills_a_struct)
{
    auto_json *json = read_text("{\"unknown\":1,\"name\":\"a\",\"label\":12.30,\"size\":\"42\","
                                "\"pages\":null," REST "}");
    struct file file = { .pages = 7, .seen = true, .note = SPAN("untouched") };
    struct err err = { 0 };

    CHECK(json_fill(json, json_root(json), file_shape, &file, &err));
    CHECK(span_is(file.name, "a") && span_is(file.label, "12.30"));
    CHECK(file.size == 42 && file.whole);
    CHECK(file.tags->kind == JSON_ARRAY && file.owner->kind == JSON_OBJECT);
    CHECK(file.other->kind == JSON_NULL);
    CHECK(file.pages == 7 && file.seen && span_is(file.note, "untouched"));
}

TEST(what_does_not_fit_a_shape_is_named)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "{}", "response.data[1].name is missing" },
        { "{\"name\":1}", "response.data[1].name is not a text" },
        { "{\"name\":null}", "response.data[1].name is not a text" },
        { "{\"name\":\"a\",\"label\":[]}", "response.data[1].label is not a text or a number" },
        { "{\"name\":\"a\",\"label\":1,\"note\":1}", "response.data[1].note is not a text" },
        { "{\"name\":\"a\",\"label\":1,\"size\":-1}",
          "response.data[1].size is not a whole number" },
        { "{\"name\":\"a\",\"label\":1,\"size\":1.0}",
          "response.data[1].size is not a whole number" },
        { "{\"name\":\"a\",\"label\":1,\"size\":18446744073709551616}",
          "response.data[1].size is not a whole number" },
        { "{\"name\":\"a\",\"label\":1,\"size\":true}",
          "response.data[1].size is not a whole number" },
        { "{\"name\":\"a\",\"label\":1,\"size\":1,\"whole\":\"yes\"}",
          "response.data[1].whole is not true or false" },
        { "{\"name\":\"a\",\"label\":1,\"size\":1,\"whole\":true,\"tags\":{}}",
          "response.data[1].tags is not an array" },
        { "{\"name\":\"a\",\"label\":1,\"size\":1,\"whole\":true,\"tags\":[],\"owner\":[]}",
          "response.data[1].owner is not an object" },
        { "{\"name\":\"a\",\"label\":1,\"size\":1,\"whole\":true,\"tags\":[],\"owner\":{}}",
          "response.data[1].other is missing" },
        { "[1]", "response.data[1] is not an object" },
        { "null", "response.data[1] is not an object" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_free char *text = mem_printf("{\"response\":{\"data\":[{},%s]}}", cases[i].text);
        auto_json *json = read_text(text);
        const struct json_value *data = json_get(json_get(json_root(json), "response"), "data");
        struct file file = { 0 };
        struct err err = { 0 };

        CHECK_AT(i, !json_fill(json, json_next(data, json_first(data)), file_shape, &file, &err));
        CHECK_AT(i, err.kind == ERR_DATA);
        CHECK_STR(err.msg, cases[i].message);
    }
}

TEST(a_shape_needs_an_object)
{
    static const struct json_member shape[] = {
        JSON_MAYBE_SPAN(struct file, note, "note"),
        JSON_SHAPE_END,
    };
    auto_json *json = read_text("[]");
    struct file file = { 0 };
    struct err err = { 0 };

    CHECK(!json_fill(json, json_root(json), shape, &file, &err));
    CHECK_STR(err.msg, "the document is not an object");
    CHECK(!json_fill(json, json_get(json_root(json), "a"), shape, &file, &err));
    CHECK_STR(err.msg, "the object is missing");
}

TEST(a_member_of_the_root_is_named_alone)
{
    auto_json *json = read_text("{}");
    struct file file = { 0 };
    struct err err = { 0 };

    CHECK(!json_fill(json, json_root(json), file_shape, &file, &err));
    CHECK_STR(err.msg, "name is missing");
}

/* --- writing -------------------------------------------------------------------------------- */

TEST(commas_and_quotes_look_after_themselves)
{
    auto_str text = STR_MAX(KIB(1));
    struct json_writer w = JSON_WRITER(&text);

    json_open_object(&w);
    json_member_text(&w, "text", "a\"b\\c/d");
    json_member_text(&w, "none", NULL);
    json_member_i64(&w, "least", INT64_MIN);
    json_member_u64(&w, "most", UINT64_MAX);
    json_member_flag(&w, "yes", true);
    json_name(&w, "list");
    json_open_array(&w);
    json_write_i64(&w, 1);
    json_open_object(&w);
    json_close_object(&w);
    json_open_array(&w);
    json_close_array(&w);
    json_write_null(&w);
    json_write_raw(&w, SPAN("{ \"kept\": 1.0 }"));
    json_close_array(&w);
    json_member_span(&w, "last", SPAN("a\0b"));
    json_name_span(&w, SPAN("\n"));
    json_write_flag(&w, false);
    json_close_object(&w);
    CHECK_STR(str_text(&text),
              "{\"text\":\"a\\\"b\\\\c/d\",\"none\":null,\"least\":-9223372036854775808,"
              "\"most\":18446744073709551615,\"yes\":true,"
              "\"list\":[1,{},[],null,{ \"kept\": 1.0 }],\"last\":\"a\\u0000b\",\"\\n\":false}");
}

TEST(what_is_written_reads_back)
{
    static const struct span texts[] = {
        BYTES(""),
        BYTES("plain"),
        BYTES("\0\x01\x08\x09\x0A\x0B\x0C\x0D\x1F \x7F"),
        BYTES("\"\\/"),
        BYTES("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \xEF\xBF\xBF \xC2\x80"),
        BYTES("\xE2\x80\xA8?"),
    };

    for (size_t i = 0; i < lengthof(texts); i++) {
        auto_str written = STR_MAX(KIB(1));
        struct json_writer w = JSON_WRITER(&written);
        auto_json *json = NULL;

        json_write_span(&w, texts[i]);
        json = read_span(str_span(&written));
        CHECK_AT(i, span_equal(json_root(json)->text, texts[i]) && !json_root(json)->repaired);
    }
}

TEST(what_is_not_utf8_is_written_repaired)
{
    auto_str text = STR_MAX(KIB(1));
    struct json_writer w = JSON_WRITER(&text);

    json_write_span(&w, SPAN("caf\xE9\xE2\x82"));
    CHECK_STR(str_text(&text), "\"caf\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(what_does_not_fit_is_remembered_by_the_str)
{
    auto_str text = STR_MAX(8);
    struct json_writer w = JSON_WRITER(&text);
    struct err err = { 0 };

    json_write_text(&w, "more than eight");
    CHECK(!str_fits(&text, "the answer", &err) && err.kind == ERR_DATA);
}

static void write_too_deep(struct json_writer *w)
{
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        json_open_array(w);
}

static void close_too_often(struct json_writer *w)
{
    json_open_array(w);
    json_close_array(w);
    json_close_array(w);
}

static void forget_the_value(struct json_writer *w)
{
    json_open_object(w);
    json_name(w, "a");
    json_close_object(w);
}

static void name_it_twice(struct json_writer *w)
{
    json_open_object(w);
    json_name(w, "a");
    json_name(w, "b");
}

/* A mistake in the program ends it, rather than giving broken JSON. */
TEST(bugs_end_the_process)
{
    static void (*const bugs[])(struct json_writer *) = { write_too_deep, close_too_often,
                                                          forget_the_value, name_it_twice };

    for (size_t i = 0; i < lengthof(bugs); i++) {
        pid_t child = fork();
        int status = 0;

        if (child == 0) {
            auto_str text = STR_MAX(KIB(1));
            struct json_writer w = JSON_WRITER(&text);

            (void)close(STDERR_FILENO);
            bugs[i](&w);
            _exit(0);
        }
        CHECK_AT(i, waitpid(child, &status, 0) == child);
        CHECK_AT(i, WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}

TEST(sixty_three_levels_are_written)
{
    auto_str text = STR_MAX(KIB(1));
    struct json_writer w = JSON_WRITER(&text);
    auto_json *json = NULL;

    for (int i = 0; i < JSON_DEPTH_MAX - 1; i++)
        json_open_array(&w);
    for (int i = 0; i < JSON_DEPTH_MAX - 1; i++)
        json_close_array(&w);
    json = read_span(str_span(&text));
    CHECK(json_root(json)->extent == JSON_DEPTH_MAX - 1);
}

TEST(too_many_values_are_refused)
{
    auto_str text = STR_MAX(MIB(64));
    struct json *json = NULL;
    struct err err = { 0 };

    str_add_char(&text, '[');
    for (int i = 0; i < JSON_VALUES_MAX; i++)
        str_add_text(&text, "0,");
    str_add_text(&text, "0]");
    CHECK(!json_read(str_span(&text), &json, &err) && err.kind == ERR_DATA);
    CHECK_STR(err.msg, "the JSON has more than 1000000 values");
    json_free(json);
}
