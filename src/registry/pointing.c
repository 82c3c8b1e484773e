/* Which rows of other tables point to a row. */
#include "registry/inside.h"

bool registry_pointing_write(struct registry *registry, const struct registry_table *table,
                             struct str *to, struct err *err)
{
    bool is_sqlite = sql_kind_of(registry->sql) == SQL_SQLITE;
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(registry->sql, &REGISTRY_POINTING,
                   sql_args(sql_text(is_sqlite ? registry_table_plain_name(table)
                                               : registry_table_name(table)),
                            sql_text(registry_table_plain_column(table, NAME_ROW_ID))),
                   &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        str_printf(to, " + (select count(*) from " SPAN_FORMAT " where " SPAN_FORMAT " = $1)",
                   SPAN_ARGS(sql_get_text(rows, 0)), SPAN_ARGS(sql_get_text(rows, 1)));
    return step == STEP_END;
}
