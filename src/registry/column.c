/* The types of columns, and the forms of the values that they hold. */
#include "registry/column.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"

#include <limits.h>

void column_clear(struct registry_column *column)
{
    free(column->plain_name);
    free(column->quoted_name);
    free(column->template_text);
    free(column->type);
    template_clear(&column->template);
    *column = (struct registry_column){ 0 };
}

/* --- types ------------------------------------------------------------------------------------ */

static const struct {
    const char *begins;
    enum column_kind kind;
    int64_t most_number;
} types[] = {
    { "uuid", COLUMN_UUID, 0 },
    { "bool", COLUMN_TRUTH, 0 },
    { "interval", COLUMN_OTHER, 0 },
    { "smallint", COLUMN_NUMBER, INT16_MAX },
    { "bigint", COLUMN_NUMBER, INT64_MAX },
    { "int", COLUMN_NUMBER, INT32_MAX },
    { "numeric", COLUMN_NUMBER, INT64_MAX },
    { "decimal", COLUMN_NUMBER, INT64_MAX },
    { "real", COLUMN_NUMBER, INT64_MAX },
    { "double", COLUMN_NUMBER, INT64_MAX },
    { "timestamp with time zone", COLUMN_STAMP, 0 },
    { "timestamp", COLUMN_LOCAL, 0 },
    { "datetime", COLUMN_LOCAL, 0 },
    { "date", COLUMN_DATE, 0 },
    { "json", COLUMN_JSON, 0 },
    { "char", COLUMN_TEXT, 0 },
    { "varchar", COLUMN_TEXT, 0 },
    { "nvarchar", COLUMN_TEXT, 0 },
    { "text", COLUMN_TEXT, 0 },
    { "citext", COLUMN_TEXT, 0 },
};

/* Whether a column of numbers holds only whole ones. */
static bool column_is_whole(const struct registry_column *column)
{
    struct span type = span_of(column->type);

    return span_starts(type, "smallint") || span_starts(type, "bigint") || span_starts(type, "int");
}

/* The length in a type: 255 in "character varying(255)"; 0: none. */
static size_t length_of(struct span type)
{
    uint64_t length = 0;
    struct err ignored;
    struct span rest = type;

    (void)span_cut(&rest, '(');
    if (!rest.at || !num_u64(span_trim(span_cut(&rest, ')')), 1, INT_MAX, &length, &ignored))
        return 0;
    return (size_t)length;
}

void column_type_read(struct registry_column *column, struct span type)
{
    column->kind = type.size ? COLUMN_OTHER : COLUMN_TEXT; /* SQLite: a column without a type */
    for (size_t i = 0; i < lengthof(types); i++) {
        if (!span_starts(type, types[i].begins))
            continue;
        column->kind = types[i].kind;
        column->most_number = types[i].most_number;
        break;
    }
    if (column->kind == COLUMN_TEXT)
        column->most_chars = length_of(type);
    column->type = type.size ? span_text(type) : mem_text("of no type");
}

const char *column_wants(const struct registry_column *column)
{
    size_t most = column->most_chars;
    enum column_kind kind = column->kind;

    if (kind == COLUMN_OTHER)
        return NULL;
    switch (template_type(&column->template)) {
    case VALUE_NOTHING:
    case VALUE_FIELD:
        return NULL;
    case VALUE_ID:
        return kind == COLUMN_UUID || kind == COLUMN_NUMBER || kind == COLUMN_TEXT
                   ? NULL
                   : "of the patients' ids' type";
    case VALUE_TEXT:
        return kind == COLUMN_TEXT ? NULL : "a text";
    case VALUE_NUMBER:
        return kind == COLUMN_NUMBER || kind == COLUMN_TEXT ? NULL : "a number";
    case VALUE_UUID:
        return kind == COLUMN_UUID || (kind == COLUMN_TEXT && (most == 0 || most >= 32))
                   ? NULL
                   : "a uuid, or a text of at least 32 characters";
    case VALUE_STAMP:
        return kind == COLUMN_STAMP || kind == COLUMN_LOCAL || kind == COLUMN_DATE
                       || kind == COLUMN_TEXT
                   ? NULL
                   : "a timestamp";
    case VALUE_DAY:
        return kind == COLUMN_DATE || kind == COLUMN_STAMP || kind == COLUMN_LOCAL
                       || kind == COLUMN_TEXT
                   ? NULL
                   : "a date";
    case VALUE_JSON:
        return kind == COLUMN_JSON || (kind == COLUMN_TEXT && most == 0)
                   ? NULL
                   : "json, jsonb, or a text of any length";
    }
    abort();
}

