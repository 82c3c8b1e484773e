/*
 * PostgreSQL over libpq. Rows of a query come one by one; if another statement is run before they
 * were all read, the rest is fetched into memory first.
 *
 * Statements that are only sent go into a pipeline, and what became of them is heard together with
 * the next one's answer: over a network each answer is worth waiting for once.
 *
 * A dead network is noticed by keep-alives within half a minute. After that, or when the server
 * goes, everything fails with SQL_AWAY until sql_reconnect(); a COMMIT whose answer was lost says
 * so.
 */
#include "sql/driver.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"

#include <assert.h>
#include <libpq-fe.h>

enum { NAME_SIZE = 24, PARAMS_MAX = 32, SENT_MAX = 100 };

struct postgres {
    struct sql sql;
    PGconn *connection;
    char *url;
    bool may_write;
    unsigned statements;   /* how many were prepared: names them */
    struct cursor *active; /* rows that still come; NULL: none  */
    size_t sent;           /* statements in the pipeline; 0: there is no pipeline */
};

/* The rows of a query. */
struct cursor {
    struct postgres *postgres;
    PGresult **kept; /* fetched ahead because another statement came between */
    size_t kept_count, kept_read;
    PGresult *row; /* the present one */
    bool over;
    struct err failure;     /* what came while fetching ahead */
    unsigned char *decoded; /* the bytes of the column asked for last */
};

static struct postgres *postgres_of(const struct sql *sql)
{
    return (struct postgres *)sql;
}

/* --- errors --------------------------------------------------------------------------------- */

static const struct {
    const char *state; /* the first characters of an SQLSTATE */
    enum sql_cause cause;
} states[] = {
    { "23", SQL_CONSTRAINT }, { "22", SQL_CONSTRAINT }, { "40001", SQL_BUSY },
    { "40P01", SQL_BUSY },    { "55P03", SQL_BUSY },    { "57014", SQL_BUSY },
    { "53100", SQL_FULL },    { "53", SQL_AWAY },       { "57P", SQL_AWAY },
    { "08", SQL_AWAY },       { "42P01", SQL_MISSING }, { "42703", SQL_MISSING },
    { "3F000", SQL_MISSING }, { "3D000", SQL_REFUSED }, { "25006", SQL_READ_ONLY },
    { "42501", SQL_REFUSED }, { "28", SQL_REFUSED },
};

static enum sql_cause cause_of(const char *state)
{
    for (size_t i = 0; state && i < lengthof(states); i++)
        if (strncmp(state, states[i].state, strlen(states[i].state)) == 0)
            return states[i].cause;
    return SQL_BROKEN;
}

/* What libpq says may go over several lines; the first says it. */
static bool say(struct err *err, enum sql_cause cause, const char *words)
{
    struct span rest = span_of(words);
    struct span line = span_trim(span_cut(&rest, '\n'));

    return err_set(err, ERR_DATABASE, (int)cause, SPAN_FORMAT, SPAN_ARGS(line));
}

static bool result_failed(const struct postgres *pg, const PGresult *result, struct err *err)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *words = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;

    if (PQstatus(pg->connection) != CONNECTION_OK || !state)
        return say(err, SQL_AWAY, PQerrorMessage(pg->connection));
    return say(err, cause_of(state), words ? words : "an error without words");
}

/* --- rows that still come ------------------------------------------------------------------- */

static bool is_row(const PGresult *result)
{
    return PQresultStatus(result) == PGRES_SINGLE_TUPLE;
}

/* The next result of the query under way; NULL when it is over. */
static PGresult *next_result(struct cursor *c, struct err *err)
{
    PGresult *result = PQgetResult(c->postgres->connection);

    if (result && is_row(result))
        return result;
    if (result && PQresultStatus(result) != PGRES_TUPLES_OK)
        (void)result_failed(c->postgres, result, err);
    while (result) {
        PQclear(result);
        result = PQgetResult(c->postgres->connection);
    }
    if (PQstatus(c->postgres->connection) != CONNECTION_OK && err->kind == ERR_NONE)
        (void)result_failed(c->postgres, NULL, err);
    c->over = true;
    if (c->postgres->active == c)
        c->postgres->active = NULL;
    return NULL;
}

