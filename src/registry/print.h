/*
 * A print: a number made of all columns of a row, by which it is known whether anybody has changed it.
 * It is made by the database, in the words that are put together here. Private to registry/.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "sql/sql.h"

struct print {
    enum sql_kind kind;
    struct str words; /* from print_end() on an expression; the owner clears it */
    size_t count;     /* of its columns                                         */
};

/* Begins an expression, adds the columns in the table's order, and ends it. */
void print_begin(struct print *print, enum sql_kind kind);
void print_add(struct print *print, struct span column, struct span type);
void print_end(struct print *print);

/* Adds a column to an expression that gives all of them as one text, which people's rows are kept by. */
void whole_row_add(struct str *words, enum sql_kind kind, struct span column);
