/*
 * A database as the auditor reads it: as data. Whoever made it may have meant to harm him, so
 * nothing in it is run, and nothing but plain tables is read. Both kinds give up with words.
 */
#pragma once

#include "audit.h"

enum { COLUMNS_MAX = 9 };

/* What is read of one table. */
struct table_question {
    const char *columns; /* as SQL                                      */
    const char *hash;    /* a column of bytes, read last as hex; or NULL */
    const char *table;
    const char *rest; /* "where ..." and "order by ...", or "" */
};

struct database;

struct database_kind {
    void (*ask)(struct database *database, const struct table_question *question);
    /* Columns that are not there are empty; pieces are good until the next call. */
    bool (*next)(struct database *database, struct piece columns_r[COLUMNS_MAX]);
    void (*close)(struct database *database);
};

/* Each kind's own struct begins with it. */
struct database {
    const struct database_kind *kind;
};

struct database *audit_sqlite_open(const char *path);

/* `url`: postgresql://... or postgres://... */
struct database *audit_postgres_open(const char *url);
