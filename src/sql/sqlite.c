/*
 * SQLite with a write-ahead log; every commit is flushed. After an I/O error nothing is tried again
 * on the same connection: the caller stops, and the next start reads what is really there.
 */
#include "sql/driver.h"

#include "base/mem.h"

#include <assert.h>
#include <pthread.h>
#include <sqlite3.h>

enum { BUSY_LOOK_MS = 20, BUSY_MS = 60 * 1000 };

struct sqlite_connection {
    struct sql sql;
    sqlite3 *handle;
};

static sqlite3 *handle_of(const struct sql *sql)
{
    return ((const struct sqlite_connection *)sql)->handle;
}

static enum sql_cause cause_of(int code)
{
    switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
        return SQL_CONSTRAINT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return SQL_BUSY;
    case SQLITE_FULL:
        return SQL_FULL;
    case SQLITE_READONLY:
        return SQL_READ_ONLY;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
        return SQL_REFUSED;
    case SQLITE_ERROR:
        return SQL_MISSING;
    default:
        return SQL_BROKEN;
    }
}

/* A file that is not there yet is another matter than one that nobody may open. */
static bool is_no_file(sqlite3 *handle, int code)
{
    return (code & 0xFF) == SQLITE_CANTOPEN && sqlite3_system_errno(handle) == ENOENT;
}

static bool sqlite_failed(const struct sql *sql, struct err *err)
{
    sqlite3 *handle = handle_of(sql);
    int code = sqlite3_extended_errcode(handle);
    enum sql_cause cause = is_no_file(handle, code) ? SQL_MISSING : cause_of(code);

    if (cause == SQL_BUSY && cancel_is_set(sql->cancel))
        return err_set(err, ERR_CANCELED, 0, "asked to stop");
    (void)err_set(err, ERR_DATABASE, (int)cause, "%s",
                  code == SQLITE_CONSTRAINT_TRIGGER
                      ? "a rule of the application's own (a trigger) refused the row"
                      : sqlite3_errmsg(handle));
    err->reason = code;
    return false;
}

/* Waits for another writer, but not longer than BUSY_MS and not after being asked to stop. */
static int on_busy(void *arg, int looked)
{
    struct sqlite_connection *sqlite = arg;
    struct err ignored;

    return looked < BUSY_MS / BUSY_LOOK_MS
           && cancel_sleep(sqlite->sql.cancel, BUSY_LOOK_MS * 1000, &ignored);
}

/* --- statements ----------------------------------------------------------------------------- */

/* SQLite numbers parameters by their first appearance, not by the digits after the $. */
static void places_find(struct statement *statement, sqlite3_stmt *prepared)
{
    for (size_t i = 0; i < STATEMENT_ARGS_MAX; i++) {
        char name[24];

        (void)snprintf(name, sizeof name, "$%zu", i + 1);
        statement->places[i] = (uint8_t)sqlite3_bind_parameter_index(prepared, name);
    }
}

static bool sqlite_prepare(struct sql *sql, struct statement *statement, struct err *err)
{
    sqlite3_stmt *prepared = NULL;

    if (sqlite3_prepare_v3(handle_of(sql), statement->text->sqlite, -1, SQLITE_PREPARE_PERSISTENT,
                           &prepared, NULL)
        != SQLITE_OK)
        return sqlite_failed(sql, err);
    statement->prepared = prepared;
    places_find(statement, prepared);
    return true;
}

static void sqlite_unprepare(struct sql *sql, struct statement *statement)
{
    (void)sql;
    (void)sqlite3_finalize(statement->prepared);
}

static int bind_value(sqlite3_stmt *prepared, int place, const struct sql_value *value,
                      sqlite3_destructor_type keep)
{
    const char *bytes = value->bytes.at ? value->bytes.at : "";

    switch (value->type) {
    case SQL_TYPE_NULL:
        return sqlite3_bind_null(prepared, place);
    case SQL_TYPE_I64:
        return sqlite3_bind_int64(prepared, place, value->i64);
    case SQL_TYPE_TEXT:
        return sqlite3_bind_text64(prepared, place, bytes, value->bytes.size, keep, SQLITE_UTF8);
    case SQL_TYPE_BYTES:
        return sqlite3_bind_blob64(prepared, place, bytes, value->bytes.size, keep);
    }
    abort();
}

/*
 * Binds the values; one that the statement does not use has no place.
 *   keep   SQLITE_STATIC if the values outlive the run, else SQLITE_TRANSIENT
 */
static bool bind_all(struct sql *sql, const struct statement *statement, struct sql_args args,
                     sqlite3_destructor_type keep, struct err *err)
{
    assert(args.count <= STATEMENT_ARGS_MAX);
    for (size_t i = 0; i < args.count; i++) {
        int place = statement->places[i];

        if (place > 0 && bind_value(statement->prepared, place, &args.values[i], keep) != SQLITE_OK)
            return sqlite_failed(sql, err);
    }
    return true;
}

