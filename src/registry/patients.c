/* Reads and makes the rows of patients in the application's table. */
#include "registry/inside.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "json/writer.h"

enum { TEXT_MAX = 4096 };

/* The namespace of the ids of patients' rows. */
static const struct uuid patient_space = { { 0x2f, 0x9d, 0x0b, 0x6e, 0x51, 0x7c, 0x4f, 0x7d, 0x8a,
                                             0x1e, 0x66, 0x6d, 0x66, 0x65, 0x72, 0x72 } };

struct uuid registry_patient_row(struct span filemaker_id)
{
    auto_str lower = STR_MAX(TEXT_MAX);

    utf8_add_lower(&lower, span_trim(filemaker_id));
    return uuid_v5(&patient_space, str_span(&lower));
}

static bool is_id_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
           || c == '_';
}

/* An id becomes part of keys and rows: a UUID, unless the application makes its own. */
bool registry_patient_fits(const struct registry *registry, struct span patient, struct err *err)
{
    const struct registry_table *t = registry->patients;
    struct uuid uuid;

    if (t && !registry_table_column(t, NAME_PATIENT) && !uuid_read_loose(patient, &uuid))
        return err_set(err, ERR_DATA, 0, "a patient's id is not a UUID");
    for (size_t i = 0; i < patient.size; i++)
        if (!is_id_char(patient.at[i]))
            return err_set(err, ERR_DATA, 0,
                           "a patient's id has other characters than a-z A-Z 0-9 - _");
    return (patient.size > 0 && patient.size < REGISTRY_PATIENT_SIZE)
           || err_set(err, ERR_DATA, 0, "a patient's id is empty, or longer than %d characters",
                      REGISTRY_PATIENT_SIZE - 1);
}

/* --- reading them ----------------------------------------------------------------------------- */

/* The column to read; a missing one reads as null. */
static const char *column_or_null(const struct registry_table *table, enum template_name name)
{
    const char *column = registry_table_column(table, name);

    return column ? column : "null";
}

void registry_patients_prepare(struct registry *registry)
{
    const struct registry_table *t = registry->patients;
    const char *id, *dob;

    if (!t)
        return;
    id = column_or_null(t, registry_table_column(t, NAME_PATIENT) ? NAME_PATIENT : NAME_ROW_ID);
    dob = column_or_null(t, NAME_DOB);
    registry_statement_set(
        &registry->statements[STATEMENT_PATIENTS_ALL], "patients_all",
        mem_printf(
            "select cast(%s as varchar(200)), %s, %s, %s, %s, cast(%s as varchar(40)) from %s", id,
            column_or_null(t, NAME_FILEMAKER_ID), column_or_null(t, NAME_METADATA),
            column_or_null(t, NAME_FIRST_NAME), column_or_null(t, NAME_LAST_NAME), dob,
            registry_table_name(t)));
    registry_statement_set(&registry->statements[STATEMENT_PATIENTS_COUNT], "patients_count",
                           mem_printf("select count(*) from %s", registry_table_name(t)));
    registry_statement_set(
        &registry->statements[STATEMENT_PATIENT_HAS], "patient_has",
        mem_printf("select count(*) from %s where %s = $1", registry_table_name(t), id));
}

bool registry_has_patient(struct registry *registry, const char *patient, bool *has_r,
                          struct err *err)
{
    const struct registry_table *t = registry->patients;
    char text[COLUMN_TEXT_SIZE];
    struct err why = { 0 };
    int64_t count = 0;

    if (t
        && !sql_number(registry->sql, &registry->statements[STATEMENT_PATIENT_HAS].text,
                       sql_args(registry_table_id(
                           t, registry_table_column(t, NAME_PATIENT) ? NAME_PATIENT : NAME_ROW_ID,
                           span_of(patient), text)),
                       0, &count, &why)) {
        if (why.code == SQL_CONSTRAINT)
            return err_set(err, ERR_USAGE, 0,
                           "'%.64s' cannot be the id of one of the application's patients: %s",
                           patient, why.msg);
        *err = why;
        return false;
    }
    *has_r = count > 0;
    return true;
}

bool registry_count_patients(struct registry *registry, int64_t *count_r, struct err *err)
{
    *count_r = 0;
    return !registry->patients
           || sql_number(registry->sql, &registry->statements[STATEMENT_PATIENTS_COUNT].text,
                         SQL_NO_ARGS, 0, count_r, err);
}

/* --- making them ------------------------------------------------------------------------------ */

/* A patient on the way into its row. */
struct patient_putting {
    const struct registry *registry;
    const struct registry_person *person;
    struct uuid id;
    struct span metadata;
    char *const *fields; /* the names of registry_patient_fields() */
    size_t field_count;
};

