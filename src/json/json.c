/*
 * Reads JSON over YAJL, which finds the tokens. A token's place in the bytes is worked out from how
 * far YAJL has come, never from its pointers: a number at the very end comes from a buffer of its
 * own. Texts are decoded in json/text.c.
 */
#include "json/json.h"

#include "base/mem.h"
#include "json/text.h"

#include <yajl/yajl_parse.h>

enum { FIRST_VALUES = 64 };

struct json {
    struct json_value *values;
    size_t count, room;
    struct json_texts texts;
};

struct json_reading {
    struct json *json;
    struct span text; /* the bytes as they came; values point into it */
    yajl_handle yajl;
    size_t passed;               /* bytes that YAJL took in earlier calls    */
    size_t after;                /* where the last token ended               */
    size_t open[JSON_DEPTH_MAX]; /* indexes of the enclosing arrays, objects */
    size_t depth;
    bool too_deep, too_many;
    struct span name; /* of the member that comes next */
    bool name_repaired;
};

/* --- YAJL's callbacks ----------------------------------------------------------------------- */

/* A page of nothing but zeros would take thirty times its size. */
static bool is_full(struct json_reading *r)
{
    r->too_many = r->json->count >= JSON_VALUES_MAX;
    return r->too_many;
}

static struct json_value *value_add(struct json_reading *r, enum json_kind kind)
{
    struct json *json = r->json;
    struct json_value *value;

    if (json->count == json->room) {
        json->room = json->room ? json->room * 2 : FIRST_VALUES;
        json->values = mem_grow(json->values, json->room * sizeof *json->values);
    }
    if (r->depth)
        json->values[r->open[r->depth - 1]].count++;
    value = &json->values[json->count++];
    *value = (struct json_value){
        .kind = kind, .extent = 1, .name = r->name, .repaired = r->name_repaired
    };
    r->name = SPAN_NONE;
    r->name_repaired = false;
    return value;
}

static size_t reading_position(const struct json_reading *r)
{
    return r->passed + yajl_get_bytes_consumed(r->yajl);
}

/* The token of `size` bytes that YAJL has just passed. */
static struct span token_end(struct json_reading *r, size_t size)
{
    r->after = reading_position(r);
    return (struct span){ r->text.at + r->after - size, size };
}

static struct span text_token(struct json_reading *r)
{
    const char *begin = r->text.at + r->after;
    size_t end = reading_position(r);
    const char *quote = memchr(begin, '"', end - r->after);

    r->after = end;
    return (struct span){ quote, (size_t)(r->text.at + end - quote) };
}

static int scalar_add(struct json_reading *r, enum json_kind kind, struct span raw)
{
    struct json_value *value;

    if (is_full(r))
        return 0;
    value = value_add(r, kind);
    value->raw = value->text = raw;
    return 1;
}

static int on_null(void *arg)
{
    return scalar_add(arg, JSON_NULL, token_end(arg, 4));
}

static int on_boolean(void *arg, int is_true)
{
    return scalar_add(arg, JSON_BOOL, token_end(arg, is_true ? 4 : 5));
}

static int on_number(void *arg, const char *token, size_t size)
{
    struct span raw = token_end(arg, size);

    (void)token;
    return scalar_add(arg, span_is(raw, "?") ? JSON_NULL : JSON_NUMBER, raw);
}

static struct span quotes_strip(struct span raw)
{
    return (struct span){ raw.at + 1, raw.size - 2 };
}

static int on_text(void *arg, const unsigned char *decoded, size_t size)
{
    struct json_reading *r = arg;
    struct span raw = text_token(r);
    bool repaired;
    struct span text = json_text_decode(&r->json->texts, quotes_strip(raw), &repaired);
    struct json_value *value;

    (void)decoded;
    (void)size;
    if (is_full(r))
        return 0;
    value = value_add(r, JSON_TEXT);
    value->raw = raw;
    value->text = text;
    value->repaired |= repaired;
    return 1;
}

static int on_name(void *arg, const unsigned char *decoded, size_t size)
{
    struct json_reading *r = arg;

    (void)decoded;
    (void)size;
    r->name = json_text_decode(&r->json->texts, quotes_strip(text_token(r)), &r->name_repaired);
    return 1;
}

