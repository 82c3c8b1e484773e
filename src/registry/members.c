/* Each column is selected in the form that its kind has in JSON; a null stays one. */
#include "registry/members.h"

#include "base/mem.h"
#include "registry/inside.h"
#include "json/writer.h"

enum { STATEMENT_MAX = 32 * 1024, IDS_MAX = 16 * 1024, MEMBERS_MAX = 16 * 1024 * 1024 };

/* --- lists ------------------------------------------------------------------------------------ */

static const struct sql_text *list_statement(struct registry *registry, bool is_of_category)
{
    struct registry_statement *statement =
        &registry->statements[is_of_category ? STATEMENT_LIST_OF_CATEGORY : STATEMENT_LIST];
    const char *id = registry_table_column(registry->documents, NAME_ROW_ID),
               *patient = registry_table_column(registry->documents, NAME_PATIENT),
               *day = registry_table_column(registry->documents, NAME_DATE);
    auto_free char *of_category =
        is_of_category
            ? mem_printf(" and %s = $3", registry_table_column(registry->documents, NAME_CATEGORY))
            : NULL;
    auto_free char *by_day = day ? mem_printf("%s is null, %s desc, ", day, day) : NULL;

    if (!statement->words)
        registry_statement_set(
            statement, is_of_category ? "rows_of_category" : "rows_listed",
            mem_printf("select cast(%s as varchar(60)) from %s where %s = $1%s and %s"
                       " order by %s%s limit cast($2 as bigint)",
                       id, registry_table_name(registry->documents), patient,
                       of_category ? of_category : "", registry_active_words(registry),
                       by_day ? by_day : "", id));
    return &statement->text;
}

bool registry_each_of_patient(struct registry *registry, const char *patient, const char *category,
                              int64_t limit, void (*each)(void *arg, const struct uuid *row),
                              void *arg, struct err *err)
{
    char text[COLUMN_TEXT_SIZE];
    struct sql_value values[3] = {
        registry_table_id(registry->documents, NAME_PATIENT, span_of(patient), text), sql_i64(limit)
    };
    auto_rows *rows = NULL;

    if (!registry_table_column(registry->documents, NAME_ROW_ID)
        || !registry_table_column(registry->documents, NAME_PATIENT)
        || (category && !registry_table_column(registry->documents, NAME_CATEGORY)))
        return true;
    if (category)
        values[2] = sql_text(category);
    if (!sql_query(registry->sql, list_statement(registry, category != NULL),
                   (struct sql_args){ values, category ? 3 : 2 }, &rows, err))
        return false;
    return registry_ids_read(rows, each, arg, err);
}

/* --- rows ------------------------------------------------------------------------------------- */

/* SQLite has neither stamps nor truth: Django keeps moments of UTC as texts, and truth as numbers. */
static void cell_words(const struct registry *registry, const struct registry_column *column,
                       struct str *to)
{
    bool is_sqlite = sql_kind_of(registry->sql) == SQL_SQLITE;
    const char *name = column->quoted_name;

    str_add_text(to, ", ");
    switch (column->kind) {
    case COLUMN_TRUTH:
        str_printf(to, "case when %s then 1 when not %s then 0 end", name, name);
        return;
    case COLUMN_STAMP:
    case COLUMN_LOCAL:
        if (is_sqlite)
            str_printf(to, "replace(%s, ' ', 'T') || 'Z'", name);
        else
            str_printf(to, "to_char(%s%s, 'YYYY-MM-DD\"T\"HH24:MI:SS.US%s')", name,
                       column->kind == COLUMN_STAMP ? " at time zone 'UTC'" : "",
                       column->kind == COLUMN_STAMP ? "\"Z\"" : "");
        return;
    case COLUMN_OTHER:
    case COLUMN_TEXT:
    case COLUMN_NUMBER:
    case COLUMN_UUID:
    case COLUMN_DATE:
    case COLUMN_JSON:
        str_printf(to, "cast(%s as text)", name);
        return;
    }
}