static struct value text_value(enum value_type type, struct span text)
{
    return (struct value){ .type = type, .text = text.at ? text : (struct span){ "", 0 } };
}

static struct value person_field(const struct patient_putting *putting, const char *name)
{
    const struct registry_person *person = putting->person;
    struct registry_field field = { .text = SPAN_NONE };

    for (size_t i = 0; i < putting->field_count && person->field; i++)
        if (strcmp(putting->fields[i], name) == 0)
            field = person->field(person->field_arg, i);
    return (struct value){ .type = VALUE_FIELD,
                           .text = field.text,
                           .is_number = field.is_number,
                           .is_moment = field.is_moment,
                           .moment = field.moment };
}

static struct value patient_value(const void *arg, const struct template_piece *piece)
{
    const struct patient_putting *putting = arg;
    const struct registry_person *person = putting->person;

    switch (piece->name) {
    case NAME_ROW_ID:
        return (struct value){ .type = VALUE_UUID, .uuid = putting->id };
    case NAME_CONTENT_TYPE:
        return (struct value){ .type = VALUE_NUMBER, .number = putting->registry->content_type };
    case NAME_NOW:
        return (struct value){ .type = VALUE_STAMP, .number = time_now_us() };
    case NAME_METADATA:
        return text_value(VALUE_JSON, putting->metadata);
    case NAME_FILEMAKER_ID:
        return text_value(VALUE_TEXT, span_trim(person->filemaker_id));
    case NAME_FIRST_NAME:
        return text_value(VALUE_TEXT, person->first_name);
    case NAME_LAST_NAME:
        return text_value(VALUE_TEXT, person->last_name);
    case NAME_DOB:
        return *person->dob ? text_value(VALUE_DAY, span_of(person->dob))
                            : (struct value){ .type = VALUE_NOTHING };
    case NAME_MRN:
        return person->mrn.size ? text_value(VALUE_TEXT, person->mrn)
                                : (struct value){ .type = VALUE_NOTHING };
    case NAME_FIELD:
        return person_field(putting, piece->text);
    case NAME_PATIENT: /* the application gives it */
    case NAME_FILE_NAME:
    case NAME_ORIGINAL_NAME:
    case NAME_SIZE:
    case NAME_MIME:
    case NAME_BUCKET:
    case NAME_KEY:
    case NAME_CATEGORY:
    case NAME_TYPE:
    case NAME_AUTHOR:
    case NAME_DATE:
    case NAME_SHA256:
    case NAME_RECORD_ID:
    case NAME_MOD_ID:
    case NAME_IDENTITY:
    case NAME_CONTAINER:
    case NAME_REPETITION:
    case NAME_FILEMAKER_UUID:
    case NAME_TEXT:
        return (struct value){ .type = VALUE_NOTHING };
    }
    abort();
}

size_t registry_patient_fields(const struct registry_settings *settings,
                               char *names_r[REGISTRY_FIELDS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < settings->patients.count; i++) {
        struct template template = { 0 };
        struct err ignored;

        if (!template_read(settings->patients.rules[i].template, TEMPLATE_PATIENTS, &template,
                           &ignored))
            continue;
        for (size_t k = 0; k < template.count && count < REGISTRY_FIELDS_MAX; k++)
            if (template.pieces[k].name == NAME_FIELD)
                names_r[count++] = mem_text(template.pieces[k].text);
        template_clear(&template);
    }
    return count;
}

const char *registry_needs_mrn(const struct registry *registry)
{
    return registry->patients ? registry_table_needs(registry->patients, NAME_MRN) : NULL;
}

bool registry_put_patient(struct registry *registry, const struct registry_person *person,
                          bool *changed_r, struct err *err)
{
    auto_str metadata = STR_MAX(2 * TEXT_MAX);
    struct json_writer w = JSON_WRITER(&metadata);
    struct patient_putting putting = { .registry = registry,
                                       .person = person,
                                       .id = registry_patient_row(person->filemaker_id),
                                       .fields = registry->patient_fields,
                                       .field_count = registry->patient_field_count };
    struct template_values values = { patient_value, &putting };

    if (!registry->patients)
        return err_set(err, ERR_USAGE, 0,
                       "the application has no table of patients to fill "
                       "([registry] patients_table)");
    json_open_object(&w);
    json_member_span(&w, "filemaker_id", span_trim(person->filemaker_id));
    if (person->dob_text.size)
        json_member_span(&w, "dob", person->dob_text);
    json_close_object(&w);
    if (!str_fits(&metadata, "a patient's metadata", err))
        return false;
    putting.metadata = str_span(&metadata);
    return registry_begin_change(registry, err)
           && registry_table_put(registry->patients, &values, changed_r, err);
}
