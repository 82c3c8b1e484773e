/* The statements are made when they are first wanted: the columns have any names. */
#include "registry/away.h"

#include "base/mem.h"
#include "registry/inside.h"

static const char *active_column(const struct registry *registry)
{
    return registry_table_truth(registry->documents, "is_active");
}

static struct sql_value row_value(const struct registry *registry, const struct uuid *row,
                                  char text[COLUMN_TEXT_SIZE])
{
    char plain[UUID_TEXT_SIZE];

    return registry_table_id(registry->documents, NAME_ROW_ID, span_of(uuid_text(row, plain)),
                             text);
}

/* --- changing --------------------------------------------------------------------------------- */

static const struct sql_text *set_statement(struct registry *registry, const char *id)
{
    struct registry_statement *statement = &registry->statements[STATEMENT_SET_ACTIVE];

    if (!statement->words)
        registry_statement_set(
            statement, "row_active",
            mem_printf("update %s set %s = (cast($2 as bigint) = 1) where %s = $1",
                       registry_table_name(registry->documents), active_column(registry), id));
    return &statement->text;
}

bool registry_set_active(struct registry *registry, const struct uuid *row, bool is_active,
                         bool *there_r, struct err *err)
{
    const char *id = registry_table_column(registry->documents, NAME_ROW_ID);
    char text[COLUMN_TEXT_SIZE];

    *there_r = false;
    if (!active_column(registry) || !id)
        return true;
    if (!registry_begin_change(registry, err)
        || !sql_run(registry->sql, set_statement(registry, id),
                    sql_args(row_value(registry, row, text), sql_i64(is_active)), err))
        return false;
    *there_r = sql_changed(registry->sql) == 1;
    return true;
}

/* --- listing ---------------------------------------------------------------------------------- */

/* Of anybody: $1 the row before, $2 how many; of one patient, $3 too. */
static const struct sql_text *away_statement(struct registry *registry, const char *id,
                                             const char *patient)
{
    struct registry_statement *statement =
        &registry->statements[patient ? STATEMENT_AWAY_OF_PATIENT : STATEMENT_AWAY];
    auto_free char *whose = patient ? mem_printf(" and %s = $3", patient) : NULL;

    if (!statement->words)
        registry_statement_set(
            statement, patient ? "rows_away_of_patient" : "rows_away",
            mem_printf("select cast(%s as varchar(60)) from %s where not %s and %s > $1%s"
                       " order by %s limit cast($2 as bigint)",
                       id, registry_table_name(registry->documents), active_column(registry), id,
                       whose ? whose : "", id));
    return &statement->text;
}

static bool away_ask(struct registry *registry, const char *patient, const struct uuid *after,
                     int64_t limit, struct sql_rows **rows_r, struct err *err)
{
    const char *id = registry_table_column(registry->documents, NAME_ROW_ID),
               *whose = registry_table_column(registry->documents, NAME_PATIENT);
    const struct sql_text *words = away_statement(registry, id, patient ? whose : NULL);
    char row[COLUMN_TEXT_SIZE], person[COLUMN_TEXT_SIZE];
    struct sql_value from = row_value(registry, after, row);

    if (!patient)
        return sql_query(registry->sql, words, sql_args(from, sql_i64(limit)), rows_r, err);
    return sql_query(
        registry->sql, words,
        sql_args(from, sql_i64(limit),
                 registry_table_id(registry->documents, NAME_PATIENT, span_of(patient), person)),
        rows_r, err);
}

bool registry_each_away(struct registry *registry, const char *patient, const struct uuid *after,
                        int64_t limit, void (*each)(void *arg, const struct uuid *row), void *arg,
                        struct err *err)
{
    const struct uuid first = { { 0 } };
    auto_rows *rows = NULL;

    if (!active_column(registry) || !registry_table_column(registry->documents, NAME_ROW_ID)
        || (patient && !registry_table_column(registry->documents, NAME_PATIENT)))
        return true;
    if (!away_ask(registry, patient, after ? after : &first, limit, &rows, err))
        return false;
    return registry_ids_read(rows, each, arg, err);
}
