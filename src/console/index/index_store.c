/* What is wrong with the file is no matter: then it is made anew. */
#include "console/index/index_store.h"

#include "base/log.h"
#include "base/mem.h"
#include "console/index_sql.h"

#include <fcntl.h>
#include <unistd.h>

/* Another number than the file's: the file has another form. */
enum { INDEX_FORM = 5 };

struct index_store {
    char *path, *url;
    const struct cancel *cancel;
    struct sql *writer;
    struct lender *readers;
};

/* --- the file --------------------------------------------------------------------------------- */

/* SQLite gives its other files the rights that this one has. */
static bool file_make_private(const char *path, struct err *err)
{
    auto_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    return fd >= 0 || err_os(err, "making the index '%s'", path);
}

static bool file_remove(const struct index_store *store, struct err *err)
{
    static const char *const ends[] = { "", "-wal", "-shm" };

    for (size_t i = 0; i < lengthof(ends); i++) {
        auto_free char *path = mem_printf("%s%s", store->path, ends[i]);

        if (unlink(path) != 0 && errno != ENOENT)
            return err_os(err, "removing the index '%s'", path);
    }
    return true;
}

/* --- what it is of ---------------------------------------------------------------------------- */

static bool is_of(struct sql *sql, const struct index_of *of, bool *is_r, struct err *err)
{
    auto_rows *rows = NULL;

    if (!sql_query(sql, &INDEX_ABOUT, SQL_NO_ARGS, &rows, err))
        return false;
    switch (sql_next(rows, err)) {
    case STEP_ROW:
        *is_r = sql_get_i64(rows, 0) == INDEX_FORM && span_is(sql_get_text(rows, 1), of->source)
                && sql_get_i64(rows, 2) == of->lineage;
        return true;
    case STEP_END:
        *is_r = false;
        return true;
    case STEP_ERROR:
        return false;
    }
    abort();
}

/* A crash may lose the last commits, and never more: the feed reads them again. */
static bool writer_open(struct index_store *store, struct err *err)
{
    return file_make_private(store->path, err)
           && sql_open(store->url, store->cancel, &store->writer, err)
           && sql_script(store->writer, "pragma synchronous = normal", err);
}

static bool tables_make(struct index_store *store, const struct index_of *of, struct err *err)
{
    auto_tx tx = { 0 };

    return sql_begin(store->writer, &tx, err)
           && sql_script(store->writer, INDEX_SCHEMA_MADE.sqlite, err)
           && sql_run(store->writer, &INDEX_ABOUT_BEGIN,
                      sql_args(sql_i64(INDEX_FORM), sql_text(of->source), sql_i64(of->lineage)),
                      err)
           && sql_commit(&tx, err);
}

static bool make_anew(struct index_store *store, const struct index_of *of, struct err *err)
{
    sql_close(take(store->writer));
    return file_remove(store, err) && writer_open(store, err) && tables_make(store, of, err);
}

static bool file_open(struct index_store *store, const struct index_of *of, struct err *err)
{
    struct err why = { 0 };
    bool is_ours = false;

    if (writer_open(store, &why) && is_of(store->writer, of, &is_ours, &why) && is_ours)
        return true;
    if (why.kind != ERR_NONE && why.kind != ERR_DATABASE) {
        *err = why;
        return false;
    }
    log_debug("the index is made anew%s%s", *why.msg ? ": " : "", why.msg);
    return make_anew(store, of, err);
}

/* --- readers ---------------------------------------------------------------------------------- */

static bool index_reader_open(void *arg, void **thing_r, struct err *err)
{
    const struct index_store *store = arg;
    struct sql *sql;

    if (!sql_open_reader(store->url, store->cancel, &sql, err))
        return false;
    *thing_r = sql;
    return true;
}

static void index_reader_close(void *thing)
{
    sql_close(thing);
}

static const struct lender_kind reader_kind = { index_reader_open, NULL, index_reader_close };

bool index_open(const char *folder, const struct index_of *of, const struct cancel *cancel,
                struct index_store **store_r, struct err *err)
{
    struct index_store *store = mem_new(struct index_store);

    *store = (struct index_store){ .path = mem_printf("%s/index.db", folder),
                                   .url = mem_printf("sqlite:%s/index.db", folder),
                                   .cancel = cancel };
    store->readers = lender_new(&reader_kind, store);
    if (!file_open(store, of, err)) {
        index_close(store);
        return err_ctx(err, "the index");
    }
    *store_r = store;
    return true;
}

void index_close(struct index_store *store)
{
    if (!store)
        return;
    lender_free(store->readers);
    sql_close(store->writer);
    free(store->path);
    free(store->url);
    free(store);
}

struct sql *index_writer(struct index_store *store)
{
    return store->writer;
}

bool index_borrow(struct index_store *store, struct loan *loan, struct sql **sql_r, struct err *err)
{
    if (!lender_lend(store->readers, loan, err))
        return false;
    *sql_r = loan->thing;
    return true;
}
