/* Writing JSON straight into a str. */
#include "json/writer.h"

#include "base/foreign.h"
#include "base/utf8.h"

#include <assert.h>

static void before_value(struct json_writer *w)
{
    uint64_t bit = UINT64_C(1) << w->depth;

    if (w->after_name) {
        w->after_name = false;
        return;
    }
    if (w->has_members & bit)
        str_add_char(w->to, ',');
    w->has_members |= bit;
}

static void open_level(struct json_writer *w, char bracket)
{
    before_value(w);
    str_add_char(w->to, bracket);
    w->depth++;
    assert(w->depth < JSON_DEPTH_MAX);
    w->has_members &= ~(UINT64_C(1) << w->depth);
}

static void close_level(struct json_writer *w, char bracket)
{
    assert(w->depth > 0 && !w->after_name);
    w->depth--;
    str_add_char(w->to, bracket);
}

void json_open_object(struct json_writer *w)
{
    open_level(w, '{');
}

void json_open_array(struct json_writer *w)
{
    open_level(w, '[');
}

void json_close_object(struct json_writer *w)
{
    close_level(w, '}');
}

void json_close_array(struct json_writer *w)
{
    close_level(w, ']');
}

static bool char_is_plain(char c)
{
    return (uint8_t)c >= 0x20 && (uint8_t)c < 0x7F && c != '"' && c != '\\';
}

static void add_number(struct str *to, uint32_t code)
{
    if (code > 0xFFFF)
        str_printf(to, "\\u%04x\\u%04x", 0xD800 + ((code - 0x10000) >> 10),
                   0xDC00 + (code & 0x3FF));
    else
        str_printf(to, "\\u%04x", code);
}

static void add_escaped(struct str *to, uint32_t code, bool shown)
{
    static const char shorts[][2] = { { '"', '"' },  { '\\', '\\' }, { '\b', 'b' }, { '\f', 'f' },
                                      { '\n', 'n' }, { '\r', 'r' },  { '\t', 't' } };

    for (size_t i = 0; i < lengthof(shorts); i++) {
        if (code == (uint32_t)shorts[i][0]) {
            str_add(to, (char[]){ '\\', shorts[i][1] }, 2);
            return;
        }
    }
    if (code < 0x20 || (shown && foreign_is_harmful(code)))
        add_number(to, code);
    else
        utf8_add(to, code);
}

static void add_quoted(const struct json_writer *w, struct span text)
{
    struct str *to = w->to;

    str_add_char(to, '"');
    while (text.size) {
        size_t plain = 0;
        uint32_t code;

        while (plain < text.size && char_is_plain(text.at[plain]))
            plain++;
        str_add(to, text.at, plain);
        text = span_from(text, plain);
        if (text.size) {
            (void)utf8_next(&text, &code);
            add_escaped(to, code, w->shown);
        }
    }
    str_add_char(to, '"');
}

void json_name_span(struct json_writer *w, struct span name)
{
    assert(!w->after_name);
    before_value(w);
    add_quoted(w, name);
    str_add_char(w->to, ':');
    w->after_name = true;
}

void json_name(struct json_writer *w, const char *name)
{
    json_name_span(w, span_of(name));
}

void json_write_span(struct json_writer *w, struct span text)
{
    before_value(w);
    add_quoted(w, text);
}

void json_write_text(struct json_writer *w, const char *text)
{
    if (text)
        json_write_span(w, span_of(text));
    else
        json_write_null(w);
}

void json_write_i64(struct json_writer *w, int64_t n)
{
    before_value(w);
    str_add_i64(w->to, n);
}

void json_write_u64(struct json_writer *w, uint64_t n)
{
    before_value(w);
    str_add_u64(w->to, n);
}

void json_write_flag(struct json_writer *w, bool flag)
{
    json_write_raw(w, span_of(flag ? "true" : "false"));
}

void json_write_null(struct json_writer *w)
{
    json_write_raw(w, span_of("null"));
}

void json_write_raw(struct json_writer *w, struct span json)
{
    before_value(w);
    str_add_span(w->to, json);
}