static bool sqlite_run(struct sql *sql, struct statement *statement, struct sql_args args,
                       struct err *err)
{
    sqlite3_stmt *prepared = statement->prepared;
    int code = SQLITE_ROW;
    bool good = bind_all(sql, statement, args, SQLITE_STATIC, err);

    while (good && (code = sqlite3_step(prepared)) == SQLITE_ROW)
        continue;
    good = good && (code == SQLITE_DONE || sqlite_failed(sql, err));
    sql->changed = sqlite3_changes64(handle_of(sql));
    (void)sqlite3_reset(prepared);
    (void)sqlite3_clear_bindings(prepared);
    return good;
}

static bool sqlite_script(struct sql *sql, const char *script, struct err *err)
{
    return sqlite3_exec(handle_of(sql), script, NULL, NULL, NULL) == SQLITE_OK
           || sqlite_failed(sql, err);
}

/* --- queries -------------------------------------------------------------------------------- */

static bool sqlite_query(struct sql_rows *rows, struct sql_args args, struct err *err)
{
    rows->cursor = rows->statement->prepared;
    return bind_all(rows->sql, rows->statement, args, SQLITE_TRANSIENT, err);
}

static enum step sqlite_next(struct sql_rows *rows, struct err *err)
{
    int code = sqlite3_step(rows->cursor);

    if (code == SQLITE_ROW)
        return STEP_ROW;
    if (code == SQLITE_DONE)
        return STEP_END;
    (void)sqlite_failed(rows->sql, err);
    return STEP_ERROR;
}

static void sqlite_rows_close(struct sql_rows *rows)
{
    (void)sqlite3_reset(rows->statement->prepared);
    (void)sqlite3_clear_bindings(rows->statement->prepared);
}

static bool sqlite_is_null(const struct sql_rows *rows, int column)
{
    return sqlite3_column_type(rows->cursor, column) == SQLITE_NULL;
}

static int64_t sqlite_get_i64(const struct sql_rows *rows, int column)
{
    return sqlite3_column_int64(rows->cursor, column);
}

static struct span sqlite_get_text(const struct sql_rows *rows, int column)
{
    const char *text = (const char *)sqlite3_column_text(rows->cursor, column);

    return (struct span){ text, (size_t)sqlite3_column_bytes(rows->cursor, column) };
}

static struct span sqlite_get_bytes(const struct sql_rows *rows, int column)
{
    const char *bytes = sqlite3_column_blob(rows->cursor, column);

    return (struct span){ bytes, (size_t)sqlite3_column_bytes(rows->cursor, column) };
}

/* --- transactions --------------------------------------------------------------------------- */

static bool sqlite_begin(struct sql *sql, bool writes, struct err *err)
{
    return sqlite_script(sql, writes ? "begin immediate" : "begin", err);
}

static bool sqlite_commit(struct sql *sql, struct err *err)
{
    return sqlite_script(sql, "commit", err);
}

static void sqlite_rollback(struct sql *sql)
{
    if (!sqlite3_get_autocommit(handle_of(sql)))
        (void)sqlite3_exec(handle_of(sql), "rollback", NULL, NULL, NULL);
}

static void sqlite_close(struct sql *sql)
{
    (void)sqlite3_close_v2(handle_of(sql));
    free(sql);
}

static const struct sql_driver driver = {
    .kind = SQL_SQLITE,
    .close = sqlite_close,
    .prepare = sqlite_prepare,
    .unprepare = sqlite_unprepare,
    .run = sqlite_run,
    .script = sqlite_script,
    .query = sqlite_query,
    .next = sqlite_next,
    .rows_close = sqlite_rows_close,
    .is_null = sqlite_is_null,
    .get_i64 = sqlite_get_i64,
    .get_text = sqlite_get_text,
    .get_bytes = sqlite_get_bytes,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
};

static bool pages_count(struct sqlite_connection *sqlite, int64_t *pages_r, struct err *err)
{
    sqlite3_stmt *asked = NULL;
    bool good = sqlite3_prepare_v2(sqlite->handle, "pragma page_count", -1, &asked, NULL)
                    == SQLITE_OK
                && sqlite3_step(asked) == SQLITE_ROW;

    if (good)
        *pages_r = sqlite3_column_int64(asked, 0);
    else
        (void)sqlite_failed(&sqlite->sql, err);
    (void)sqlite3_finalize(asked);
    return good;
}

/*
 * An existing database keeps its journal; a new one gets a write-ahead log, so that readers and the
 * writer do not wait for each other.
 */
static bool journal_choose(struct sqlite_connection *sqlite, bool may_write, struct err *err)
{
    int64_t pages;

    if (!pages_count(sqlite, &pages, err))
        return false;
    return pages > 0 || !may_write || sqlite_script(&sqlite->sql, "pragma journal_mode = wal", err);
}

