/*
 * Patients: who of the application is who of FileMaker. Both sides are kept in tables of our own,
 * brought to one form, and compared there; whoever is not sure beyond the id is nobody until people
 * have looked.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "registry/inside.h"
#include "json/json.h"
#include "json/writer.h"

enum { TEXT_MAX = 4096, STATEMENT_MAX = 8 * 1024 };

/* Rows of patients are made in this namespace. */
static const struct uuid patient_space = { { 0x2f, 0x9d, 0x0b, 0x6e, 0x51, 0x7c, 0x4f, 0x7d, 0x8a,
                                             0x1e, 0x66, 0x6d, 0x66, 0x65, 0x72, 0x72 } };

/* --- one form for both sides ---------------------------------------------------------------- */

/* Lower case, trimmed, runs of white space as one blank. Too long to be true: empty. */
static void name_normalise(struct str *to, struct span text)
{
    auto_str lower = STR_MAX(TEXT_MAX);
    struct span rest;
    bool gap = false;

    if (text.size > TEXT_MAX / 4)
        return;
    utf8_add_lower(&lower, text);
    for (rest = str_span(&lower); rest.size;) {
        uint32_t code;

        (void)utf8_next(&rest, &code);
        if (utf8_is_space(code)) {
            gap = to->size > 0;
            continue;
        }
        if (gap)
            str_add_char(to, ' ');
        gap = false;
        utf8_add(to, code);
    }
}

/* "1980-02-29", also of a stamp; SPAN_NONE if it is no such thing. */
static struct span day_of(struct span text)
{
    static const char form[] = "0000-00-00";
    struct span day = span_first(span_trim(text), sizeof form - 1);

    if (day.size != sizeof form - 1)
        return (struct span){ "", 0 };
    for (size_t i = 0; i < day.size; i++)
        if (form[i] == '-' ? day.at[i] != '-' : day.at[i] < '0' || day.at[i] > '9')
            return (struct span){ "", 0 };
    return day;
}

struct uuid registry_patient_row(struct span filemaker_id)
{
    auto_str lower = STR_MAX(TEXT_MAX);

    utf8_add_lower(&lower, span_trim(filemaker_id));
    return uuid_v5(&patient_space, str_span(&lower));
}

/* Our form of a patient's id: a UUID with hyphens, anything else as it is. */
static struct span patient_id(struct span id, char text[UUID_TEXT_SIZE])
{
    struct uuid uuid;

    return uuid_read_loose(id, &uuid) ? span_of(uuid_text(&uuid, text)) : id;
}

/* --- FileMaker's side ----------------------------------------------------------------------- */

bool registry_persons_begin(struct registry *registry, int64_t *import_r, struct err *err)
{
    return registry_begin_change(registry, err)
           && sql_number(registry->sql, &REGISTRY_IMPORT_BEGIN, SQL_NO_ARGS, 0, import_r, err);
}

bool registry_person_collect(struct registry *registry, int64_t import,
                             const struct registry_person *person, struct err *err)
{
    auto_str id = STR_MAX(TEXT_MAX), first = STR_MAX(TEXT_MAX), last = STR_MAX(TEXT_MAX);

    name_normalise(&id, person->filemaker_id);
    name_normalise(&first, person->first_name);
    name_normalise(&last, person->last_name);
    return registry_begin_change(registry, err)
           && sql_run(registry->sql, &REGISTRY_PERSON_TOLD,
                      sql_args(sql_text(str_text(&id)), sql_text(str_text(&first)),
                               sql_text(str_text(&last)), sql_span(day_of(span_of(person->dob))),
                               sql_i64(import)),
                      err);
}

bool registry_persons_finish(struct registry *registry, int64_t import, bool complete,
                             struct err *err)
{
    return registry_begin_change(registry, err)
           && sql_run(registry->sql, &REGISTRY_IMPORT_OVER,
                      sql_args(sql_i64(import), sql_i64(complete)), err)
           && (!complete
               || sql_run(registry->sql, &REGISTRY_PERSONS_FORGET, sql_args(sql_i64(import)), err));
}

/* --- the application's side ----------------------------------------------------------------- */

/* A column to read; one that there is not reads as null. */
static const char *column_or_null(const struct registry_table *table, enum template_name name)
{
    const char *column = registry_table_column(table, name);

    return column ? column : "null";
}

static struct sql_text statement_of(const char *name, char *words)
{
    return (struct sql_text){ name, words, words };
}

