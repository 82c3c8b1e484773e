/*
 * Each writing of a document's row ends with a hash of the whole row beside it, whoever filled its
 * columns. A row that has another hash now is not ours alone; it keeps none from then on.
 */
#include "registry/left.h"

#include "base/mem.h"
#include "registry/inside.h"

enum { STATEMENT_MAX = 32 * 1024 };

/* A row's id: in our tables, and in the form of the application's column. */
struct row_ids {
    char ours[UUID_TEXT_SIZE], text[COLUMN_TEXT_SIZE];
    struct sql_value theirs;
};

static void ids_of(const struct registry *registry, const struct uuid *id, struct row_ids *ids_r)
{
    ids_r->theirs = registry_table_id(registry->documents, NAME_ROW_ID,
                                      span_of(uuid_text(id, ids_r->ours)), ids_r->text);
}

/* The hash of the application's row with the id $2, as a subquery. The caller frees. */
static char *hash_now(const struct registry *registry)
{
    const struct registry_table *table = registry->documents;
    auto_free char *hash = registry_table_hash_words(table);

    return mem_printf("(select %s from %s where %s = $2)", hash, registry_table_name(table),
                      registry_table_column(table, NAME_ROW_ID));
}

/* --- while rows are written ------------------------------------------------------------------- */

bool registry_left_before(struct registry *registry, const struct uuid *id, struct err *err)
{
    struct registry_statement *statement = &registry->statements[STATEMENT_LEFT_BEFORE];
    auto_free char *now = statement->words ? NULL : hash_now(registry);
    struct row_ids ids;

    if (now)
        registry_statement_set(statement, "row_left_before",
                               mem_printf("update fmferry_row set seen = null where id = $1"
                                          " and seen is not null and seen <> coalesce(%s, '')",
                                          now));
    ids_of(registry, id, &ids);
    return sql_send(registry->sql, &statement->text, sql_args(sql_text(ids.ours), ids.theirs), err);
}

bool registry_left_after(struct registry *registry, const struct uuid *id, struct err *err)
{
    struct registry_statement *statement = &registry->statements[STATEMENT_LEFT_AFTER];
    auto_free char *now = statement->words ? NULL : hash_now(registry);
    struct row_ids ids;

    if (now)
        registry_statement_set(statement, "row_left_after",
                               mem_printf("update fmferry_row set seen = %s"
                                          " where id = $1 and seen is not null",
                                          now));
    ids_of(registry, id, &ids);
    return sql_send(registry->sql, &statement->text, sql_args(sql_text(ids.ours), ids.theirs), err);
}

/* --- when they are taken back ----------------------------------------------------------------- */

/* `seen_r` is "" where it is not known. */
static bool seen_read(struct registry *registry, const struct row_ids *ids,
                      char seen_r[SHA256_HEX_SIZE], struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    seen_r[0] = '\0';
    if (!sql_query(registry->sql, &REGISTRY_ROW_SEEN, sql_args(sql_text(ids->ours)), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW)
        (void)snprintf(seen_r, SHA256_HEX_SIZE, SPAN_FORMAT,
                       SPAN_ARGS(span_first(sql_get_text(rows, 0), SHA256_HEX_SIZE - 1)));
    return step != STEP_ERROR;
}

/* Makes the statement that counts the rows of all tables that point to a document's. */
static bool pointing_make(struct registry *registry, struct err *err)
{
    bool is_sqlite = sql_kind_of(registry->sql) == SQL_SQLITE;
    const struct registry_table *t = registry->documents;
    auto_str words = STR_MAX(STATEMENT_MAX);
    auto_rows *rows = NULL;
    enum step step;

    if (registry->statements[STATEMENT_LEFT_POINTING].words)
        return true;
    str_printf(&words, "select 0");
    if (!sql_query(
            registry->sql, &REGISTRY_POINTING,
            sql_args(sql_text(is_sqlite ? registry_table_plain_name(t) : registry_table_name(t)),
                     sql_text(registry_table_plain_column(t, NAME_ROW_ID))),
            &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        str_printf(&words, " + (select count(*) from " SPAN_FORMAT " where " SPAN_FORMAT " = $1)",
                   SPAN_ARGS(sql_get_text(rows, 0)), SPAN_ARGS(sql_get_text(rows, 1)));
    str_printf(&words, " from %s where %s = $1", registry_table_name(t),
               registry_table_column(t, NAME_ROW_ID));
    registry_statement_set(&registry->statements[STATEMENT_LEFT_POINTING], "row_pointed",
                           mem_text(str_text(&words)));
    return step == STEP_END && str_fits(&words, "a statement", err);
}

static bool pointed_count(struct registry *registry, const struct row_ids *ids, int64_t *count_r,
                          struct err *err)
{
    return pointing_make(registry, err)
           && sql_number(registry->sql, &registry->statements[STATEMENT_LEFT_POINTING].text,
                         sql_args(ids->theirs), 0, count_r, err);
}

bool registry_left(struct registry *registry, const struct uuid *id, enum registry_left *left_r,
                   struct err *err)
{
    char now[SHA256_HEX_SIZE], then[SHA256_HEX_SIZE];
    struct row_ids ids;
    int64_t pointed;

    ids_of(registry, id, &ids);
    if (!registry_table_row_hash(registry->documents, id, now, err)
        || !seen_read(registry, &ids, then, err) || !pointed_count(registry, &ids, &pointed, err))
        return false;
    if (!*now)
        *left_r = REGISTRY_LEFT_GONE;
    else if (!*then)
        *left_r = REGISTRY_LEFT_UNKNOWN;
    else if (strcmp(now, then) != 0)
        *left_r = REGISTRY_LEFT_CHANGED;
    else
        *left_r = pointed > 0 ? REGISTRY_LEFT_POINTED : REGISTRY_LEFT_AS_IT_WAS;
    return true;
}

/* Compares and removes in one statement: so nobody can change the row in between. */
static const struct sql_text *remove_statement(struct registry *registry)
{
    struct registry_statement *statement = &registry->statements[STATEMENT_LEFT_REMOVE];
    const struct registry_table *table = registry->documents;
    auto_free char *hash = registry_table_hash_words(table);

    if (!statement->words)
        registry_statement_set(statement, "row_left_remove",
                               mem_printf("delete from %s where %s = $1 and %s = $2",
                                          registry_table_name(table),
                                          registry_table_column(table, NAME_ROW_ID), hash));
    return &statement->text;
}

bool registry_left_remove(struct registry *registry, const struct uuid *id, bool *removed_r,
                          struct err *err)
{
    char then[SHA256_HEX_SIZE];
    struct row_ids ids;
    int64_t pointed;

    ids_of(registry, id, &ids);
    *removed_r = false;
    if (!registry_begin_change(registry, err) || !seen_read(registry, &ids, then, err)
        || !pointed_count(registry, &ids, &pointed, err))
        return false;
    if (!*then || pointed > 0)
        return true;
    if (!sql_run(registry->sql, remove_statement(registry), sql_args(ids.theirs, sql_text(then)),
                 err))
        return false;
    *removed_r = sql_changed(registry->sql) > 0;
    return !*removed_r
           || (sql_run(registry->sql, &REGISTRY_ROW_FORGET, sql_args(sql_text(ids.ours)), err)
               && sql_run(registry->sql, &REGISTRY_DOUBT_DROP, sql_args(sql_text(ids.ours)), err));
}