/* Another statement wants the connection: what still comes is fetched into memory. */
static void rows_fetch_ahead(struct postgres *pg)
{
    struct cursor *c = pg->active;

    while (pg->active) {
        PGresult *result = next_result(c, &c->failure);

        if (!result)
            continue;
        c->kept = mem_grow(c->kept, (c->kept_count + 1) * sizeof *c->kept);
        c->kept[c->kept_count++] = result;
    }
}

/* --- statements ----------------------------------------------------------------------------- */

static bool done(const struct postgres *pg, PGresult *result, struct err *err)
{
    ExecStatusType status = PQresultStatus(result);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
                || result_failed(pg, result, err);

    PQclear(result);
    return good;
}

static int64_t changed_by(PGresult *result)
{
    struct err ignored;
    uint64_t changed;

    return num_u64(span_of(PQcmdTuples(result)), 0, INT64_MAX, &changed, &ignored)
               ? (int64_t)changed
               : 0;
}

/*
 * Hears what became of everything that was sent; the first failure is told. What `changed` says is
 * the last one's.
 */
static bool settle(struct postgres *pg, struct err *err)
{
    bool good = pg->sent == 0 || PQpipelineSync(pg->connection) == 1
                || result_failed(pg, NULL, err);

    if (pg->sent == 0)
        return true;
    for (; pg->sent > 0; pg->sent--) {
        PGresult *result = PQgetResult(pg->connection);

        pg->sql.changed = changed_by(result);
        if (good)
            good = done(pg, result, err);
        else
            PQclear(result);
        PQclear(PQgetResult(pg->connection)); /* nothing: the end of this one */
    }
    PQclear(PQgetResult(pg->connection)); /* the end of all */
    (void)PQexitPipelineMode(pg->connection);
    return good;
}

static bool postgres_prepare(struct sql *sql, struct statement *statement, struct err *err)
{
    struct postgres *pg = postgres_of(sql);
    auto_free char *name = mem_printf("s%u", ++pg->statements);

    rows_fetch_ahead(pg);
    if (!settle(pg, err)
        || !done(pg, PQprepare(pg->connection, name, statement->text->postgres, 0, NULL), err))
        return false;
    statement->prepared = take(name);
    return true;
}

static void postgres_unprepare(struct sql *sql, struct statement *statement)
{
    (void)sql;
    free(statement->prepared);
}

/* Parameters as libpq takes them: texts ended by a zero. */
struct params {
    char *texts[PARAMS_MAX];
    size_t count;
};

static void params_free(struct params *params)
{
    for (size_t i = 0; i < params->count; i++)
        free(params->texts[i]);
}

#define auto_params __attribute__((cleanup(params_free))) struct params

/* PostgreSQL keeps neither NUL nor anything that is not UTF-8 in a text. */
static char *text_for_postgres(struct span text)
{
    auto_str to = STR_MAX(SIZE_MAX / 4);
    uint32_t code;

    if (utf8_is_valid(text) && (text.size == 0 || !memchr(text.at, '\0', text.size)))
        return span_text(text);
    while (text.size) {
        (void)utf8_next(&text, &code);
        utf8_add(&to, code ? code : UTF8_REPLACEMENT);
    }
    return str_take(&to);
}

static char *bytes_for_postgres(struct span bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = mem_grow(NULL, 2 * bytes.size + 3);

    text[0] = '\\';
    text[1] = 'x';
    for (size_t i = 0; i < bytes.size; i++) {
        text[2 + 2 * i] = digits[(uint8_t)bytes.at[i] >> 4];
        text[3 + 2 * i] = digits[bytes.at[i] & 15];
    }
    text[2 + 2 * bytes.size] = '\0';
    return text;
}

