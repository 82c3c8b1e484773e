/* Reading and writing JSON. */
#include "json/json.h"
#include "json/writer.h"

#include "base/mem.h"
#include "tap.h"

static struct json *read_text(const char *text)
{
    struct json *json = NULL;
    struct err err = { 0 };

    CHECK(json_read(span_of(text), &json, &err));
    return json;
}

TEST(numbers_keep_their_token)
{
    static const char *const tokens[] = { "0",    "-0", "12.30", "1e400", "12345678901234567890123",
                                          "-1E-7" };

    for (size_t i = 0; i < lengthof(tokens); i++) {
        auto_free char *text = mem_printf("{\"n\": %s}", tokens[i]);
        auto_json *json = read_text(text);
        const struct json_value *n = json_get(json_root(json), "n");

        CHECK_AT(i, n && n->kind == JSON_NUMBER && span_is(n->text, tokens[i]));
        CHECK_AT(i, n && span_is(n->raw, tokens[i]));
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
