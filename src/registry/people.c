/* The application's columns have any names: so the statements are made when they are first wanted. */
#include "registry/people.h"

#include "base/mem.h"
#include "registry/inside.h"

enum { DAY_CHARS = 10 };

static enum template_name id_name(const struct registry *registry)
{
    return registry_table_column(registry->patients, NAME_PATIENT) ? NAME_PATIENT : NAME_ROW_ID;
}

static const char *column_or_null(const struct registry *registry, enum template_name name)
{
    const char *column = registry_table_column(registry->patients, name);

    return column ? column : "null";
}

/* What all three statements select; `limit` is a parameter, for no database takes one too many. */
static char *words_of(const struct registry *registry, const char *condition, const char *limit)
{
    const char *id = registry_table_column(registry->patients, id_name(registry));

    return mem_printf("select cast(%s as varchar(200)), %s, %s, %s, cast(%s as varchar(40))"
                      " from %s where %s %s order by %s limit %s",
                      id, column_or_null(registry, NAME_LAST_NAME),
                      column_or_null(registry, NAME_FIRST_NAME), column_or_null(registry, NAME_MRN),
                      column_or_null(registry, NAME_DOB), registry_table_name(registry->patients),
                      id, condition, id, limit);
}

static void statements_prepare(struct registry *registry)
{
    struct registry_statement *s = registry->statements;

    if (s[STATEMENT_PEOPLE_FIRST].words)
        return;
    registry_statement_set(&s[STATEMENT_PEOPLE_FIRST], "people_first",
                           words_of(registry, "is not null", "$1"));
    registry_statement_set(&s[STATEMENT_PEOPLE_AFTER], "people_after",
                           words_of(registry, "> $1", "$2"));
    registry_statement_set(&s[STATEMENT_PERSON], "person", words_of(registry, "= $1", "$2"));
}

static bool person_give(const struct sql_rows *rows, registry_list *each, void *arg,
                        struct err *err)
{
    struct span id = sql_get_text(rows, 0);
    char text[UUID_TEXT_SIZE];
    struct uuid uuid;

    if (uuid_read_loose(id, &uuid))
        id = span_of(uuid_text(&uuid, text));
    return each(arg,
                &(struct registry_listed){ .patient = id,
                                           .last_name = sql_get_text(rows, 1),
                                           .first_name = sql_get_text(rows, 2),
                                           .mrn = sql_get_text(rows, 3),
                                           .dob = span_first(sql_get_text(rows, 4), DAY_CHARS) },
                err);
}

static bool people_read(struct registry *registry, int which, const char *patient, int64_t limit,
                        registry_list *each, void *arg, struct err *err)
{
    char text[COLUMN_TEXT_SIZE];
    struct sql_value values[2];
    size_t count = 0;
    auto_rows *rows = NULL;
    enum step step;

    if (!registry->patients)
        return true;
    statements_prepare(registry);
    if (patient)
        values[count++] =
            registry_table_id(registry->patients, id_name(registry), span_of(patient), text);
    values[count++] = sql_i64(limit);
    if (!sql_query(registry->sql, &registry->statements[which].text,
                   (struct sql_args){ values, count }, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        if (!person_give(rows, each, arg, err))
            return false;
    return step == STEP_END;
}

bool registry_each_person(struct registry *registry, const char *after, int64_t limit,
                          registry_list *each, void *arg, struct err *err)
{
    return people_read(registry, after ? STATEMENT_PEOPLE_AFTER : STATEMENT_PEOPLE_FIRST, after,
                       limit, each, arg, err);
}

bool registry_find_person(struct registry *registry, const char *patient, registry_list *each,
                          void *arg, struct err *err)
{
    return people_read(registry, STATEMENT_PERSON, patient, 1, each, arg, err);
}