void registry_patients_prepare(struct registry *registry)
{
    const struct registry_table *t = registry->patients;
    const char *id, *dob;

    if (!t)
        return;
    id = column_or_null(t, registry_table_column(t, NAME_PATIENT) ? NAME_PATIENT : NAME_ROW_ID);
    dob = column_or_null(t, NAME_DOB);
    registry->texts[1] = mem_printf(
        "select cast(%s as varchar(200)), %s, %s, %s, %s, cast(%s as varchar(40)) from %s", id,
        column_or_null(t, NAME_FILEMAKER_ID), column_or_null(t, NAME_METADATA),
        column_or_null(t, NAME_FIRST_NAME), column_or_null(t, NAME_LAST_NAME), dob,
        registry_table_name(t));
    registry->texts[2] = mem_printf("select count(*) from %s", registry_table_name(t));
    registry->texts[3] =
        mem_printf("select count(*) from %s where %s = $1", registry_table_name(t), id);
    registry->patients_all = statement_of("patients_all", registry->texts[1]);
    registry->patients_count = statement_of("patients_count", registry->texts[2]);
    registry->patient_has = statement_of("patient_has", registry->texts[3]);
}

/* The FileMaker id of a patient's row: of its column, or of its metadata. */
static void filemaker_id_of(const struct sql_rows *rows, struct str *to)
{
    auto_json *json = NULL;
    const struct json_value *id;
    struct err ignored;

    name_normalise(to, sql_get_text(rows, 1));
    if (to->size > 0 || sql_is_null(rows, 2) || !json_read(sql_get_text(rows, 2), &json, &ignored))
        return;
    id = json_get(json_root(json), "filemaker_id");
    if (id && id->kind == JSON_TEXT)
        name_normalise(to, id->text);
}

static bool is_id_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
           || c == '_';
}

/* An id goes into keys and rows: a UUID, unless the application makes its own. */
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

static bool patient_note(struct registry *registry, const struct sql_rows *rows, int64_t *count,
                         struct err *err)
{
    char text[UUID_TEXT_SIZE], ours[UUID_TEXT_SIZE];
    struct span patient = patient_id(sql_get_text(rows, 0), text);
    auto_str id = STR_MAX(TEXT_MAX), first = STR_MAX(TEXT_MAX), last = STR_MAX(TEXT_MAX);
    struct uuid row;

    if (!registry_patient_fits(registry, patient, err))
        return false;
    filemaker_id_of(rows, &id);
    name_normalise(&first, sql_get_text(rows, 3));
    name_normalise(&last, sql_get_text(rows, 4));
    row = registry_patient_row(str_span(&id));
    *count += id.size > 0;
    return sql_run(registry->sql, &REGISTRY_PATIENT_NOTE,
                   sql_args(sql_span(patient), sql_text(str_text(&id)), sql_text(str_text(&first)),
                            sql_text(str_text(&last)), sql_span(day_of(sql_get_text(rows, 5))),
                            sql_i64(span_is(patient, uuid_text(&row, ours)))),
                   err);
}

