/*
 * Reads SQLite through its library, which has no shell. A view, a trigger, a virtual table or a
 * function in the file is a program of its author: none of them is run, and only two tables are
 * read.
 */
#include "database.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MS = 10000, ROW_MAX = 64 * 1024 * 1024, FORMAT_AT = 18, FORMAT_WAL = 2 };

struct audit_sqlite {
    struct database database;
    const char *path;
    sqlite3 *handle;
    sqlite3_stmt *statement;
};

static struct audit_sqlite *audit_sqlite_of(struct database *database)
{
    return (struct audit_sqlite *)database;
}

static _Noreturn void audit_sqlite_refuse(const struct audit_sqlite *s)
{
    audit_give_up("the database '%s' cannot be read: %s", s->path, sqlite3_errmsg(s->handle));
}

/* --- opening ------------------------------------------------------------------------------- */

/* Whether a second file beside a database in WAL mode holds changes. */
static bool has_wal(const char *path)
{
    struct stat about;
    char *beside = NULL;
    bool has;

    if (asprintf(&beside, "%s-wal", path) < 0)
        audit_give_up("no memory");
    has = lstat(beside, &about) == 0 && about.st_size > 0;
    free(beside);
    return has;
}

/*
 * A file in WAL mode without such a second file is opened as one that nobody writes to: otherwise
 * SQLite would make files beside what the auditor was sent.
 */
static bool is_immutable(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat about;
    char head[FORMAT_AT + 2] = "";

    if (fd < 0 || fstat(fd, &about) < 0)
        audit_give_up("opening the database '%s': %s", path, strerrordesc_np(errno));
    if (!S_ISREG(about.st_mode))
        audit_give_up("the database '%s' is not a file", path);
    if (read(fd, head, sizeof head) < 0)
        audit_give_up("reading the database '%s': %s", path, strerrordesc_np(errno));
    (void)close(fd);
    return head[FORMAT_AT + 1] == FORMAT_WAL && !has_wal(path);
}

/* Writes as %XX every byte that could mean something else in a URI. */
static char *uri_of(const char *path, bool immutable)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
    char *uri = NULL;
    size_t size;
    FILE *to = open_memstream(&uri, &size);

    if (!to)
        audit_give_up("no memory");
    (void)fprintf(to, *path == '/' ? "file://" : "file:./");
    for (const char *at = path; *at; at++)
        (void)fprintf(to, strchr(plain, *at) ? "%c" : "%%%02x", (unsigned char)*at);
    (void)fprintf(to, immutable ? "?mode=ro&immutable=1" : "?mode=ro");
    if (fclose(to) != 0)
        audit_give_up("no memory");
    return uri;
}

/* Allows the columns of two tables, the list of tables, and two functions that only make text. */
static int action_allow(void *arg, int action, const char *first, const char *second,
                        const char *third, const char *fourth)
{
    static const char *const tables[] = { "sqlite_master", "documents_document", "fmferry_audit" };

    (void)arg;
    (void)third;
    (void)fourth;
    if (action == SQLITE_SELECT)
        return SQLITE_OK;
    if (action == SQLITE_FUNCTION && second)
        return strcmp(second, "hex") == 0 || strcmp(second, "coalesce") == 0 ? SQLITE_OK
                                                                             : SQLITE_DENY;
    for (size_t i = 0; action == SQLITE_READ && first && i < sizeof tables / sizeof *tables; i++)
        if (strcmp(first, tables[i]) == 0)
            return SQLITE_OK;
    return SQLITE_DENY;
}

