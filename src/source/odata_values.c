/* Rewrites single values. */
#include "source/odata_values.h"

#include "http/url.h"

enum { DATE_SIZE = 10, TIME_SIZE = 8, NUMBER_MAX = 1024 };

const char *odata_result(const struct metadata_field *field)
{
    static const struct {
        const char *type, *result;
    } results[] = {
        { "Edm.Date", "date" },      { "Edm.DateTimeOffset", "timeStamp" },
        { "Edm.Decimal", "number" }, { "Edm.Double", "number" },
        { "Edm.Int64", "number" },   { "Edm.Int32", "number" },
        { "Edm.Duration", "time" },  { "Edm.TimeOfDay", "time" },
    };

    if (field->is_container)
        return "container";
    for (size_t i = 0; i < lengthof(results); i++)
        if (strcmp(field->type, results[i].type) == 0)
            return results[i].result;
    return "text";
}

/* --- dates ---------------------------------------------------------------------------------- */

/* Whether a text begins as a pattern of digits (9) and marks says. */
static bool is_like(struct span text, const char *pattern)
{
    for (size_t i = 0; pattern[i]; i++) {
        bool is_digit = i < text.size && text.at[i] >= '0' && text.at[i] <= '9';

        if (i >= text.size || (pattern[i] == '9' ? !is_digit : text.at[i] != pattern[i]))
            return false;
    }
    return true;
}

/* "2024-03-01" as "03/01/2024" */
static void date_add(struct str *to, struct span date)
{
    str_add(to, date.at + 5, 2);
    str_add_char(to, '/');
    str_add(to, date.at + 8, 2);
    str_add_char(to, '/');
    str_add(to, date.at, 4);
}

/* What may follow the seconds: a fraction and a zone. */
static bool is_zone(struct span rest)
{
    if (span_starts(rest, "."))
        do
            rest = span_from(rest, 1);
        while (is_like(rest, "9"));
    return rest.size == 0 || span_is(rest, "Z")
           || (rest.size == 6 && (is_like(rest, "+99:99") || is_like(rest, "-99:99")));
}

static void date_rewrite(struct json_writer *w, struct span text)
{
    auto_str date = STR_MAX(32);

    if (text.size != DATE_SIZE || !is_like(text, "9999-99-99")) {
        json_write_span(w, text);
        return;
    }
    date_add(&date, text);
    json_write_span(w, str_span(&date));
}

static void stamp_rewrite(struct json_writer *w, struct span text)
{
    auto_str stamp = STR_MAX(32);

    if (!is_like(text, "9999-99-99T99:99:99")
        || !is_zone(span_from(text, DATE_SIZE + 1 + TIME_SIZE))) {
        json_write_span(w, text);
        return;
    }
    date_add(&stamp, text);
    str_add_char(&stamp, ' ');
    str_add(&stamp, text.at + DATE_SIZE + 1, TIME_SIZE);
    json_write_span(w, str_span(&stamp));
}

/* --- numbers -------------------------------------------------------------------------------- */

static struct span digits_skip(struct span rest, bool *some_r)
{
    *some_r = is_like(rest, "9");
    while (is_like(rest, "9"))
        rest = span_from(rest, 1);
    return rest;
}

static bool is_exponent(struct span rest)
{
    bool some;

    rest = span_from(rest, 1);
    if (span_starts(rest, "+") || span_starts(rest, "-"))
        rest = span_from(rest, 1);
    return digits_skip(rest, &some).size == 0 && some;
}

/* Whether a text is a number by the rules of JSON (RFC 8259, 6). */
static bool is_number(struct span text)
{
    struct span rest = span_from(text, span_starts(text, "-")), whole = rest;
    bool some;

    rest = digits_skip(rest, &some);
    if (!some || (span_starts(whole, "0") && whole.size - rest.size > 1))
        return false;
    if (span_starts(rest, ".")) {
        rest = digits_skip(span_from(rest, 1), &some);
        if (!some)
            return false;
    }
    return rest.size == 0
           || ((span_starts(rest, "e") || span_starts(rest, "E")) && is_exponent(rest));
}

/* Servers before 26 write -.25. */
static void number_rewrite(struct json_writer *w, struct span text)
{
    auto_str number = STR_MAX(NUMBER_MAX);
    bool is_negative = span_starts(text, "-");
    struct span rest = span_from(text, is_negative);

    if (is_negative)
        str_add_char(&number, '-');
    if (span_starts(rest, "."))
        str_add_char(&number, '0');
    str_add_span(&number, rest);
    if (!number.cut && is_number(str_span(&number)))
        json_write_raw(w, str_span(&number));
    else
        json_write_span(w, text);
}

void odata_value_rewrite(struct json_writer *w, const struct metadata_field *field,
                         const struct json_value *value)
{
    const char *result = odata_result(field);

    if (!value || value->kind == JSON_NULL)
        json_write_text(w, "");
    else if (value->kind == JSON_ARRAY || value->kind == JSON_OBJECT)
        json_write_span(w, value->raw);
    else if (strcmp(result, "date") == 0)
        date_rewrite(w, value->text);
    else if (strcmp(result, "timeStamp") == 0)
        stamp_rewrite(w, value->text);
    else if (strcmp(result, "number") == 0)
        number_rewrite(w, value->text);
    else
        json_write_span(w, value->text);
}

/* --- names ---------------------------------------------------------------------------------- */

static bool is_plain(const char *name)
{
    for (; *name; name++)
        if (!((*name >= '0' && *name <= '9') || (*name >= 'a' && *name <= 'z')
              || (*name >= 'A' && *name <= 'Z') || *name == '_'))
            return false;
    return true;
}

void odata_add_name(struct str *to, const char *name)
{
    const char *quote = is_plain(name) ? "" : "%22";

    str_add_text(to, quote);
    url_add_encoded(to, span_of(name), "");
    str_add_text(to, quote);
}
