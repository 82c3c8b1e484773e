/* The configuration says which columns hold ids and keys: so statements are made when needed. */
#include "registry/previous.h"

#include "base/mem.h"
#include "registry/inside.h"

enum { STATEMENT_MAX = 4 * 1024 };

/* The columns that are read, in quotes; NULL where the application has none. */
struct previous_columns {
    const char *table, *id, *filemaker_id, *key;
};

static struct previous_columns columns_of(const struct registry *registry)
{
    return (
        struct previous_columns){ registry_table_name(registry->documents),
                                  registry_table_column(registry->documents, NAME_ROW_ID),
                                  registry_table_column(registry->documents, NAME_FILEMAKER_UUID),
                                  registry_table_column(registry->documents, NAME_KEY) };
}

static bool has_all(const struct previous_columns *columns)
{
    return columns->id && columns->filemaker_id && columns->key;
}

/* A statement, made the first time that it is wanted. */
static const struct sql_text *statement_cached(struct registry_statement *statement,
                                               const char *name, const char *words)
{
    if (!statement->words)
        registry_statement_set(statement, name, mem_text(words));
    return &statement->text;
}

static struct sql_value id_value(const struct registry *registry, enum template_name name,
                                 const struct uuid *id, char plain[UUID_TEXT_SIZE],
                                 char text[COLUMN_TEXT_SIZE])
{
    return registry_table_id(registry->documents, name, span_of(uuid_text(id, plain)), text);
}

/* --- an earlier importer's -------------------------------------------------------------------- */

bool registry_previous(struct registry *registry, const struct uuid *filemaker_id,
                       const struct uuid *ours, char **key_r, struct err *err)
{
    struct previous_columns c = columns_of(registry);
    char plain[2][UUID_TEXT_SIZE], text[2][COLUMN_TEXT_SIZE];
    auto_str words = STR_MAX(STATEMENT_MAX);
    auto_rows *rows = NULL;
    enum step step;

    *key_r = NULL;
    if (!has_all(&c))
        return true;
    str_printf(&words, "select %s from %s where %s = $1 and %s <> $2", c.key, c.table,
               c.filemaker_id, c.id);
    if (!sql_query(
            registry->sql,
            statement_cached(&registry->statements[STATEMENT_PREVIOUS], "row_left",
                             str_text(&words)),
            sql_args(id_value(registry, NAME_FILEMAKER_UUID, filemaker_id, plain[0], text[0]),
                     id_value(registry, NAME_ROW_ID, ours, plain[1], text[1])),
            &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW)
        *key_r = span_text(sql_get_text(rows, 0));
    return step != STEP_ERROR;
}

bool registry_take_over_previous(struct registry *registry, const struct uuid *filemaker_id,
                                 const struct uuid *ours, struct err *err)
{
    struct previous_columns c = columns_of(registry);
    char plain[2][UUID_TEXT_SIZE], text[2][COLUMN_TEXT_SIZE];
    auto_str words = STR_MAX(STATEMENT_MAX);

    if (!has_all(&c))
        return true;
    str_printf(&words, "update %s set %s = $2 where %s = $1 and %s <> $2", c.table, c.id,
               c.filemaker_id, c.id);
    return registry_begin_change(registry, err)
           && sql_run(
               registry->sql,
               statement_cached(&registry->statements[STATEMENT_TAKE_OVER], "row_take_over",
                                str_text(&words)),
               sql_args(id_value(registry, NAME_FILEMAKER_UUID, filemaker_id, plain[0], text[0]),
                        id_value(registry, NAME_ROW_ID, ours, plain[1], text[1])),
               err);
}

/* --- as they are now -------------------------------------------------------------------------- */

bool registry_find_document(struct registry *registry, const struct uuid *id, bool *is_there_r,
                            char **key_r, struct err *err)
{
    struct previous_columns c = columns_of(registry);
    char plain[UUID_TEXT_SIZE], text[COLUMN_TEXT_SIZE];
    auto_str words = STR_MAX(STATEMENT_MAX);
    auto_rows *rows = NULL;
    enum step step;

    str_printf(&words, "select %s from %s where %s = $1", c.key ? c.key : "null", c.table, c.id);
    if (!sql_query(
            registry->sql,
            statement_cached(&registry->statements[STATEMENT_FIND], "row_find", str_text(&words)),
            sql_args(id_value(registry, NAME_ROW_ID, id, plain, text)), &rows, err))
        return false;
    step = sql_next(rows, err);
    *is_there_r = step == STEP_ROW;
    *key_r = step == STEP_ROW && !sql_is_null(rows, 0) ? span_text(sql_get_text(rows, 0)) : NULL;
    return step != STEP_ERROR;
}

bool registry_each_document(struct registry *registry,
                            bool (*each)(void *arg, struct span filemaker_id, struct span key,
                                         struct err *err),
                            void *arg, struct err *err)
{
    struct previous_columns c = columns_of(registry);
    auto_str words = STR_MAX(STATEMENT_MAX);
    auto_rows *rows = NULL;
    enum step step;

    if (!has_all(&c))
        return true;
    str_printf(&words, "select %s, %s from %s where %s is not null order by %s", c.filemaker_id,
               c.key, c.table, c.filemaker_id, c.id);
    if (!sql_query(registry->sql,
                   statement_cached(&registry->statements[STATEMENT_IMPORTS], "rows_imported",
                                    str_text(&words)),
                   SQL_NO_ARGS, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        if (!each(arg, sql_get_text(rows, 0), sql_get_text(rows, 1), err))
            return false;
    return step == STEP_END;
}
