/* Reading the ledger's rows: columns as texts, and the words for states and links. Private to ledger/. */
#pragma once

#include "ledger/states.h"
#include "sql/sql.h"

char *ledger_column(const struct sql_rows *rows, int column); /* "" for null; caller frees */
char *ledger_column_or_null(const struct sql_rows *rows, int column);
void ledger_column_copy(const struct sql_rows *rows, int column, char *to,
                        size_t room); /* or cut */
enum ledger_state ledger_column_state(const struct sql_rows *rows, int column);
enum ledger_link ledger_column_link(const struct sql_rows *rows, int column);