/*
 * If several processes give a new database its journal at once, SQLite refuses all but one: each
 * holds a shared lock that the others wait for, so the busy handler is not called. A refused one
 * has released its lock by then; it waits as the handler would, and looks again.
 */
static bool journal_settle(struct sqlite_connection *sqlite, bool may_write, struct err *err)
{
    for (int looked = 0; !journal_choose(sqlite, may_write, err); looked++) {
        if (err->kind != ERR_DATABASE || err->code != SQL_BUSY)
            return false;
        if (!on_busy(sqlite, looked))
            return sqlite_failed(&sqlite->sql, err);
        *err = (struct err){ 0 };
    }
    return true;
}

/* --- our function ----------------------------------------------------------------------------- */

/*
 * After MurmurHash64A, eight bytes at a time: each step can be undone, so that two lists that differ in
 * one word never have one print. It keeps nobody from anything, it only tells what was changed.
 */
#define PRINT_FACTOR UINT64_C(0xc6a4a7935bd1e995)

static uint64_t print_word(uint64_t print, uint64_t word)
{
    word *= PRINT_FACTOR;
    word ^= word >> 47;
    word *= PRINT_FACTOR;
    return (print ^ word) * PRINT_FACTOR;
}

static uint64_t print_bytes(uint64_t print, const char *at, size_t size)
{
    uint64_t word;

    for (; size >= sizeof word; at += sizeof word, size -= sizeof word) {
        memcpy(&word, at, sizeof word);
        print = print_word(print, word);
    }
    word = 0;
    if (size > 0)
        memcpy(&word, at, size);
    return print_word(print, word);
}

/* Adds a value with its type and its length, so that no two lists of values give the same bytes. */
static uint64_t print_value(uint64_t print, sqlite3_value *value)
{
    int type = sqlite3_value_type(value);
    int64_t number;
    double real;

    print = print_word(print, (uint64_t)type);
    switch (type) {
    case SQLITE_NULL:
        return print;
    case SQLITE_INTEGER:
        return print_word(print, (uint64_t)sqlite3_value_int64(value));
    case SQLITE_FLOAT:
        real = sqlite3_value_double(value);
        memcpy(&number, &real, sizeof number);
        return print_word(print, (uint64_t)number);
    default:
        number = sqlite3_value_bytes(value);
        print = print_word(print, (uint64_t)number);
        return print_bytes(print, sqlite3_value_blob(value), (size_t)number);
    }
}

/* The number of all its values: SQL_PRINT. */
static void print_answer(sqlite3_context *context, int count, sqlite3_value **values)
{
    uint64_t print = 0;

    for (int i = 0; i < count; i++)
        print = print_value(print, values[i]);
    print ^= print >> 47;
    sqlite3_result_int64(context, (int64_t)(print * PRINT_FACTOR));
}

static bool functions_add(struct sqlite_connection *sqlite, struct err *err)
{
    return sqlite3_create_function(sqlite->handle, SQL_PRINT, -1,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL,
                                   print_answer, NULL, NULL)
               == SQLITE_OK
           || sqlite_failed(&sqlite->sql, err);
}

static bool connection_settle(struct sqlite_connection *sqlite, bool may_write, struct err *err)
{
    /* trusted_schema stays on: Django's tables check their JSON with a function it would forbid. */
    static const char *const options = "pragma synchronous = full;"
                                       "pragma foreign_keys = on;"
                                       "pragma cell_size_check = on;"
                                       "pragma cache_size = -4096;";

    (void)sqlite3_extended_result_codes(sqlite->handle, 1);
    (void)sqlite3_busy_handler(sqlite->handle, on_busy, sqlite);
    return functions_add(sqlite, err) && sqlite_script(&sqlite->sql, options, err)
           && journal_settle(sqlite, may_write, err);
}

static pthread_once_t configured = PTHREAD_ONCE_INIT;

/* Nobody asks for SQLite's memory use, so it need not lock at each allocation to count it. */
static void sqlite_configure(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

bool sql_sqlite_open(const char *path, bool may_write, const struct cancel *cancel,
                     struct sql **sql_r, struct err *err)
{
    int flags = may_write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    struct sqlite_connection *sqlite = mem_new(struct sqlite_connection);

    sqlite->sql = (struct sql){ .driver = &driver, .cancel = cancel };
    (void)pthread_once(&configured, sqlite_configure);
    if ((sqlite3_open_v2(path, &sqlite->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK
         && !sqlite_failed(&sqlite->sql, err))
        || !connection_settle(sqlite, may_write, err)) {
        sqlite_close(&sqlite->sql);
        return err_ctx(err, "opening the database '%s'", path);
    }
    *sql_r = &sqlite->sql;
    return true;
}