/* --- values ----------------------------------------------------------------------------------- */

/* No value: null, but an empty text in a column of texts that takes no null. */
static struct sql_value column_nothing(const struct registry_column *column)
{
    bool is_empty = column->not_null && column->kind == COLUMN_TEXT;

    return is_empty ? sql_span((struct span){ "", 0 }) : sql_null();
}

static bool is_word_of(struct span text, const char *const *words)
{
    for (; *words; words++)
        if (span_is_nocase(text, *words))
            return true;
    return false;
}

/* The value of a yes or a no; any other word is no value. */
static struct sql_value value_of_truth(const struct registry_column *column, struct span text)
{
    static const char *const yes[] = { "true", "yes", "on", "t", "y", "1", NULL };
    static const char *const no[] = { "false", "no", "off", "f", "n", "0", NULL };
    struct span word = span_trim(text);

    if (is_word_of(word, yes))
        return sql_i64(1);
    return is_word_of(word, no) ? sql_i64(0) : column_nothing(column);
}

static struct sql_value value_of_text(const struct registry_column *column, struct span text)
{
    if (text.size == 0 && (column->kind != COLUMN_TEXT || !text.at))
        return column_nothing(column);
    if (column->kind == COLUMN_TRUTH)
        return value_of_truth(column, text);
    if (column->kind == COLUMN_TEXT && column->most_chars)
        return sql_span(utf8_first(text, column->most_chars));
    return sql_span(text);
}

static struct sql_value value_of_number(const struct registry_column *column, int64_t number,
                                        char text[COLUMN_TEXT_SIZE])
{
    if (column->kind == COLUMN_NUMBER)
        return sql_i64(number > column->most_number ? column->most_number : number);
    (void)snprintf(text, COLUMN_TEXT_SIZE, "%jd", (intmax_t)number);
    return sql_text(text);
}

/* A column too short for the hyphens gets the digits alone, as Django keeps UUIDs in SQLite. */
struct sql_value column_uuid(const struct registry_column *column, const struct uuid *uuid,
                             char text[COLUMN_TEXT_SIZE])
{
    bool digits = column->kind == COLUMN_TEXT && column->most_chars > 0
                  && column->most_chars < UUID_TEXT_SIZE - 1;

    return sql_text(digits ? uuid_digits(uuid, text) : uuid_text(uuid, text));
}

/* A patient's id that is a UUID takes the form of its column; any other stays as it is. */
struct sql_value column_id(const struct registry_column *column, struct span id,
                           char text[COLUMN_TEXT_SIZE])
{
    struct uuid uuid;

    if (!id.at)
        return column_nothing(column);
    return uuid_read_loose(id, &uuid) ? column_uuid(column, &uuid, text) : sql_span(id);
}

static struct sql_value value_of_stamp(const struct registry_column *column, int64_t at_us,
                                       char text[COLUMN_TEXT_SIZE])
{
    char rfc[TIME_TEXT_SIZE];

    (void)time_rfc3339(at_us, rfc);
    if (column->kind == COLUMN_LOCAL)
        (void)snprintf(text, COLUMN_TEXT_SIZE, "%.10s %.15s", rfc, rfc + 11);
    else if (column->kind == COLUMN_DATE)
        (void)snprintf(text, COLUMN_TEXT_SIZE, "%.10s", rfc);
    else
        (void)snprintf(text, COLUMN_TEXT_SIZE, "%s", rfc);
    return sql_text(text);
}

