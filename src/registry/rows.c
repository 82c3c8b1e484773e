/* The application's columns have any names: so the statements are made when they are first wanted. */
#include "registry/rows.h"

#include "base/mem.h"
#include "registry/inside.h"
#include "json/writer.h"

enum { IDS_MAX = 16 * 1024, DAY_CHARS = 10 };

static const char *column_or_null(const struct registry *registry, enum template_name name)
{
    const char *column = registry_table_column(registry->documents, name);

    return column ? column : "null";
}

/* The type that the application sorts by: Nexus calls it the category. */
static const char *type_column(const struct registry *registry)
{
    const char *type = registry_table_column(registry->documents, NAME_TYPE);

    return type ? type : column_or_null(registry, NAME_CATEGORY);
}

static const char *name_column(const struct registry *registry)
{
    const char *name = registry_table_column(registry->documents, NAME_ORIGINAL_NAME);

    return name ? name : column_or_null(registry, NAME_FILE_NAME);
}

const char *registry_active_words(const struct registry *registry)
{
    const char *active = registry_table_truth(registry->documents, "is_active");

    return active ? active : "1 = 1";
}

const char *registry_ids_words(const struct registry *registry)
{
    if (sql_kind_of(registry->sql) == SQL_SQLITE)
        return "select value from json_each($1)";
    if (registry_table_is_uuid(registry->documents, NAME_ROW_ID))
        return "select cast(e as uuid) from jsonb_array_elements_text(cast($1 as jsonb)) e";
    return "select e from jsonb_array_elements_text(cast($1 as jsonb)) e";
}

/* A row that points to something else than a patient has none. */
static char *patient_words(const struct registry *registry)
{
    const char *type = registry_table_column(registry->documents, NAME_CONTENT_TYPE),
               *patient = column_or_null(registry, NAME_PATIENT);

    if (!type || !registry->content_type)
        return mem_printf("cast(%s as varchar(200))", patient);
    return mem_printf("case when %s = %jd then cast(%s as varchar(200)) end", type,
                      (intmax_t)registry->content_type, patient);
}

static void seen_prepare(struct registry *registry)
{
    struct registry_statement *statement = &registry->statements[STATEMENT_SEEN];
    const char *id = column_or_null(registry, NAME_ROW_ID);
    auto_free char *patient = patient_words(registry);

    if (statement->words)
        return;
    registry_statement_set(
        statement, "rows_seen",
        mem_printf(
            "select cast(%s as varchar(60)), case when %s then 1 else 0 end, %s, %s, %s, %s, %s,"
            " cast(%s as varchar(40)), %s from %s where %s in (%s)",
            id, registry_active_words(registry), patient, column_or_null(registry, NAME_KEY),
            type_column(registry), name_column(registry), column_or_null(registry, NAME_MIME),
            column_or_null(registry, NAME_DATE), column_or_null(registry, NAME_SIZE),
            registry_table_name(registry->documents), id, registry_ids_words(registry)));
}

void registry_ids_write(const struct registry *registry, const struct uuid *ids, size_t count,
                        struct str *to)
{
    struct json_writer w = JSON_WRITER(to);
    char plain[UUID_TEXT_SIZE], text[COLUMN_TEXT_SIZE];

    json_open_array(&w);
    for (size_t i = 0; i < count; i++)
        json_write_span(&w, registry_table_id(registry->documents, NAME_ROW_ID,
                                              span_of(uuid_text(&ids[i], plain)), text)
                                .bytes);
    json_close_array(&w);
}

bool registry_ids_read(struct sql_rows *rows, void (*each)(void *arg, const struct uuid *row),
                       void *arg, struct err *err)
{
    enum step step;

    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct uuid row;

        if (uuid_read_loose(sql_get_text(rows, 0), &row))
            each(arg, &row);
    }
    return step == STEP_END;
}

static struct registry_seen seen_read(const struct sql_rows *rows)
{
    return (struct registry_seen){ .is_active = sql_get_i64(rows, 1) != 0,
                                   .patient = sql_get_text(rows, 2),
                                   .key = sql_get_text(rows, 3),
                                   .type = sql_get_text(rows, 4),
                                   .name = sql_get_text(rows, 5),
                                   .mime = sql_get_text(rows, 6),
                                   .day = span_first(sql_get_text(rows, 7), DAY_CHARS),
                                   .size = sql_get_i64(rows, 8) };
}

bool registry_each_seen(struct registry *registry, const struct uuid *ids, size_t count,
                        void (*each)(void *arg, const struct registry_seen *row), void *arg,
                        struct err *err)
{
    auto_str list = STR_MAX(IDS_MAX);
    auto_rows *rows = NULL;
    enum step step;

    seen_prepare(registry);
    registry_ids_write(registry, ids, count, &list);
    if (!sql_query(registry->sql, &registry->statements[STATEMENT_SEEN].text,
                   sql_args(sql_span(str_span(&list))), &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct registry_seen row = seen_read(rows);

        if (uuid_read_loose(sql_get_text(rows, 0), &row.id))
            each(arg, &row);
    }
    return step == STEP_END;
}

bool registry_count_of_patient(struct registry *registry, const char *patient, int64_t *count_r,
                               struct err *err)
{
    struct registry_statement *statement = &registry->statements[STATEMENT_OF_PATIENT];
    char text[COLUMN_TEXT_SIZE];

    if (!statement->words)
        registry_statement_set(statement, "rows_of_patient",
                               mem_printf("select count(*) from %s where %s = $1 and %s",
                                          registry_table_name(registry->documents),
                                          column_or_null(registry, NAME_PATIENT),
                                          registry_active_words(registry)));
    return sql_number(
        registry->sql, &statement->text,
        sql_args(registry_table_id(registry->documents, NAME_PATIENT, span_of(patient), text)), 0,
        count_r, err);
}

bool registry_same_patient(struct span a, struct span b)
{
    struct uuid ours, theirs;

    if (!a.at || !b.at)
        return !a.at && !b.at;
    if (uuid_read_loose(a, &ours) && uuid_read_loose(b, &theirs))
        return memcmp(&ours, &theirs, sizeof ours) == 0;
    return span_equal(a, b);
}

bool registry_answers(struct registry *registry)
{
    struct err ignored;
    int64_t one;

    return sql_kind_of(registry->sql) == SQL_SQLITE
           || sql_number(registry->sql, &REGISTRY_PING, SQL_NO_ARGS, 0, &one, &ignored);
}
