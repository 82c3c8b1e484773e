/* Any bytes as a JSON document; what is read must describe those bytes. */
#include "fuzz.h"

#include "base/utf8.h"
#include "json/shape.h"
#include "json/writer.h"

struct page {
    struct span id, label;
    uint64_t size;
    bool whole;
    const struct json_value *data, *owner, *other;
};

static const struct json_member page_shape[] = {
    JSON_MAYBE_SPAN(struct page, id, "id"),     JSON_MAYBE_SCALAR(struct page, label, "label"),
    JSON_MAYBE_U64(struct page, size, "size"),  JSON_MAYBE_FLAG(struct page, whole, "whole"),
    JSON_MAYBE_LIST(struct page, data, "data"), JSON_MAYBE_INSIDE(struct page, owner, "owner"),
    JSON_ANY(struct page, other, "other"),      JSON_SHAPE_END,
};

static bool lies_in(struct span inner, struct span outer)
{
    return inner.at >= outer.at && inner.at + inner.size <= outer.at + outer.size;
}

/* The writer's words for a text read back as that text. */
static void check_writing(struct span text)
{
    auto_str written = STR_MAX(MIB(16));
    auto_json *json = NULL;
    struct json_writer w = JSON_WRITER(&written);
    struct err err = { 0 };

    json_open_array(&w);
    json_write_span(&w, text);
    json_close_array(&w);
    assert(json_read(str_span(&written), &json, &err));
    assert(span_equal(json_first(json_root(json))->text, text));
    assert(!json_first(json_root(json))->repaired);
}

static void check_scalar(const struct json_value *value)
{
    assert(value->extent == 1 && value->count == 0);
    if (value->kind == JSON_NUMBER)
        for (size_t i = 0; i < value->text.size; i++)
            assert(strchr("-+.eE0123456789", value->text.at[i]));
    if (value->kind != JSON_TEXT) {
        assert(span_equal(value->text, value->raw));
        return;
    }
    assert(value->raw.at[0] == '"' && value->raw.at[value->raw.size - 1] == '"');
    assert(utf8_is_valid(value->text));
    check_writing(value->text);
}

static void check_rereading(const struct json_value *value)
{
    auto_json *json = NULL;
    struct err err = { 0 };

    assert(json_read(value->raw, &json, &err) && err.kind == ERR_NONE);
    assert(json_root(json)->kind == value->kind);
    assert(json_root(json)->extent == value->extent && json_root(json)->count == value->count);
    assert(span_equal(json_root(json)->raw, value->raw));
    assert(span_equal(json_root(json)->text, value->text));
}

static void check_value(const struct json *json, const struct json_value *value);

static void check_inside(const struct json *json, const struct json_value *parent)
{
    const char *after = parent->raw.at;
    uint32_t count = 0, extent = 1;

    json_each (child, parent) {
        assert(lies_in(child->raw, parent->raw) && child->raw.at > after);
        assert((child->name.at != NULL) == (parent->kind == JSON_OBJECT));
        after = child->raw.at + child->raw.size;
        count++;
        extent += child->extent;
        if (parent->kind == JSON_OBJECT)
            assert(json_get_span(parent, child->name) <= child);
        check_value(json, child);
    }
    assert(count == parent->count && extent == parent->extent);
}

static void check_value(const struct json *json, const struct json_value *value)
{
    auto_str path = STR_MAX(256);

    json_path(json, value, &path);
    (void)json_has_duplicates(value);
    assert(value->raw.size > 0);
    if (value->kind == JSON_ARRAY || value->kind == JSON_OBJECT)
        check_inside(json, value);
    else
        check_scalar(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_span(data, size);
    auto_json *json = NULL;
    struct page page = { 0 };
    struct err err = { 0 };

    if (!json_read(text, &json, &err)) {
        assert(err.kind == ERR_DATA && *err.msg && !json);
        return 0;
    }
    assert(err.kind == ERR_NONE && lies_in(json_root(json)->raw, text));
    check_value(json, json_root(json));
    check_rereading(json_root(json));
    json_each (child, json_root(json))
        check_rereading(child);
    if (json_fill(json, json_root(json), page_shape, &page, &err))
        assert(page.other && lies_in(page.other->raw, text));
    else
        assert(err.kind == ERR_DATA && *err.msg);
    return 0;
}
