/* Values, keys and columns of a row. */
#include "sim/api/odata_row.h"

enum { VALUE_MAX = 1 << 24 };

/* "0.25" as ".25", as servers before 26 do. */
static void zero_drop(struct span number, struct str *to)
{
    struct span rest = number;

    if (span_starts(rest, "-"))
        str_add_char(to, '-');
    rest = span_from(rest, to->size);
    str_add_span(to, span_starts(rest, "0.") ? span_from(rest, 1) : rest);
}

static void number_write(const struct odata *o, struct json_writer *w, struct span number)
{
    auto_str bare = STR_MAX(VALUE_MAX);

    if (switch_is(&o->sim->switches, ODATA_FRACTION, BARE))
        zero_drop(number, &bare);
    else
        str_add_span(&bare, number);
    if (o->numbers_as_text)
        json_write_span(w, str_span(&bare));
    else
        json_write_raw(w, str_span(&bare));
}

void odata_value_write(const struct odata *o, struct json_writer *w, int column, uint64_t ordinal)
{
    auto_str value = STR_MAX(VALUE_MAX), number = STR_MAX(VALUE_MAX), date = STR_MAX(64);
    enum column_type type = COLUMN_NUMBER;

    if (column == ODATA_ROWID) {
        str_printf(&value, "%ju", (uintmax_t)table_record_id(o->table, ordinal));
    } else if (column == ODATA_ROWMODID) {
        str_printf(&value, "%u", table_mod_id(o->table, ordinal));
    } else {
        type = table_plan(o->table)->columns[column].type;
        table_value(o->table, ordinal, (unsigned)column, 1, &value);
    }
    if (!value.size) {
        json_write_null(w);
    } else if (type == COLUMN_NUMBER) {
        struct json_writer plain = JSON_WRITER(&number);

        value_write(&plain, type, str_span(&value), DATES_ISO);
        if (span_starts(str_span(&number), "\""))
            json_write_raw(w, span_of("?"));
        else
            number_write(o, w, str_span(&number));
    } else if (type == COLUMN_TIMESTAMP) {
        struct json_writer plain = JSON_WRITER(&date);

        value_write(&plain, type, str_span(&value), DATES_ISO);
        str_cut(&date, date.size - 1);
        str_printf(&date, "Z\"");
        json_write_raw(w, str_span(&date));
    } else {
        value_write(w, type, str_span(&value), DATES_ISO);
    }
}

void odata_key_text(const struct odata *o, uint64_t ordinal, struct str *to)
{
    table_value(o->table, ordinal, 0, 1, to);
}

/* The row's name in its address, with parentheses. */
static void address_key(const struct odata *o, uint64_t ordinal, struct str *to)
{
    uint64_t record_id = table_record_id(o->table, ordinal);
    auto_str key = STR_MAX(KIB(64));

    switch (switch_of(&o->sim->switches, SWITCH_ODATA_ID)) {
    case SWITCH_ODATA_ID_ROWID:
        str_printf(to, "(%ju)", (uintmax_t)record_id);
        break;
    case SWITCH_ODATA_ID_ROWID_TEXT:
        str_printf(to, "('%ju')", (uintmax_t)record_id);
        break;
    default:
        odata_key_text(o, ordinal, &key);
        str_add_text(to, "('");
        http_encode(str_span(&key), to);
        str_add_text(to, "')");
    }
}

void odata_row_write(struct odata *o, struct json_writer *w, uint64_t ordinal, const int *columns,
                     size_t count)
{
    auto_str url = STR_MAX(KIB(4));

    str_printf(&url, "%s/%s", str_text(&o->base), o->layout->occurrence);
    address_key(o, ordinal, &url);
    odata_about(o, w, "id", str_span(&url));
    odata_about(o, w, "editLink", str_span(&url));
    for (size_t i = 0; i < count; i++) {
        if (columns[i] == ODATA_ROWID)
            json_name(w, "ROWID");
        else if (columns[i] == ODATA_ROWMODID)
            json_name(w, "ROWMODID");
        else
            json_name(w, table_plan(o->table)->columns[columns[i]].name);
        odata_value_write(o, w, columns[i], ordinal);
    }
}

/* --- which columns --------------------------------------------------------------------------- */

static size_t all_columns(const struct odata *o, int *columns)
{
    const struct table_plan *plan = table_plan(o->table);
    size_t count = 0;

    for (size_t i = 0; i < plan->column_count && count < ODATA_SELECT_MAX; i++)
        if (plan->columns[i].type != COLUMN_CONTAINER)
            columns[count++] = (int)i;
    if (o->special_columns && count + 2 <= ODATA_SELECT_MAX) {
        columns[count++] = ODATA_ROWID;
        columns[count++] = ODATA_ROWMODID;
    }
    return count;
}

bool odata_is_container(const struct odata *o, int column)
{
    return column < ODATA_ROWID && table_plan(o->table)->columns[column].type == COLUMN_CONTAINER;
}

bool odata_select(struct odata *o, int *columns, size_t *count_r)
{
    const struct http_param *select = http_param(&o->request->params, "$select");
    struct span rest = select ? select->value : SPAN_NONE;
    struct odata_problem problem;

    if (!select) {
        *count_r = all_columns(o, columns);
        return true;
    }
    *count_r = 0;
    while (rest.at && *count_r < ODATA_SELECT_MAX) {
        struct span name = span_trim(span_cut(&rest, ','));
        int column = odata_column(o->table, name);

        if (column < 0 || odata_is_container(o, column)) {
            odata_unknown_field(&problem, name);
            odata_problem_error(o, &problem);
            return false;
        }
        columns[(*count_r)++] = column;
    }
    return true;
}
