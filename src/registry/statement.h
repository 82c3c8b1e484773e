/*
 * The statements that write rows of a table with columns of any name. Parameter $n is the value of
 * the nth column that the statement writes. Private to registry/.
 */
#pragma once

#include "base/str.h"
#include "registry/column.h"
#include "sql/sql.h"

/* A statement made for the names of the application's tables and columns. */
struct registry_statement {
    char *words;
    struct sql_text text;
};

/* Sets a statement; takes ownership of `words`, and frees its old ones. */
void registry_statement_set(struct registry_statement *statement, const char *name, char *words);

/* A table; its names are in quotes. */
struct statement_table {
    const char *name, *key; /* key: the column of {row_id}, or NULL */
    const struct registry_column *columns;
    size_t count;
};

/* Makes a row, or brings it up to date, except the columns that are written once. */
void statement_put(const struct statement_table *table, struct str *to);

/* Makes a row if there is none, and gives an expression of the new one, or NULL. `table` has a key. */
void statement_make(const struct statement_table *table, const char *returned, struct str *to);

/* Updates the columns of a row that follow its patient; the row's key is the last parameter. */
void statement_move(const struct statement_table *table, struct str *to);