static char *value_for_postgres(const struct sql_value *value)
{
    switch (value->type) {
    case SQL_TYPE_NULL:
        return NULL;
    case SQL_TYPE_I64:
        return mem_printf("%jd", (intmax_t)value->i64);
    case SQL_TYPE_TEXT:
        return text_for_postgres(value->bytes);
    case SQL_TYPE_BYTES:
        return bytes_for_postgres(value->bytes);
    }
    abort();
}

static void params_make(struct params *params, struct sql_args args)
{
    assert(args.count <= PARAMS_MAX);
    for (; params->count < args.count; params->count++)
        params->texts[params->count] = value_for_postgres(&args.values[params->count]);
}

static const char *const *texts_of(const struct params *params)
{
    return (const char *const *)params->texts;
}

/* Into the pipeline. */
static bool push(struct postgres *pg, const struct statement *statement, struct sql_args args,
                 struct err *err)
{
    auto_params params = { 0 };

    rows_fetch_ahead(pg);
    params_make(&params, args);
    if ((pg->sent == 0 && PQenterPipelineMode(pg->connection) != 1)
        || PQsendQueryPrepared(pg->connection, statement->prepared, (int)params.count,
                               texts_of(&params), NULL, NULL, 0)
               != 1)
        return result_failed(pg, NULL, err);
    pg->sent++;
    return true;
}

/* Outside of a transaction nothing would follow that could tell of a failure. */
static bool postgres_send(struct sql *sql, struct statement *statement, struct sql_args args,
                          struct err *err)
{
    struct postgres *pg = postgres_of(sql);

    if (!sql->in_transaction)
        return sql->driver->run(sql, statement, args, err);
    return push(pg, statement, args, err) && (pg->sent < SENT_MAX || settle(pg, err));
}

static bool postgres_run(struct sql *sql, struct statement *statement, struct sql_args args,
                         struct err *err)
{
    struct postgres *pg = postgres_of(sql);
    auto_params params = { 0 };
    PGresult *result;

    if (pg->sent > 0)
        return push(pg, statement, args, err) && settle(pg, err);
    rows_fetch_ahead(pg);
    params_make(&params, args);
    result = PQexecPrepared(pg->connection, statement->prepared, (int)params.count,
                            texts_of(&params), NULL, NULL, 0);
    sql->changed = changed_by(result);
    return done(pg, result, err);
}

static bool postgres_script(struct sql *sql, const char *script, struct err *err)
{
    struct postgres *pg = postgres_of(sql);

    rows_fetch_ahead(pg);
    return settle(pg, err) && done(pg, PQexec(pg->connection, script), err);
}

/* --- queries -------------------------------------------------------------------------------- */

static bool postgres_query(struct sql_rows *rows, struct sql_args args, struct err *err)
{
    struct postgres *pg = postgres_of(rows->sql);
    struct cursor *cursor = mem_new(struct cursor);
    auto_params params = { 0 };

    rows->cursor = cursor;
    cursor->postgres = pg;
    cursor->over = true;
    rows_fetch_ahead(pg);
    if (!settle(pg, err))
        return false;
    params_make(&params, args);
    if (!PQsendQueryPrepared(pg->connection, rows->statement->prepared, (int)params.count,
                             texts_of(&params), NULL, NULL, 0))
        return result_failed(pg, NULL, err);
    (void)PQsetSingleRowMode(pg->connection);
    cursor->over = false;
    pg->active = cursor;
    return true;
}

static enum step postgres_next(struct sql_rows *rows, struct err *err)
{
    struct cursor *c = rows->cursor;
    struct err failure = { 0 };

    PQclear(c->row);
    c->row = NULL;
    if (c->kept_read < c->kept_count) {
        c->row = c->kept[c->kept_read];
        c->kept[c->kept_read++] = NULL;
    } else if (!c->over) {
        c->row = next_result(c, &failure);
    } else {
        failure = c->failure;
    }
    if (c->row)
        return STEP_ROW;
    if (failure.kind == ERR_NONE)
        return STEP_END;
    *err = failure;
    return STEP_ERROR;
}