static const struct sql_text *members_statement(struct registry *registry)
{
    struct registry_statement *statement = &registry->statements[STATEMENT_MEMBERS];
    const char *id = registry_table_column(registry->documents, NAME_ROW_ID);
    auto_str words = STR_MAX(STATEMENT_MAX);
    const struct registry_column *columns;
    size_t count;

    if (statement->words)
        return &statement->text;
    columns = registry_table_columns(registry->documents, &count);
    str_printf(&words, "select cast(%s as varchar(60))", id);
    for (size_t i = 0; i < count; i++)
        cell_words(registry, &columns[i], &words);
    str_printf(&words, " from %s where %s in (%s)", registry_table_name(registry->documents), id,
               registry_ids_words(registry));
    registry_statement_set(statement, "rows_members", str_take(&words));
    return &statement->text;
}

static bool is_id(const struct registry_column *column)
{
    return column->kind == COLUMN_UUID || template_is(&column->template, NAME_ROW_ID)
           || template_is(&column->template, NAME_PATIENT)
           || template_is(&column->template, NAME_FILEMAKER_UUID);
}

/* SQLite keeps JSON in columns of text. */
static bool may_be_json(const struct registry_column *column)
{
    const struct template *t = &column->template;

    return column->kind == COLUMN_JSON || template_is(t, NAME_METADATA)
           || (t->count == 1 && t->pieces[0].name == NAME_TEXT
               && (*t->pieces[0].text == '[' || *t->pieces[0].text == '{'));
}

static void json_add(struct json_writer *w, struct span text)
{
    auto_json *json = NULL;
    struct err ignored;

    if (json_read(text, &json, &ignored))
        json_write_raw(w, text);
    else
        json_write_span(w, text);
}

static void cell_write(struct json_writer *w, const struct registry_column *column,
                       const struct sql_rows *rows, int at)
{
    struct span text = sql_get_text(rows, at);
    char plain[UUID_TEXT_SIZE];
    struct uuid uuid;

    json_name(w, column->plain_name);
    if (sql_is_null(rows, at))
        json_write_null(w);
    else if (column->kind == COLUMN_TRUTH)
        json_write_flag(w, sql_get_i64(rows, at) != 0);
    else if (column->kind == COLUMN_NUMBER || may_be_json(column))
        json_add(w, text);
    else if (is_id(column) && uuid_read_loose(text, &uuid))
        json_write_text(w, uuid_text(&uuid, plain));
    else
        json_write_span(w, text);
}

static void row_write(const struct registry *registry, const struct sql_rows *rows,
                      bool with_metadata, struct str *to)
{
    struct json_writer w = JSON_WRITER(to);
    const struct registry_column *columns;
    size_t count;

    columns = registry_table_columns(registry->documents, &count);
    json_open_object(&w);
    for (size_t i = 0; i < count; i++)
        if (with_metadata || !template_is(&columns[i].template, NAME_METADATA))
            cell_write(&w, &columns[i], rows, (int)i + 1);
    json_close_object(&w);
}

bool registry_each_members(struct registry *registry, const struct uuid *ids, size_t count,
                           bool with_metadata,
                           void (*each)(void *arg, const struct uuid *row, struct span members),
                           void *arg, struct err *err)
{
    auto_str list = STR_MAX(IDS_MAX);
    auto_rows *rows = NULL;
    enum step step;

    registry_ids_write(registry, ids, count, &list);
    if (!sql_query(registry->sql, members_statement(registry), sql_args(sql_span(str_span(&list))),
                   &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        auto_str members = STR_MAX(MEMBERS_MAX);
        struct uuid row;

        row_write(registry, rows, with_metadata, &members);
        if (!str_fits(&members, "a row", err))
            return false;
        if (uuid_read_loose(sql_get_text(rows, 0), &row))
            each(arg, &row, str_span(&members));
    }
    return step == STEP_END;
}
