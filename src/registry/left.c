/*
 * A row is known by its print, a number that the database makes of all its columns in the statement
 * that writes the row. A row that has another one now is not ours alone.
 */
#include "registry/left.h"

#include "base/mem.h"
#include "registry/inside.h"

enum { STATEMENT_MAX = 32 * 1024 };

static struct sql_value their_id(const struct registry *registry, const struct uuid *id,
                                 char text[COLUMN_TEXT_SIZE])
{
    char ours[UUID_TEXT_SIZE];
    struct sql_value value =
        registry_table_id(registry->documents, NAME_ROW_ID, span_of(uuid_text(id, ours)), text);

    /* Where the column takes the text as it is, it is borrowed from `ours`. */
    if (value.type == SQL_TYPE_TEXT && value.bytes.at == ours)
        value = sql_text(uuid_text(id, text));
    return value;
}

/*
 * The row's print now; 0: there is no row.
 *   hold   on PostgreSQL the row stays as it is until the change ends
 */
static bool print_now(struct registry *registry, const struct uuid *id, bool hold, int64_t *now_r,
                      struct err *err)
{
    const struct registry_table *table = registry->documents;
    struct registry_statement *statement = &registry->statements[STATEMENT_LEFT_PRINT];
    char text[COLUMN_TEXT_SIZE];

    registry_statement_set(
        statement, hold ? "row_print_hold" : "row_print",
        mem_printf("select %s from %s where %s = $1%s", registry_table_print_words(table),
                   registry_table_name(table), registry_table_column(table, NAME_ROW_ID),
                   hold && sql_kind_of(registry->sql) == SQL_POSTGRES ? " for update" : ""));
    return sql_number(registry->sql, &statement->text, sql_args(their_id(registry, id, text)), 0,
                      now_r, err);
}

/* --- while rows are written ------------------------------------------------------------------- */

bool registry_left_before(struct registry *registry, const struct uuid *id, int64_t print,
                          int64_t *print_r, struct err *err)
{
    int64_t now;

    *print_r = 0;
    if (print == 0)
        return true;
    if (!print_now(registry, id, true, &now, err))
        return false;
    *print_r = now == print ? now : 0;
    return true;
}

bool registry_left_after(struct registry *registry, const struct uuid *id, int64_t *print_r,
                         struct err *err)
{
    return *print_r == 0 || print_now(registry, id, true, print_r, err);
}

/* --- when they are taken back ----------------------------------------------------------------- */

/* Makes the statements with the first row. */
static bool statements_make(struct registry *registry, struct err *err)
{
    auto_str pointing = STR_MAX(STATEMENT_MAX);
    const struct registry_table *t = registry->documents;
    const char *key = registry_table_column(t, NAME_ROW_ID);

    if (registry->statements[STATEMENT_LEFT_REMOVE].words)
        return true;
    if (!key)
        return err_set(err, ERR_USAGE, 0,
                       "the application gives documents their ids itself: which rows are ours is "
                       "not known");
    str_add_text(&pointing, "0");
    if (!registry_pointing_write(registry, t, &pointing, err)
        || !str_fits(&pointing, "a statement", err))
        return false;
    registry_statement_set(&registry->statements[STATEMENT_LEFT_POINTED], "row_pointed",
                           mem_printf("select %s from %s where %s = $1", str_text(&pointing),
                                      registry_table_name(t), key));
    registry_statement_set(&registry->statements[STATEMENT_LEFT_REMOVE], "row_left_remove",
                           mem_printf("delete from %s where %s = $1 and %s = $2 and %s = 0",
                                      registry_table_name(t), key, registry_table_print_words(t),
                                      str_text(&pointing)));
    return true;
}

/* `hold` as print_now() has it. */
static bool left_judge(struct registry *registry, const struct uuid *id, int64_t print, bool hold,
                       enum registry_left *left_r, struct err *err)
{
    char text[COLUMN_TEXT_SIZE];
    int64_t now, pointed;

    if (!statements_make(registry, err) || !print_now(registry, id, hold, &now, err)
        || !sql_number(registry->sql, &registry->statements[STATEMENT_LEFT_POINTED].text,
                       sql_args(their_id(registry, id, text)), 0, &pointed, err))
        return false;
    if (now == 0)
        *left_r = REGISTRY_LEFT_GONE;
    else if (print == 0)
        *left_r = REGISTRY_LEFT_UNKNOWN;
    else if (now != print)
        *left_r = REGISTRY_LEFT_CHANGED;
    else
        *left_r = pointed > 0 ? REGISTRY_LEFT_POINTED : REGISTRY_LEFT_AS_IT_WAS;
    return true;
}

bool registry_left(struct registry *registry, const struct uuid *id, int64_t print,
                   enum registry_left *left_r, struct err *err)
{
    return left_judge(registry, id, print, false, left_r, err);
}

/* So that it is made again if it is moved again, and no doubt about it is left. */
static bool row_forget(struct registry *registry, const struct uuid *id, struct err *err)
{
    char ours[UUID_TEXT_SIZE];

    return sql_run(registry->sql, &REGISTRY_ROW_FORGET, sql_args(sql_text(uuid_text(id, ours))),
                   err)
           && sql_run(registry->sql, &REGISTRY_DOUBT_DROP, sql_args(sql_text(ours)), err);
}

/*
 * Held first: on PostgreSQL a row of another table may not point to it any more once it is judged,
 * and one that the database would remove with it is nobody's.
 */
bool registry_left_remove(struct registry *registry, const struct uuid *id, int64_t print,
                          enum registry_left *left_r, struct err *err)
{
    char text[COLUMN_TEXT_SIZE];

    if (!registry_begin_change(registry, err)
        || !left_judge(registry, id, print, true, left_r, err))
        return false;
    if (*left_r != REGISTRY_LEFT_AS_IT_WAS)
        return true;
    if (!sql_run(registry->sql, &registry->statements[STATEMENT_LEFT_REMOVE].text,
                 sql_args(their_id(registry, id, text), sql_i64(print)), err))
        return false;
    if (sql_changed(registry->sql) != 1) {
        *left_r = REGISTRY_LEFT_CHANGED;
        return true;
    }
    return row_forget(registry, id, err);
}

bool registry_left_keys(struct registry *registry, void (*each)(void *arg, struct span key),
                        void *arg, struct err *err)
{
    const struct registry_table *table = registry->documents;
    const char *key = registry_table_column(table, NAME_KEY);
    auto_rows *rows = NULL;
    enum step step;

    if (!key)
        return true;
    registry_statement_set(
        &registry->statements[STATEMENT_LEFT_KEYS], "row_keys",
        mem_printf("select %s from %s where %s is not null", key, registry_table_name(table), key));
    if (!sql_query(registry->sql, &registry->statements[STATEMENT_LEFT_KEYS].text, SQL_NO_ARGS,
                   &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        each(arg, sql_get_text(rows, 0));
    return step == STEP_END;
}