static int open_add(struct json_reading *r, enum json_kind kind)
{
    struct span raw = token_end(r, 1);

    if (r->depth == JSON_DEPTH_MAX) {
        r->too_deep = true;
        return 0;
    }
    if (is_full(r))
        return 0;
    value_add(r, kind)->raw = raw;
    r->open[r->depth++] = r->json->count - 1;
    return 1;
}

static int on_close(void *arg)
{
    struct json_reading *r = arg;
    struct span raw = token_end(r, 1);
    size_t index = r->open[--r->depth];
    struct json_value *value = &r->json->values[index];

    value->raw.size = (size_t)(raw.at + 1 - value->raw.at);
    value->extent = (uint32_t)(r->json->count - index);
    return 1;
}

static int on_array(void *arg)
{
    return open_add(arg, JSON_ARRAY);
}

static int on_object(void *arg)
{
    return open_add(arg, JSON_OBJECT);
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_text,
    .yajl_start_map = on_object,
    .yajl_map_key = on_name,
    .yajl_end_map = on_close,
    .yajl_start_array = on_array,
    .yajl_end_array = on_close,
};

/* --- the document --------------------------------------------------------------------------- */

/* Adds the place where reading stopped: "response.data[3].fieldData"; nothing at the top. */
static void place_add(const struct json_reading *r, struct str *to)
{
    const struct json_value *values = r->json->values;

    for (size_t i = 0; i < r->depth; i++) {
        const struct json_value *in = &values[r->open[i]];
        bool is_last = i + 1 == r->depth;

        if (i > 0 && values[r->open[i - 1]].kind == JSON_OBJECT)
            str_printf(to, "%s" SPAN_FORMAT, to->size ? "." : "", SPAN_ARGS(in->name));
        if (in->kind == JSON_ARRAY)
            str_printf(to, "[%u]", is_last ? in->count : in->count - 1);
    }
}

static bool parse_failed(struct json_reading *r, struct err *err)
{
    size_t at = reading_position(r) < r->text.size ? reading_position(r) : r->text.size;
    auto_str place = STR_MAX(160);
    unsigned char *said;

    if (r->too_deep)
        return err_set(err, ERR_DATA, JSON_TOO_MUCH, "the JSON is nested deeper than %d levels",
                       JSON_DEPTH_MAX);
    if (r->too_many)
        return err_set(err, ERR_DATA, JSON_TOO_MUCH, "the JSON has more than %d values",
                       JSON_VALUES_MAX);
    place_add(r, &place);
    if (r->passed == r->text.size)
        return err_set(err, ERR_DATA, JSON_CUT, "the JSON ends at byte %zu%s%s, in the middle",
                       r->text.size, place.size ? ", in " : "", str_text(&place));
    said = yajl_get_error(r->yajl, 0, NULL, 0);
    (void)err_set(err, ERR_DATA, JSON_BROKEN, "not JSON at byte %zu%s%s: %.*s", at,
                  place.size ? ", in " : "", str_text(&place),
                  (int)strcspn((const char *)said, "\n"), (const char *)said);
    yajl_free_error(r->yajl, said);
    return false;
}

static bool reading_feed(struct json_reading *r, const char *bytes)
{
    if (yajl_parse(r->yajl, (const unsigned char *)bytes, r->text.size) != yajl_status_ok)
        return false;
    r->passed = r->text.size;
    return yajl_complete_parse(r->yajl) == yajl_status_ok;
}

/* `bytes` is the input for YAJL: the text itself, or a patched copy of the same size. */
static bool json_parse(struct json *json, struct span text, const char *bytes, struct err *err)
{
    struct json_reading r = { .json = json, .text = text };
    bool good;

    json->count = 0;
    json->texts.most_bytes = text.size;
    r.yajl = yajl_alloc(&callbacks, NULL, &r);
    if (!r.yajl)
        abort();
    (void)yajl_config(r.yajl, yajl_dont_validate_strings, 1);
    good = reading_feed(&r, bytes) || parse_failed(&r, err);
    yajl_free(r.yajl);
    return good;
}

static bool is_among(char c, const char *set)
{
    return c && strchr(set, c);
}

