/*
 * Reads PostgreSQL through libpq. The URL alone says where the server is: environment and service
 * files are ignored, and a server elsewhere must prove which one it is. Everything is read in one
 * transaction that cannot write, from plain tables only, and with PostgreSQL's own functions and
 * operators only: a view, a policy or a function is a program of the database's author, and would
 * run with the auditor's rights.
 */
#include "database.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct audit_postgres {
    struct database database;
    PGconn *connection;
    char *path;    /* where the role looks for tables */
    PGresult *row; /* the present one */
};

static struct audit_postgres *audit_postgres_of(struct database *database)
{
    return (struct audit_postgres *)database;
}

static _Noreturn void postgres_refuse(const struct audit_postgres *p)
{
    audit_give_up("the database cannot be read: %s", PQerrorMessage(p->connection));
}

/* --- connecting ---------------------------------------------------------------------------- */

static void environment_forget(void)
{
    static const char *const kept[] = { "PGPASSWORD", "PGPASSFILE", "PGSSLROOTCERT",
                                        "PGSSLCERT",  "PGSSLKEY",   "PGUSER" };
    static const char *const more[] = { "PGSERVICEFILE", "PGSYSCONFDIR", "PGREQUIRESSL" };
    PQconninfoOption *options = PQconndefaults();

    for (size_t i = 0; options && options[i].keyword; i++) {
        bool keep = !options[i].envvar;

        for (size_t k = 0; !keep && k < sizeof kept / sizeof *kept; k++)
            keep = strcmp(options[i].envvar, kept[k]) == 0;
        if (!keep)
            (void)unsetenv(options[i].envvar);
    }
    PQconninfoFree(options);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        (void)unsetenv(more[i]);
}

static const char *option_of(const PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword; options++)
        if (strcmp(options->keyword, keyword) == 0 && options->val && *options->val)
            return options->val;
    return NULL;
}

static bool is_local_host(const char *host, size_t size)
{
    return size == 0 || *host == '/' || *host == '@'
           || (size == 9 && strncmp(host, "localhost", 9) == 0)
           || (size == 3 && strncmp(host, "::1", 3) == 0)
           || (size > 4 && strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") >= size);
}

/* Whether each of a list of hosts is this machine. */
static bool is_local(const char *hosts)
{
    while (hosts) {
        size_t size = strcspn(hosts, ",");

        if (!is_local_host(hosts, size))
            return false;
        hosts = hosts[size] ? hosts + size + 1 : NULL;
    }
    return true;
}

/* Returns whether the server must prove itself. */
static bool url_check(const char *url, bool *has_root_r)
{
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &why);
    const char *mode;
    bool remote;

    if (!options)
        audit_give_up("the database's URL cannot be read: %s", why ? why : "no memory");
    if (option_of(options, "service"))
        audit_give_up("a service file is not asked: name host, database and user in the URL");
    if (option_of(options, "password"))
        audit_give_up(
            "a password must not stand in the URL, where everybody on the machine can read "
            "it: put it into PGPASSWORD, or into a file and name that with ?passfile=FILE");
    mode = option_of(options, "sslmode");
    remote = !is_local(option_of(options, "host")) || !is_local(option_of(options, "hostaddr"));
    if (remote && mode && strcmp(mode, "verify-full") != 0)
        audit_give_up("sslmode=%s does not prove which database answers: leave it out, or use "
                      "verify-full with sslrootcert=FILE",
                      mode);
    *has_root_r = option_of(options, "sslrootcert") || getenv("PGSSLROOTCERT");
    PQconninfoFree(options);
    return remote;
}

static void say_nothing(void *arg, const char *words)
{
    (void)arg;
    (void)words;
}

static void connect_to(struct audit_postgres *p, const char *url)
{
    const char *names[8] = { "dbname", "client_encoding", "connect_timeout", "gssencmode" };
    const char *values[8] = { url, "UTF8", "15", "disable" };
    bool has_root = false, remote = url_check(url, &has_root);

    if (remote) {
        names[4] = "sslmode";
        values[4] = "verify-full";
        names[5] = has_root ? NULL : "sslrootcert";
        values[5] = has_root ? NULL : "/etc/ssl/certs/ca-certificates.crt";
    }
    environment_forget();
    p->connection = PQconnectdbParams(names, values, 1);
    if (!p->connection)
        audit_give_up("no memory");
    if (PQstatus(p->connection) != CONNECTION_OK)
        postgres_refuse(p);
    (void)PQsetNoticeProcessor(p->connection, say_nothing, NULL);
}

/* --- asking -------------------------------------------------------------------------------- */

