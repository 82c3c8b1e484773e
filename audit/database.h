/*
 * A database, read as data alone. Whoever made it may have meant to harm the auditor, so nothing in
 * it is run and nothing but plain tables is read. What cannot be read ends the program.
 */
#pragma once

#include "audit.h"

enum { COLUMNS_MAX = 9 };

/* A query of one table. */
struct table_question {
    const char *columns; /* as SQL                                      */
    const char *hash;    /* a column of bytes, read last as hex; or NULL */
    const char *table;
    const char *rest; /* "where ..." and "order by ...", or "" */
};

struct database;

struct database_kind {
    void (*ask)(struct database *database, const struct table_question *question);
    /*
     * The next row of the query. Columns that are not there are empty; pieces live until the next
     * call.
     */
    bool (*next)(struct database *database, struct piece columns_r[COLUMNS_MAX]);
    void (*close)(struct database *database);
};

/* The struct of each kind begins with this one. */
struct database {
    const struct database_kind *kind;
};

struct database *audit_sqlite_open(const char *path);

/* `url`: postgresql://... or postgres://... */
struct database *audit_postgres_open(const char *url);