static void defenses_set(const struct audit_sqlite *s)
{
    static const struct {
        int name, value;
    } switches[] = {
        { SQLITE_DBCONFIG_DEFENSIVE, 1 },      { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
        { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
        { SQLITE_DBCONFIG_DQS_DML, 0 },        { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
    };
    static const struct {
        int name, value;
    } limits[] = {
        { SQLITE_LIMIT_LENGTH, ROW_MAX },   { SQLITE_LIMIT_ATTACHED, 0 },
        { SQLITE_LIMIT_EXPR_DEPTH, 100 },   { SQLITE_LIMIT_TRIGGER_DEPTH, 1 },
        { SQLITE_LIMIT_WORKER_THREADS, 0 }, { SQLITE_LIMIT_COMPOUND_SELECT, 2 },
    };

    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (sqlite3_db_config(s->handle, switches[i].name, switches[i].value, NULL) != SQLITE_OK)
            audit_sqlite_refuse(s);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        (void)sqlite3_limit(s->handle, limits[i].name, limits[i].value);
    if (sqlite3_exec(s->handle,
                     "pragma query_only = 1; pragma mmap_size = 0; pragma temp_store = 2;"
                     " pragma cell_size_check = 1",
                     NULL, NULL, NULL)
            != SQLITE_OK
        || sqlite3_set_authorizer(s->handle, action_allow, NULL) != SQLITE_OK)
        audit_sqlite_refuse(s);
}

/* --- asking -------------------------------------------------------------------------------- */

static void statement_prepare(struct audit_sqlite *s, const char *sql)
{
    (void)sqlite3_finalize(s->statement);
    s->statement = NULL;
    if (sqlite3_prepare_v2(s->handle, sql, -1, &s->statement, NULL) != SQLITE_OK)
        audit_sqlite_refuse(s);
}

static bool statement_step(const struct audit_sqlite *s)
{
    int result = sqlite3_step(s->statement);

    if (result != SQLITE_ROW && result != SQLITE_DONE)
        audit_sqlite_refuse(s);
    return result == SQLITE_ROW;
}

/* Refuses a view or a virtual table: neither has a page where its rows begin. */
static void table_check(struct audit_sqlite *s, const char *table)
{
    int64_t tables = 0, others = 0;

    statement_prepare(
        s, "select type, rootpage, sql from sqlite_master where name = ?1 collate nocase");
    (void)sqlite3_bind_text(s->statement, 1, table, -1, SQLITE_STATIC);
    while (statement_step(s)) {
        const char *type = (const char *)sqlite3_column_text(s->statement, 0);
        const char *sql = (const char *)sqlite3_column_text(s->statement, 2);
        bool plain = type && strcmp(type, "table") == 0 && sqlite3_column_int(s->statement, 1) > 0
                     && sql && strncasecmp(sql, "create table", 12) == 0;

        tables += plain;
        others += !plain;
    }
    if (others)
        audit_give_up(
            "'%s' in the database '%s' is not a plain table, but something that its author made "
            "to be run: it is not read",
            table, s->path);
    if (!tables)
        audit_give_up("the database '%s' has no table '%s'", s->path, table);
}

static void audit_sqlite_ask(struct database *database, const struct table_question *q)
{
    struct audit_sqlite *s = audit_sqlite_of(database);
    char *sql = NULL;

    table_check(s, q->table);
    if (asprintf(&sql, "select %s%s%s%s from %s %s", q->columns, q->hash ? ", hex(" : "",
                 q->hash ? q->hash : "", q->hash ? ")" : "", q->table, q->rest)
        < 0)
        audit_give_up("no memory");
    statement_prepare(s, sql);
    free(sql);
}

static bool audit_sqlite_next(struct database *database, struct piece columns_r[COLUMNS_MAX])
{
    struct audit_sqlite *s = audit_sqlite_of(database);

    memset(columns_r, 0, COLUMNS_MAX * sizeof *columns_r);
    if (!statement_step(s))
        return false;
    for (int i = 0; i < sqlite3_column_count(s->statement) && i < COLUMNS_MAX; i++) {
        const char *text = (const char *)sqlite3_column_text(s->statement, i);

        columns_r[i] =
            (struct piece){ text ? text : "", (size_t)sqlite3_column_bytes(s->statement, i) };
    }
    return true;
}

static void audit_sqlite_close(struct database *database)
{
    struct audit_sqlite *s = audit_sqlite_of(database);

    (void)sqlite3_finalize(s->statement);
    (void)sqlite3_close(s->handle);
    free(s);
}

struct database *audit_sqlite_open(const char *path)
{
    static const struct database_kind kind = { audit_sqlite_ask, audit_sqlite_next,
                                               audit_sqlite_close };
    struct audit_sqlite *s = calloc(1, sizeof *s);
    char *uri = uri_of(path, is_immutable(path));

    if (!s)
        audit_give_up("no memory");
    s->database.kind = &kind;
    s->path = path;
    if (sqlite3_open_v2(uri, &s->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) != SQLITE_OK)
        audit_sqlite_refuse(s);
    free(uri);
    (void)sqlite3_busy_timeout(s->handle, BUSY_MS);
    defenses_set(s);
    return &s->database;
}