/* Runs a statement; the caller clears its result. */
static PGresult *row_query(const struct audit_postgres *p, const char *sql, const char *value)
{
    PGresult *result = PQexecParams(p->connection, sql, value != NULL, NULL, &value, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        postgres_refuse(p);
    return result;
}

/*
 * The table's quoted name with its schema; the caller frees. Must be asked before the search path
 * is narrowed.
 */
static char *table_find(const struct audit_postgres *p, const char *table)
{
    PGresult *found = row_query(
        p,
        "select pg_catalog.format('%I.%I', n.nspname, c.relname), c.relkind::pg_catalog.text"
        " from pg_catalog.pg_class c join pg_catalog.pg_namespace n"
        " on n.oid operator(pg_catalog.=) c.relnamespace"
        " where c.oid operator(pg_catalog.=)"
        " pg_catalog.to_regclass($1::pg_catalog.text)::pg_catalog.oid",
        table);
    char *name;

    if (PQntuples(found) != 1)
        audit_give_up("the database has no table '%s'", table);
    if (strcmp(PQgetvalue(found, 0, 1), "r") != 0 && strcmp(PQgetvalue(found, 0, 1), "p") != 0)
        audit_give_up(
            "'%s' in the database is not a plain table, but something that its author made to be "
            "run: it is not read",
            table);
    name = strdup(PQgetvalue(found, 0, 0));
    PQclear(found);
    return name;
}

/* With row_security off a table with a policy is refused, instead of the policy being run. */
static void snapshot_begin(const struct audit_postgres *p)
{
    static const char *const statements[] = {
        "begin transaction isolation level repeatable read read only",
        "set local row_security = off",
        "set local bytea_output = 'hex'",
    };

    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        PQclear(row_query(p, statements[i], NULL));
}

static void path_set(const struct audit_postgres *p, const char *path)
{
    PQclear(row_query(p, "select pg_catalog.set_config('search_path', $1::pg_catalog.text, true)",
                      path));
}

static char *path_get(const struct audit_postgres *p)
{
    PGresult *found = row_query(p, "select pg_catalog.current_setting('search_path')", NULL);
    char *path = strdup(PQgetvalue(found, 0, 0));

    if (!path)
        audit_give_up("no memory");
    PQclear(found);
    return path;
}

static void audit_postgres_ask(struct database *database, const struct table_question *q)
{
    struct audit_postgres *p = audit_postgres_of(database);
    char *table, *sql = NULL;

    path_set(p, p->path);
    table = table_find(p, q->table);
    if (!table
        || asprintf(&sql, "select %s%s%s%s from %s %s", q->columns, q->hash ? ", encode(" : "",
                    q->hash ? q->hash : "", q->hash ? ", 'hex')" : "", table, q->rest)
               < 0)
        audit_give_up("no memory");
    path_set(p, "pg_catalog");
    if (PQsendQuery(p->connection, sql) != 1 || PQsetSingleRowMode(p->connection) != 1)
        postgres_refuse(p);
    free(table);
    free(sql);
}

/* After the last row libpq gives the end of the answer, and then nothing. */
static bool audit_postgres_next(struct database *database, struct piece columns_r[COLUMNS_MAX])
{
    struct audit_postgres *p = audit_postgres_of(database);

    memset(columns_r, 0, COLUMNS_MAX * sizeof *columns_r);
    PQclear(p->row);
    p->row = PQgetResult(p->connection);
    if (PQresultStatus(p->row) == PGRES_TUPLES_OK) {
        PQclear(p->row);
        p->row = PQgetResult(p->connection);
        return false;
    }
    if (PQresultStatus(p->row) != PGRES_SINGLE_TUPLE)
        postgres_refuse(p);
    for (int i = 0; i < PQnfields(p->row) && i < COLUMNS_MAX; i++)
        columns_r[i] =
            (struct piece){ PQgetvalue(p->row, 0, i), (size_t)PQgetlength(p->row, 0, i) };
    return true;
}

static void audit_postgres_close(struct database *database)
{
    struct audit_postgres *p = audit_postgres_of(database);

    PQclear(p->row);
    PQfinish(p->connection);
    free(p->path);
    free(p);
}

struct database *audit_postgres_open(const char *url)
{
    static const struct database_kind kind = { audit_postgres_ask, audit_postgres_next,
                                               audit_postgres_close };
    struct audit_postgres *p = calloc(1, sizeof *p);

    if (!p)
        audit_give_up("no memory");
    p->database.kind = &kind;
    connect_to(p, url);
    snapshot_begin(p);
    p->path = path_get(p);
    return &p->database;
}