/* The number of digits at the beginning. */
static size_t digits_in_front(struct span text)
{
    size_t count = 0;

    while (count < text.size && text.at[count] >= '0' && text.at[count] <= '9')
        count++;
    return count;
}

/* Whether a text is a number in plain digits. `places_r`: how many of them follow a point. */
static bool is_decimal(struct span text, size_t *whole_r, size_t *places_r)
{
    struct span rest = span_from(text, span_starts(text, "-") ? 1 : 0);

    *whole_r = digits_in_front(rest);
    rest = span_from(rest, *whole_r);
    *places_r = span_starts(rest, ".") ? digits_in_front(span_from(rest, 1)) : 0;
    return *whole_r > 0 && rest.size == (*places_r ? *places_r + 1 : 0);
}

/*
 * Whether a text can mean just one number. A typed "1.234" is 1,234 to half of the world, where
 * "1,5" is one and a half; in a number that FileMaker keeps as one, the point is a decimal point.
 */
static bool is_number(const struct registry_column *column, const struct value *value)
{
    struct span text = span_trim(value->text);
    size_t whole, places;
    int64_t n;
    struct err ignored;

    if (!is_decimal(text, &whole, &places))
        return value->is_number && !column_is_whole(column);
    if (column_is_whole(column))
        return places == 0
               && num_i64(text, -column->most_number - 1, column->most_number, &n, &ignored);
    return value->is_number || places != 3 || whole > 3;
}

/* A field's value as the column takes it; null if the column cannot hold it. */
static struct sql_value value_of_field(const struct registry_column *column,
                                       const struct value *value, char text[COLUMN_TEXT_SIZE])
{
    switch (column->kind) {
    case COLUMN_STAMP:
    case COLUMN_LOCAL:
        return value->is_moment ? value_of_stamp(column, time_from_zone(value->moment), text)
                                : sql_null();
    case COLUMN_DATE:
        if (!value->is_moment)
            return sql_null();
        (void)snprintf(text, COLUMN_TEXT_SIZE, "%04d-%02d-%02d", value->moment.year,
                       value->moment.month, value->moment.day);
        return sql_text(text);
    case COLUMN_NUMBER:
        return is_number(column, value) ? sql_span(span_trim(value->text)) : sql_null();
    case COLUMN_UUID:
        return uuid_read_loose(value->text, &(struct uuid){ 0 }) ? sql_span(value->text)
                                                                 : sql_null();
    case COLUMN_JSON:
        return sql_null();
    case COLUMN_TEXT:
    case COLUMN_TRUTH:
    case COLUMN_OTHER:
        return value_of_text(column, value->text);
    }
    abort();
}

struct sql_value column_value(const struct registry_column *column, const struct value *value,
                              char text[COLUMN_TEXT_SIZE])
{
    switch (value->type) {
    case VALUE_NOTHING:
        return column_nothing(column);
    case VALUE_TEXT:
    case VALUE_DAY:
    case VALUE_JSON:
        return value_of_text(column, value->text);
    case VALUE_FIELD:
        return value_of_field(column, value, text);
    case VALUE_ID:
        return column_id(column, value->text, text);
    case VALUE_NUMBER:
        return value_of_number(column, value->number, text);
    case VALUE_UUID:
        return column_uuid(column, &value->uuid, text);
    case VALUE_STAMP:
        return value_of_stamp(column, value->number, text);
    }
    abort();
}

bool column_may_hold_ids(const struct registry_column *document,
                         const struct registry_column *patient)
{
    return document->kind == patient->kind || document->kind == COLUMN_OTHER
           || patient->kind == COLUMN_OTHER
           || (document->kind == COLUMN_TEXT && patient->kind == COLUMN_UUID);
}