static bool patients_read(struct registry *registry, int64_t *count, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_run(registry->sql, &REGISTRY_PATIENTS_FORGET, SQL_NO_ARGS, err))
        return false;
    if (!registry->patients)
        return true;
    if (!sql_query(registry->sql, &registry->patients_all, SQL_NO_ARGS, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        if (!patient_note(registry, rows, count, err))
            return false;
    return step == STEP_END;
}

/* --- who is who ----------------------------------------------------------------------------- */

static bool second_has_word(const char *list, const char *word)
{
    struct span rest = span_of(list);

    while (rest.at)
        if (span_is(span_trim(span_cut(&rest, ',')), word))
            return true;
    return false;
}

static bool matches_make(struct registry *registry, struct err *err)
{
    const char *must_agree = registry->second_identifier;
    const struct {
        const struct sql_text *words;
        bool applies;
    } steps[] = {
        { &REGISTRY_MATCHES_FORGET, true },
        { &REGISTRY_MATCHES_MAKE, true },
        { &REGISTRY_DOUBT_TIMES, true },
        { &REGISTRY_DOUBT_DOB, second_has_word(must_agree, "dob") },
        { &REGISTRY_DOUBT_LAST_NAME, second_has_word(must_agree, "last_name") },
        { &REGISTRY_DOUBT_FIRST_NAME, second_has_word(must_agree, "first_name") },
        { &REGISTRY_DOUBT_NAMES, true },
        { &REGISTRY_DOUBT_UNPROVEN, true },
        { &REGISTRY_DOUBT_TWINS, true },
        { &REGISTRY_DOUBT_GONE, true },
        { &REGISTRY_DOUBT_MERGED, true },
        { &REGISTRY_DOUBT_UNMADE, true },
        { &REGISTRY_DOUBTS_ACCEPTED, true },
    };

    for (size_t i = 0; i < lengthof(steps); i++)
        if (steps[i].applies && !sql_run(registry->sql, steps[i].words, SQL_NO_ARGS, err))
            return false;
    return true;
}

bool registry_map_patients(struct registry *registry, int64_t *count_r, struct err *err)
{
    int64_t count = 0, ignored;

    if (!registry_begin_change(registry, err)
        || !sql_number(registry->sql, &REGISTRY_MATCHES_HOLD, SQL_NO_ARGS, 0, &ignored, err)
        || !patients_read(registry, &count, err) || !matches_make(registry, err))
        return err_ctx(err, "the application's patients");
    *count_r = count;
    return true;
}

bool registry_match(struct registry *registry, struct span filemaker_id,
                    enum registry_match *match_r, char *patient, struct err *err)
{
    auto_str id = STR_MAX(TEXT_MAX);
    auto_rows *rows = NULL;
    enum step step;

    name_normalise(&id, filemaker_id);
    *match_r = REGISTRY_NO_PATIENT;
    if (id.size == 0)
        return true;
    if (!sql_query(registry->sql, &REGISTRY_MATCH_FIND, sql_args(sql_span(str_span(&id))), &rows,
                   err))
        return false;
    step = sql_next(rows, err);
    if (step != STEP_ROW)
        return step == STEP_END;
    (void)snprintf(patient, REGISTRY_PATIENT_SIZE, SPAN_FORMAT, SPAN_ARGS(sql_get_text(rows, 0)));
    *match_r = sql_get_text(rows, 1).size == 0 ? REGISTRY_ONE_PATIENT : REGISTRY_REVIEW;
    return true;
}

bool registry_patient_dob(struct registry *registry, struct span filemaker_id,
                          char born[REGISTRY_DAY_SIZE], struct err *err)
{
    auto_str id = STR_MAX(TEXT_MAX);
    auto_rows *rows = NULL;
    enum step step;

    born[0] = '\0';
    name_normalise(&id, filemaker_id);
    if (!sql_query(registry->sql, &REGISTRY_BORN, sql_args(sql_text(str_text(&id))), &rows, err))
        return false;
    step = sql_next(rows, err);
    if (step == STEP_ROW)
        (void)snprintf(born, REGISTRY_DAY_SIZE, SPAN_FORMAT, SPAN_ARGS(sql_get_text(rows, 0)));
    return step != STEP_ERROR;
}

bool registry_doubts(struct registry *registry,
                     bool (*on_doubt)(void *arg, const struct registry_doubt *doubt,
                                      struct err *err),
                     void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(registry->sql, &REGISTRY_DOUBTS, SQL_NO_ARGS, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        struct registry_doubt doubt = { .filemaker_id = sql_get_text(rows, 0),
                                        .patient = sql_get_text(rows, 1),
                                        .document = sql_get_text(rows, 2),
                                        .why = sql_get_text(rows, 3) };

        if (!on_doubt(arg, &doubt, err))
            return false;
    }
    return step == STEP_END;
}

bool registry_accept(struct registry *registry, struct span filemaker_id, const char *who,
                     const char *reason, bool *accepted_r, struct err *err)
{
    auto_str id = STR_MAX(TEXT_MAX);

    name_normalise(&id, filemaker_id);
    if (!registry_begin_change(registry, err)
        || !sql_run(registry->sql, &REGISTRY_ACCEPT,
                    sql_args(sql_text(str_text(&id)), sql_text(who), sql_text(reason),
                             sql_i64(time_now_us())),
                    err))
        return false;
    *accepted_r = sql_changed(registry->sql) > 0;
    return true;
}

/* --- rows of patients ----------------------------------------------------------------------- */

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
    case NAME_PATIENT: /* the application's own to give */
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

bool registry_has_patient(struct registry *registry, const char *patient, bool *has_r,
                          struct err *err)
{
    const struct registry_table *t = registry->patients;
    char text[COLUMN_TEXT_SIZE];
    struct err why = { 0 };
    int64_t count = 0;

    if (t
        && !sql_number(registry->sql, &registry->patient_has,
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
           || sql_number(registry->sql, &registry->patients_count, SQL_NO_ARGS, 0, count_r, err);
}

bool registry_is_doubted(struct registry *registry, struct uuid row, bool *doubted_r,
                         struct err *err)
{
    char text[UUID_TEXT_SIZE];
    int64_t count;

    if (!sql_number(registry->sql, &REGISTRY_DOUBT_FIND, sql_args(sql_text(uuid_text(&row, text))),
                    0, &count, err))
        return false;
    *doubted_r = count > 0;
    return true;
}
