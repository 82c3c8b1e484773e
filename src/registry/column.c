/* What each type of column holds, and how. */
#include "registry/column.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"

#include <limits.h>

void column_clear(struct column *column)
{
    free(column->plain);
    free(column->name);
    free(column->words);
    free(column->type);
    template_clear(&column->template);
    *column = (struct column){ 0 };
}

/* --- types ---------------------------------------------------------------------------------- */

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

/* "character varying(255)" holds 255. */
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

void column_type_read(struct column *column, struct span type)
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

const char *column_wants(const struct column *column)
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

/* --- values --------------------------------------------------------------------------------- */

/* Nothing is null, but where a column takes none: there a text is empty. */
static struct sql_value nothing(const struct column *column)
{
    bool is_empty = column->no_null && column->kind == COLUMN_TEXT;

    return is_empty ? sql_span((struct span){ "", 0 }) : sql_null();
}

static struct sql_value of_text(const struct column *column, struct span text)
{
    if (text.size == 0 && (column->kind != COLUMN_TEXT || !text.at))
        return nothing(column);
    if (column->kind == COLUMN_TRUTH)
        return sql_i64(span_is_nocase(text, "true") || span_is(text, "1"));
    if (column->kind == COLUMN_TEXT && column->most_chars)
        return sql_span(utf8_first(text, column->most_chars));
    return sql_span(text);
}

static struct sql_value of_number(const struct column *column, int64_t number,
                                  char text[COLUMN_TEXT_SIZE])
{
    if (column->kind == COLUMN_NUMBER)
        return sql_i64(number > column->most_number ? column->most_number : number);
    (void)snprintf(text, COLUMN_TEXT_SIZE, "%jd", (intmax_t)number);
    return sql_text(text);
}

/* Too short a column for the hyphens takes the digits alone, as Django keeps UUIDs in SQLite. */
struct sql_value column_uuid(const struct column *column, const struct uuid *uuid,
                             char text[COLUMN_TEXT_SIZE])
{
    bool digits = column->kind == COLUMN_TEXT && column->most_chars > 0
                  && column->most_chars < UUID_TEXT_SIZE - 1;

    return sql_text(digits ? uuid_digits(uuid, text) : uuid_text(uuid, text));
}

/* A patient's id that is a UUID takes the form of its column; any other stays as it is. */
struct sql_value column_id(const struct column *column, struct span id, char text[COLUMN_TEXT_SIZE])
{
    struct uuid uuid;

    if (!id.at)
        return nothing(column);
    return uuid_read_loose(id, &uuid) ? column_uuid(column, &uuid, text) : sql_span(id);
}

static struct sql_value of_stamp(const struct column *column, int64_t at_us,
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

static bool is_number(struct span text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!strchr("0123456789+-.eE", text.at[i]) || text.at[i] == '\0')
            return false;
    return text.size > 0;
}

/* What a record says goes where it can; what a column cannot hold is null there. */
static struct sql_value of_field(const struct column *column, const struct value *value,
                                 char text[COLUMN_TEXT_SIZE])
{
    switch (column->kind) {
    case COLUMN_STAMP:
    case COLUMN_LOCAL:
        return value->is_moment ? of_stamp(column, time_from_zone(value->moment), text)
                                : sql_null();
    case COLUMN_DATE:
        if (!value->is_moment)
            return sql_null();
        (void)snprintf(text, COLUMN_TEXT_SIZE, "%04d-%02d-%02d", value->moment.year,
                       value->moment.month, value->moment.day);
        return sql_text(text);
    case COLUMN_NUMBER:
        return is_number(value->text) ? sql_span(value->text) : sql_null();
    case COLUMN_UUID:
        return uuid_read_loose(value->text, &(struct uuid){ 0 }) ? sql_span(value->text)
                                                                 : sql_null();
    case COLUMN_JSON:
        return sql_null();
    case COLUMN_TEXT:
    case COLUMN_TRUTH:
    case COLUMN_OTHER:
        return of_text(column, value->text);
    }
    abort();
}

struct sql_value column_value(const struct column *column, const struct value *value,
                              char text[COLUMN_TEXT_SIZE])
{
    switch (value->type) {
    case VALUE_NOTHING:
        return nothing(column);
    case VALUE_TEXT:
    case VALUE_DAY:
    case VALUE_JSON:
        return of_text(column, value->text);
    case VALUE_FIELD:
        return of_field(column, value, text);
    case VALUE_ID:
        return column_id(column, value->text, text);
    case VALUE_NUMBER:
        return of_number(column, value->number, text);
    case VALUE_UUID:
        return column_uuid(column, &value->uuid, text);
    case VALUE_STAMP:
        return of_stamp(column, value->number, text);
    }
    abort();
}
