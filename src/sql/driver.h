/* The functions that each database driver gives to sql.h. Private to sql/. */
#pragma once

#include "sql/sql.h"

enum { STATEMENT_ARGS_MAX = 40 };

/* A statement prepared once per connection and used again. */
struct statement {
    const struct sql_text *text;
    void *prepared;                     /* the driver's                             */
    uint8_t places[STATEMENT_ARGS_MAX]; /* the driver's own numbers for $1, $2, ... */
    struct statement *next;
};

struct sql_rows {
    struct sql *sql;
    struct statement *statement;
    bool is_one_row; /* all of it may come at once */
    void *cursor;    /* the driver's               */
};

struct sql_driver {
    enum sql_kind kind;
    void (*close)(struct sql *sql);
    bool (*reconnect)(struct sql *sql, struct err *err); /* NULL: there is nothing to lose */
    bool (*prepare)(struct sql *sql, struct statement *statement, struct err *err);
    void (*unprepare)(struct sql *sql, struct statement *statement);
    bool (*run)(struct sql *sql, struct statement *statement, struct sql_args args,
                struct err *err);
    bool (*send)(struct sql *sql, struct statement *statement, struct sql_args args,
                 struct err *err); /* NULL: as run() */
    bool (*script)(struct sql *sql, const char *script, struct err *err);
    bool (*query)(struct sql_rows *rows, struct sql_args args, struct err *err);
    enum step (*next)(struct sql_rows *rows, struct err *err);
    void (*rows_close)(struct sql_rows *rows);
    bool (*is_null)(const struct sql_rows *rows, int column);
    int64_t (*get_i64)(const struct sql_rows *rows, int column);
    struct span (*get_text)(const struct sql_rows *rows, int column);
    struct span (*get_bytes)(const struct sql_rows *rows, int column);
    bool (*begin)(struct sql *sql, bool writes, struct err *err);
    bool (*commit)(struct sql *sql, struct err *err);
    void (*rollback)(struct sql *sql);
};

enum { STATEMENT_BUCKETS = 64 };

/* The part of a connection that every driver has; a driver's own struct begins with it. */
struct sql {
    const struct sql_driver *driver;
    const struct cancel *cancel;
    struct statement *statements[STATEMENT_BUCKETS];
    int64_t changed;
    uint64_t commits;
    bool in_transaction;
    bool is_pooled; /* clients share sessions: nothing may be left in one */
};

must_check bool sql_postgres_open(const char *url, bool may_write, const struct cancel *cancel,
                                  struct sql **sql_r, struct err *err);
must_check bool sql_sqlite_open(const char *path, bool may_write, const struct cancel *cancel,
                                struct sql **sql_r, struct err *err);
