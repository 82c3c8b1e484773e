/* The names of tables and columns, in quotes for a statement. Private to registry/. */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "sql/sql.h"

/* A name in quotes. The caller frees. */
char *quoted_name_of(struct span name);

/*
 * A table's name in quotes: "clinic"."documents" with its schema, if the database has schemas. The
 * caller frees.
 */
char *quoted_table(const struct sql *sql, const char *name);