/* Whether the `?` at `i` is a token of its own, and not a piece of something broken like 1? */
static bool is_bare(struct span text, size_t i)
{
    char before = i > 0 ? text.at[i - 1] : ' ';
    char after = i + 1 < text.size ? text.at[i + 1] : ' ';

    return text.at[i] == '?' && is_among(before, " \t\r\n:,[") && is_among(after, " \t\r\n,]}");
}

/*
 * A copy in which YAJL refuses only what is really broken: raw control characters inside texts, and
 * bare `?` outside them, are painted over. NULL if there are none.
 */
static char *painted_over(struct span text)
{
    char *copy = span_text(text);
    bool inside = false, changed = false;

    for (size_t i = 0; i < text.size; i++) {
        if (inside && text.at[i] == '\\' && i + 1 < text.size) {
            i++;
        } else if (text.at[i] == '"') {
            inside = !inside;
        } else if (inside ? (uint8_t)text.at[i] < 0x20 : is_bare(text, i)) {
            copy[i] = inside ? ' ' : '0';
            changed = true;
        }
    }
    if (!changed)
        free(take(copy));
    return copy;
}

/* Parses the text as it came, or else painted over. The second complaint is about real damage. */
static bool parse_or_paint(struct json *json, struct span text, struct err *err)
{
    auto_free char *painted = NULL;
    struct err first;

    if (json_parse(json, text, text.at, &first))
        return true;
    painted = painted_over(text);
    if (painted)
        return json_parse(json, text, painted, err);
    *err = first;
    return false;
}

bool json_read(struct span text, struct json **json_r, struct err *err)
{
    auto_json *json = mem_new(struct json);

    if (text.size > JSON_SIZE_MAX)
        return err_set(err, ERR_DATA, JSON_TOO_MUCH, "the JSON is longer than %d bytes",
                       JSON_SIZE_MAX);
    if (!parse_or_paint(json, text, err))
        return false;
    *json_r = take(json);
    return true;
}

void json_free(struct json *json)
{
    if (!json)
        return;
    json_texts_clear(&json->texts);
    free(json->values);
    free(json);
}

void auto_json_cleanup(struct json **json)
{
    json_free(*json);
}

const struct json_value *json_root(const struct json *json)
{
    return json->values;
}

const struct json_value *json_first(const struct json_value *parent)
{
    return parent && parent->count ? parent + 1 : NULL;
}

const struct json_value *json_next(const struct json_value *parent, const struct json_value *child)
{
    const struct json_value *next = child + child->extent;

    return next < parent + parent->extent ? next : NULL;
}

const struct json_value *json_get_span(const struct json_value *object, struct span name)
{
    if (!object || object->kind != JSON_OBJECT)
        return NULL;
    json_each (member, object)
        if (span_equal(member->name, name))
            return member;
    return NULL;
}

const struct json_value *json_get(const struct json_value *object, const char *name)
{
    return json_get_span(object, span_of(name));
}

static int by_name(const void *a, const void *b)
{
    const struct span *left = a, *right = b;
    size_t size = left->size < right->size ? left->size : right->size;
    int order = size ? memcmp(left->at, right->at, size) : 0;

    return order ? order : (left->size > right->size) - (left->size < right->size);
}

bool json_has_duplicates(const struct json_value *object)
{
    auto_free struct span *names = mem_zero(object->count * sizeof *names);
    size_t count = 0;

    if (object->kind != JSON_OBJECT)
        return false;
    json_each (member, object)
        names[count++] = member->name;
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 1; i < count; i++)
        if (span_equal(names[i - 1], names[i]))
            return true;
    return false;
}

void json_path(const struct json *json, const struct json_value *value, struct str *to)
{
    const struct json_value *at = json_root(json);
    size_t begin = to->size;

    if (value == at)
        str_add_text(to, "the document");
    while (at != value) {
        const struct json_value *parent = at;
        size_t index = 0;

        at = json_first(parent);
        for (; value >= at + at->extent; index++)
            at += at->extent;
        if (parent->kind == JSON_ARRAY)
            str_printf(to, "[%zu]", index);
        else
            str_printf(to, "%s" SPAN_FORMAT, to->size > begin ? "." : "",
                       SPAN_ARGS(span_first(at->name, 64)));
    }
}
