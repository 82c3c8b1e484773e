/*
 * Takes an import of patients back. There is a note about each row that it made, with a hash of the
 * whole row, which tells whether people have changed it since.
 */
#include "base/mem.h"
#include "registry/inside.h"

enum { STATEMENT_MAX = 32 * 1024 };

bool registry_is_as_imported(struct registry *registry, struct span filemaker_id, bool *is_r,
                             struct err *err)
{
    struct uuid row = registry_patient_row(filemaker_id);
    char id[UUID_TEXT_SIZE], seen[SHA256_HEX_SIZE];
    auto_rows *rows = NULL;
    enum step step;

    *is_r = false;
    if (!registry->patients || !registry_table_column(registry->patients, NAME_ROW_ID))
        return true;
    if (!registry_table_row_hash(registry->patients, &row, seen, err)
        || !sql_query(registry->sql, &REGISTRY_IMPORTED_SEEN,
                      sql_args(sql_text(uuid_text(&row, id))), &rows, err))
        return false;
    step = sql_next(rows, err);
    *is_r = step == STEP_ROW && *seen && span_is(sql_get_text(rows, 0), seen);
    return step != STEP_ERROR;
}

bool registry_note_import(struct registry *registry, int64_t import, struct span filemaker_id,
                          bool is_new, bool was_ours, struct err *err)
{
    struct uuid row = registry_patient_row(filemaker_id);
    char id[UUID_TEXT_SIZE], seen[SHA256_HEX_SIZE];

    if (!was_ours || !registry->patients || !registry_table_column(registry->patients, NAME_ROW_ID))
        return true;
    return registry_table_row_hash(registry->patients, &row, seen, err)
           && sql_run(registry->sql, &REGISTRY_IMPORTED_PUT,
                      sql_args(sql_text(uuid_text(&row, id)), sql_i64(import), sql_text(seen),
                               sql_i64(is_new)),
                      err);
}

/* --- references to a row ---------------------------------------------------------------------- */

/*
 * Writes the statement that counts the rows of all tables that point to a patient. $1 is the id in
 * the form of its own column, $2 in the form of the documents'.
 */
static bool referencing_write(struct registry *registry, struct str *to, struct err *err)
{
    const struct registry_table *t = registry->patients;
    const char *ours = registry_table_column(registry->documents, NAME_PATIENT);

    if (ours)
        str_printf(to, "select (select count(*) from %s where %s = $2)",
                   registry_table_name(registry->documents), ours);
    else
        str_add_text(to, "select case when cast($2 as text) is null then 0 else 0 end");
    if (!registry_pointing_write(registry, t, to, err))
        return false;
    str_printf(to, " from %s where %s = $1", registry_table_name(t),
               registry_table_column(t, NAME_ROW_ID));
    return str_fits(to, "a statement", err);
}

/* Makes the statements of an undoing when it begins. */
static bool statements_make(struct registry *registry, struct err *err)
{
    auto_str pointing = STR_MAX(STATEMENT_MAX);
    const struct registry_table *t = registry->patients;

    if (!referencing_write(registry, &pointing, err))
        return false;
    registry_statement_set(&registry->statements[STATEMENT_REFERENCING], "patient_pointed",
                           str_take(&pointing));
    registry_statement_set(&registry->statements[STATEMENT_REMOVE], "patient_remove",
                           mem_printf("delete from %s where %s = $1", registry_table_name(t),
                                      registry_table_column(t, NAME_ROW_ID)));
    return true;
}

/* --- one row ---------------------------------------------------------------------------------- */

static bool row_remove(struct registry *registry, const char *id, const struct sql_value *key,
                       struct err *err)
{
    return sql_run(registry->sql, &registry->statements[STATEMENT_REMOVE].text,
                   (struct sql_args){ key, 1 }, err)
           && sql_run(registry->sql, &REGISTRY_IMPORTED_DROP, sql_args(sql_text(id)), err);
}

static bool row_undo(struct registry *registry, const char *id, const char *seen_then, bool dry,
                     struct registry_undo *undo, struct err *err)
{
    char seen[SHA256_HEX_SIZE], own[COLUMN_TEXT_SIZE], documents[COLUMN_TEXT_SIZE];
    struct sql_value keys[] = {
        registry_table_id(registry->patients, NAME_ROW_ID, span_of(id), own),
        registry_table_id(registry->documents, NAME_PATIENT, span_of(id), documents)
    };
    struct uuid row;
    int64_t pointed;

    if (!uuid_read(span_of(id), &row)
        || !registry_table_row_hash(registry->patients, &row, seen, err))
        return false;
    if (!*seen) {
        undo->gone++;
        return dry || sql_run(registry->sql, &REGISTRY_IMPORTED_DROP, sql_args(sql_text(id)), err);
    }
    if (strcmp(seen, seen_then) != 0) {
        undo->changed++;
        return true;
    }
    if (!sql_number(registry->sql, &registry->statements[STATEMENT_REFERENCING].text,
                    (struct sql_args){ keys, 2 }, 0, &pointed, err))
        return false;
    undo->referenced += pointed > 0;
    undo->removed += pointed == 0;
    return dry || pointed > 0 || row_remove(registry, id, &keys[0], err);
}

static bool rows_undo(struct registry *registry, bool dry, struct registry_undo *undo,
                      struct err *err)
{
    char id[UUID_TEXT_SIZE] = "", seen[SHA256_HEX_SIZE];

    for (;;) {
        auto_rows *rows = NULL;
        enum step step;

        if (!sql_query(registry->sql, &REGISTRY_IMPORTED_NEXT,
                       sql_args(sql_i64(undo->import), sql_text(id)), &rows, err))
            return false;
        step = sql_next(rows, err);
        if (step != STEP_ROW)
            return step == STEP_END;
        (void)snprintf(id, sizeof id, SPAN_FORMAT, SPAN_ARGS(sql_get_text(rows, 0)));
        (void)snprintf(seen, sizeof seen, SPAN_FORMAT, SPAN_ARGS(sql_get_text(rows, 1)));
        sql_rows_close(take(rows));
        if (!row_undo(registry, id, seen, dry, undo, err))
            return false;
    }
}

bool registry_undo_import(struct registry *registry, int64_t import, bool dry,
                          struct registry_undo *undo_r, struct err *err)
{
    struct registry_undo undo = { 0 };

    if (!registry->patients || !registry_table_column(registry->patients, NAME_ROW_ID))
        return err_set(err, ERR_USAGE, 0,
                       "the application gives patients their ids itself: which rows an import made "
                       "is not known");
    if (!registry_begin_change(registry, err) || !statements_make(registry, err)
        || !sql_number(registry->sql, &REGISTRY_IMPORTED_LAST, sql_args(sql_i64(import)), 0,
                       &undo.import, err)
        || (undo.import && !rows_undo(registry, dry, &undo, err)))
        return false;
    *undo_r = undo;
    return true;
}
