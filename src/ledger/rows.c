/* Columns of the ledger's rows. */
#include "ledger/rows.h"

/* --- columns -------------------------------------------------------------------------------- */

char *ledger_column(const struct sql_rows *rows, int column)
{
    return span_text(sql_get_text(rows, column));
}

char *ledger_column_or_null(const struct sql_rows *rows, int column)
{
    return sql_is_null(rows, column) ? NULL : ledger_column(rows, column);
}

void ledger_column_copy(const struct sql_rows *rows, int column, char *to, size_t room)
{
    (void)snprintf(to, room, SPAN_FORMAT, SPAN_ARGS(sql_get_text(rows, column)));
}

enum ledger_state ledger_column_state(const struct sql_rows *rows, int column)
{
    enum ledger_state state;

    if (!ledger_state_read(sql_get_text(rows, column), &state))
        abort(); /* the table's own check allows no other word */
    return state;
}

enum ledger_link ledger_column_link(const struct sql_rows *rows, int column)
{
    enum ledger_link link;

    if (!ledger_link_read(sql_get_text(rows, column), &link))
        abort();
    return link;
}