/* What nobody wants to read any more is stopped at the server and thrown away. */
static void rows_abandon(struct cursor *c)
{
    PGcancel *stop = PQgetCancel(c->postgres->connection);
    char said[256];
    struct err ignored = { 0 };

    if (stop)
        (void)PQcancel(stop, said, sizeof said);
    PQfreeCancel(stop);
    while (!c->over)
        PQclear(next_result(c, &ignored));
}

static void postgres_rows_close(struct sql_rows *rows)
{
    struct cursor *c = rows->cursor;

    if (!c)
        return;
    while (!c->over) { /* usually the end is what comes next */
        struct err ignored = { 0 };
        PGresult *result = next_result(c, &ignored);

        PQclear(result);
        if (result && !c->over && !c->postgres->sql.in_transaction)
            rows_abandon(c);
    }
    PQclear(c->row);
    for (size_t i = c->kept_read; i < c->kept_count; i++)
        PQclear(c->kept[i]);
    free(c->kept);
    PQfreemem(c->decoded);
    free(c);
}

static bool postgres_is_null(const struct sql_rows *rows, int column)
{
    return PQgetisnull(((struct cursor *)rows->cursor)->row, 0, column) == 1;
}

static struct span postgres_get_text(const struct sql_rows *rows, int column)
{
    const PGresult *row = ((struct cursor *)rows->cursor)->row;

    if (PQgetisnull(row, 0, column))
        return SPAN_NONE;
    return (struct span){ PQgetvalue(row, 0, column), (size_t)PQgetlength(row, 0, column) };
}

static int64_t postgres_get_i64(const struct sql_rows *rows, int column)
{
    struct span text = postgres_get_text(rows, column);
    struct err ignored;
    int64_t n;

    if (span_is(text, "t"))
        return 1;
    return num_i64(text, INT64_MIN, INT64_MAX, &n, &ignored) ? n : 0;
}

static struct span postgres_get_bytes(const struct sql_rows *rows, int column)
{
    struct cursor *c = rows->cursor;
    size_t size = 0;

    if (PQgetisnull(c->row, 0, column))
        return SPAN_NONE;
    PQfreemem(c->decoded);
    c->decoded = PQunescapeBytea((const unsigned char *)PQgetvalue(c->row, 0, column), &size);
    return (struct span){ (const char *)c->decoded, size };
}

/* --- transactions --------------------------------------------------------------------------- */

static bool postgres_begin(struct sql *sql, bool writes, struct err *err)
{
    return postgres_script(
        sql, writes ? "begin" : "begin transaction isolation level repeatable read, read only",
        err);
}

static bool postgres_commit(struct sql *sql, struct err *err)
{
    if (postgres_script(sql, "commit", err))
        return true;
    if (err->code == SQL_AWAY)
        err->code = SQL_COMMIT_LOST;
    return false;
}

static void postgres_rollback(struct sql *sql)
{
    struct err ignored = { 0 };

    (void)settle(postgres_of(sql), &ignored);
    (void)postgres_script(sql, "rollback", &ignored);
}

/* --- connecting ----------------------------------------------------------------------------- */

