/* Reads conditions on fields, and applies them to records. */
#include "document/filter.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "json/writer.h"

#include <ctype.h>

struct filter_condition {
    char *field;
    bool is_not;
    char *values; /* lower case, separated by '|' */
};

struct filter {
    struct filter_condition *conditions;
    size_t count;
};

void filter_free(struct filter *filter)
{
    if (!filter)
        return;
    for (size_t i = 0; i < filter->count; i++) {
        free(filter->conditions[i].field);
        free(filter->conditions[i].values);
    }
    free(filter->conditions);
    free(filter);
}

static char *lower_copy(struct span text)
{
    auto_str to = STR_MAX(KIB(64));

    utf8_add_lower(&to, span_trim(text));
    return str_take(&to);
}

static bool condition_read(struct span text, const char *mark_field,
                           struct filter_condition *condition_r, struct err *err)
{
    struct span values = text;
    struct span name = span_cut(&values, '=');
    bool is_not = span_ends(name, "!");

    if (!values.at)
        return err_set(err, ERR_USAGE, 0,
                       "'" SPAN_FORMAT "' is not a condition such as Type = Letter",
                       SPAN_ARGS(span_first(span_trim(text), 64)));
    name = span_trim(is_not ? span_first(name, name.size - 1) : name);
    if (name.size == 0 || (*mark_field && span_is(name, mark_field)))
        return err_set(err, ERR_USAGE, 0, "a condition on '" SPAN_FORMAT "': %s",
                       SPAN_ARGS(span_first(name, 64)),
                       name.size ? "the mark changes while documents are moved, and cannot say "
                                   "which are documents"
                                 : "no field is named");
    *condition_r = (struct filter_condition){ span_text(name), is_not, lower_copy(values) };
    return true;
}

bool filter_read(const char *text, const char *mark_field, struct filter **filter_r,
                 struct err *err)
{
    struct filter *filter = mem_new(struct filter);
    struct span rest = span_trim(span_of(text));

    while (rest.size) {
        struct filter_condition condition;

        if (!condition_read(span_cut(&rest, ','), mark_field, &condition, err)) {
            filter_free(filter);
            return false;
        }
        filter->conditions =
            mem_grow(filter->conditions, (filter->count + 1) * sizeof *filter->conditions);
        filter->conditions[filter->count++] = condition;
    }
    *filter_r = filter;
    return true;
}

static bool value_is_one_of(const char *value, const char *values)
{
    struct span rest = span_of(values);

    do {
        if (span_is(span_trim(span_cut(&rest, '|')), value))
            return true;
    } while (rest.at);
    return false;
}

bool filter_passes(const struct filter *filter, const struct filemaker_record *record)
{
    for (size_t i = 0; i < filter->count; i++) {
        const struct filter_condition *condition = &filter->conditions[i];
        auto_free char *value = lower_copy(filemaker_text(record, condition->field));

        if (value_is_one_of(value, condition->values) == condition->is_not)
            return false;
    }
    return true;
}

const char *filter_field(const struct filter *filter, size_t index)
{
    return index < filter->count ? filter->conditions[index].field : NULL;
}

/* --- asking the source ---------------------------------------------------------------------- */

/* Finds give signs a meaning, and compare letters beyond ASCII by the field's language. */
static bool value_is_plain(struct span value)
{
    for (size_t i = 0; i < value.size; i++)
        if (!isalnum((unsigned char)value.at[i]) && value.at[i] != ' ')
            return false;
    return value.size > 0;
}

/* Whether a find can ask for a condition: it is no negation, and its values are plain words. */
static bool can_be_asked(const struct filter_condition *condition)
{
    struct span rest = span_of(condition->values);

    if (condition->is_not)
        return false;
    do {
        if (!value_is_plain(span_trim(span_cut(&rest, '|'))))
            return false;
    } while (rest.at);
    return true;
}

/* One condition is enough. The find also matches words that only begin with a value. */
bool filter_query(const struct filter *filter, struct str *query_r)
{
    struct json_writer w = JSON_WRITER(query_r);
    size_t i = 0;
    struct span rest;

    while (i < filter->count && !can_be_asked(&filter->conditions[i]))
        i++;
    if (i == filter->count)
        return false;
    json_open_array(&w);
    rest = span_of(filter->conditions[i].values);
    do {
        json_open_object(&w);
        json_member_span(&w, filter->conditions[i].field, span_trim(span_cut(&rest, '|')));
        json_close_object(&w);
    } while (rest.at);
    json_close_array(&w);
    return !query_r->cut;
}
