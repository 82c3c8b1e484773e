/* Values, keys and columns of a row. */
#include "sim/api/odata_row.h"

enum { VALUE_MAX = 1 << 24 };

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
        else if (o->numbers_as_text)
            json_write_span(w, str_span(&number));
        else
            json_write_raw(w, str_span(&number));
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

void odata_row_write(const struct odata *o, struct json_writer *w, uint64_t ordinal,
                     const int *columns, size_t count)
{
    auto_str url = STR_MAX(KIB(4));

    str_printf(&url, "%s/%s('", str_text(&o->base), o->layout->occurrence);
    odata_key_text(o, ordinal, &url);
    str_add_text(&url, "')");
    json_member_span(w, "@id", str_span(&url));
    json_member_span(w, "@editLink", str_span(&url));
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