static void say_nothing(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

static bool is_local(const char *host)
{
    return !host || !*host || *host == '/' || strcmp(host, "localhost") == 0
           || strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

static const char *option_value(const PQconninfoOption *options, const char *name)
{
    for (; options->keyword; options++)
        if (strcmp(options->keyword, name) == 0)
            return options->val;
    return NULL;
}

/*
 * Beyond this machine the server's certificate must stand up, name included; and a password in the
 * URL would be a password in the configuration.
 */
static bool url_is_safe(const char *url, bool *remote_r, bool *has_mode_r, bool *has_root_r,
                        struct err *err)
{
    char *said = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &said);
    const char *mode, *user_url = strstr(url, "://");
    bool good = true;

    if (!options) {
        (void)err_set(err, ERR_USAGE, 0, "the database URL cannot be read");
        PQfreemem(said);
        return false;
    }
    mode = option_value(options, "sslmode");
    *remote_r = !is_local(option_value(options, "host"));
    *has_mode_r = mode != NULL;
    *has_root_r = option_value(options, "sslrootcert") != NULL;
    if (user_url && option_value(options, "password"))
        good =
            err_set(err, ERR_USAGE, 0,
                    "a password does not belong into the database URL: put it into a file of mode "
                    "0600 and name that with ?passfile=FILE, or into PGPASSWORD");
    else if (*remote_r && mode && strcmp(mode, "verify-full") != 0)
        good = err_set(err, ERR_USAGE, 0,
                       "sslmode=%s does not prove which database answers: leave it out, or use "
                       "verify-full with sslrootcert=FILE",
                       mode);
    PQconninfoFree(options);
    return good;
}

static PGconn *connect_url(const char *url, bool verify, bool has_root)
{
    const char *names[12] = { "dbname" }, *values[12] = { url };
    size_t n = 1;

#define WITH(name, value) (names[n] = (name), values[n] = (value), n++)
    WITH("application_name", "fmferry");
    WITH("client_encoding", "UTF8");
    WITH("connect_timeout", "15");
    WITH("keepalives_idle", "10");
    WITH("keepalives_interval", "5");
    WITH("keepalives_count", "3");
    WITH("tcp_user_timeout", "25000");
    if (verify)
        WITH("sslmode", "verify-full");
    if (verify && !has_root)
        WITH("sslrootcert", "/etc/ssl/certs/ca-certificates.crt");
#undef WITH
    return PQconnectdbParams(names, values, 1);
}

static bool postgres_connect(struct postgres *pg, struct err *err)
{
    bool remote, has_mode, has_root;

    if (!url_is_safe(pg->url, &remote, &has_mode, &has_root, err))
        return false;
    pg->connection = connect_url(pg->url, remote, has_root);
    if (!pg->connection)
        abort();
    if (PQstatus(pg->connection) != CONNECTION_OK) {
        (void)say(err, SQL_AWAY, PQerrorMessage(pg->connection));
        if (strstr(err->msg, "authentication") || strstr(err->msg, "does not exist")
            || strstr(err->msg, "certificate"))
            err->code = SQL_REFUSED;
        return false;
    }
    (void)PQsetNoticeProcessor(pg->connection, say_nothing, NULL);
    return postgres_script(&pg->sql,
                           pg->may_write ? "set synchronous_commit = on;"
                                           "set idle_in_transaction_session_timeout = '1min';"
                                           "set statement_timeout = '10min'"
                                         : "set default_transaction_read_only = on",
                           err);
}

static bool postgres_reconnect(struct sql *sql, struct err *err)
{
    struct postgres *pg = postgres_of(sql);

    PQfinish(pg->connection);
    pg->connection = NULL;
    pg->active = NULL;
    pg->sent = 0;
    return postgres_connect(pg, err);
}

static void postgres_close(struct sql *sql)
{
    struct postgres *pg = postgres_of(sql);

    PQfinish(pg->connection);
    free(pg->url);
    free(pg);
}

static const struct sql_driver driver = {
    .kind = SQL_POSTGRES,
    .close = postgres_close,
    .reconnect = postgres_reconnect,
    .prepare = postgres_prepare,
    .unprepare = postgres_unprepare,
    .run = postgres_run,
    .send = postgres_send,
    .script = postgres_script,
    .query = postgres_query,
    .next = postgres_next,
    .rows_close = postgres_rows_close,
    .is_null = postgres_is_null,
    .get_i64 = postgres_get_i64,
    .get_text = postgres_get_text,
    .get_bytes = postgres_get_bytes,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
};

bool postgres_open(const char *url, bool may_write, const struct cancel *cancel, struct sql **sql_r,
                   struct err *err)
{
    struct postgres *pg = mem_new(struct postgres);
    auto_sql *sql = &pg->sql;

    pg->sql = (struct sql){ .driver = &driver, .cancel = cancel };
    pg->url = mem_text(url);
    pg->may_write = may_write;
    if (!postgres_connect(pg, err))
        return err_ctx(err, "connecting to PostgreSQL");
    *sql_r = take(sql);
    return true;
}
