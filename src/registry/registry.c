/* Opening, changes, and the rows of documents. */
#include "registry/registry.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "registry/inside.h"

enum { PROBLEMS_MAX = 64 * 1024, STATEMENT_MAX = 8 * 1024 };

static const char nexus_documents[] = "documents_document", nexus_patients[] = "patients_patient";

static const struct registry_rule nexus_document_columns[] = {
    { "id", "{row_id}" },
    { "content_type_id", "{content_type}" },
    { "object_id", "{patient}" },
    { "file_name", "{file_name}" },
    { "original_name", "{original_name}" },
    { "file_size", "{size}" },
    { "mime_type", "{mime}" },
    { "s3_bucket", "{bucket}" },
    { "s3_key", "{key}" },
    { "s3_url", "''" },
    { "category", "{category}" },
    { "description", "once ''" },
    { "tags", "once []" },
    { "uploaded_by", "{author}" },
    { "uploaded_at", "once {now}" },
    { "updated_at", "{now}" },
    { "document_date", "{date}" },
    { "is_active", "once true" },
    { "filemaker_id", "once {filemaker_uuid}" },
    { "filemaker_metadata", "{metadata}" },
};

static const struct registry_rule nexus_patient_columns[] = {
    { "id", "{row_id}" }, { "first_name", "{first_name}" },       { "last_name", "{last_name}" },
    { "dob", "{dob}" },   { "filemaker_metadata", "{metadata}" },
};

/* Without a source of record numbers, what people write into the column is theirs. */
static const struct registry_rule nexus_mrn_required = { "mrn", "{mrn}" };
static const struct registry_rule nexus_mrn_none = { "mrn", "once {mrn}" };

/* --- settings ------------------------------------------------------------------------------- */

static const char *or_else(const char *text, const char *fallback)
{
    return text ? text : fallback;
}

static const char *documents_table(const struct registry_settings *settings)
{
    return or_else(settings->documents_table, nexus_documents);
}

static const char *patients_table(const struct registry_settings *settings)
{
    return or_else(settings->patients_table, nexus_patients);
}

static const char *content_type(const struct registry_settings *settings)
{
    return or_else(settings->content_type, "patients.patient");
}

/* --- the application's tables --------------------------------------------------------------- */

static bool table_exists(struct sql *sql, const char *name, bool *exists_r, struct err *err)
{
    int64_t count;

    if (!sql_number(sql, &REGISTRY_TABLE_EXISTS, sql_args(sql_text(name)), 0, &count, err))
        return false;
    *exists_r = count > 0;
    return true;
}

/* Nexus's tables are ours to make only where not one of them is there. */
static bool nothing_exists(struct sql *sql, bool *nothing_r, struct err *err)
{
    static const char *const tables[] = { nexus_documents, nexus_patients, "django_content_type" };

    *nothing_r = true;
    for (size_t i = 0; i < lengthof(tables) && *nothing_r; i++) {
        bool exists;

        if (!table_exists(sql, tables[i], &exists, err))
            return false;
        *nothing_r = !exists;
    }
    return true;
}

/* Another process may make them at the same time: whether they are there is looked up inside. */
static bool application_make(struct sql *sql, struct err *err)
{
    bool is_sqlite = sql_kind_of(sql) == SQL_SQLITE;
    auto_tx tx = { 0 };
    bool nothing;

    return sql_begin_schema(sql, &tx, err) && nothing_exists(sql, &nothing, err)
           && (!nothing
               || sql_script(sql, is_sqlite ? REGISTRY_NEXUS.sqlite : REGISTRY_NEXUS.postgres, err))
           && sql_commit(&tx, err);
}

static bool application_ready(struct sql *sql, const struct registry_settings *settings,
                              struct err *err)
{
    bool nothing;

    if (settings->is_other_application || strcmp(documents_table(settings), nexus_documents) != 0
        || strcmp(patients_table(settings), nexus_patients) != 0)
        return true;
    return nothing_exists(sql, &nothing, err) && (!nothing || application_make(sql, err));
}

static bool content_type_find(struct registry *registry, const struct registry_settings *settings,
                              struct str *problems, struct err *err)
{
    struct span model = span_of(content_type(settings)), app = span_cut(&model, '.');
    bool exists;

    if (app.size == 0)
        return true;
    if (!table_exists(registry->sql, "django_content_type", &exists, err))
        return false;
    if (!exists) {
        str_add_text(problems, "there is no table 'django_content_type' (if the application has "
                               "none, leave [registry] content_type empty)\n");
        return true;
    }
    if (!sql_number(registry->sql, &REGISTRY_CONTENT_TYPE, sql_args(sql_span(app), sql_span(model)),
                    0, &registry->content_type, err))
        return false;
    if (registry->content_type == 0)
        str_printf(problems,
                   "django_content_type has no row for %s (run the application's migrations)\n",
                   content_type(settings));
    return true;
}

/* Nexus's columns first, then what the configuration says of each. */
static bool tables_open(struct registry *registry, const struct registry_settings *settings,
                        struct str *problems, struct err *err)
{
    bool other = settings->is_other_application;
    struct registry_rules documents[] = { { nexus_document_columns,
                                            other ? 0 : lengthof(nexus_document_columns) },
                                          settings->documents };
    struct registry_rules patients[] = {
        { nexus_patient_columns, other ? 0 : lengthof(nexus_patient_columns) },
        { settings->has_mrn ? &nexus_mrn_required : &nexus_mrn_none, other ? 0 : 1 },
        settings->patients,
    };

    return registry_table_open(registry->sql, TEMPLATE_DOCUMENTS, documents_table(settings),
                               documents, lengthof(documents), problems, &registry->documents, err)
           && (!*patients_table(settings)
               || registry_table_open(registry->sql, TEMPLATE_PATIENTS, patients_table(settings),
                                      patients, lengthof(patients), problems, &registry->patients,
                                      err));
}

static void roles_judge(const struct registry *registry, struct str *problems)
{
    const struct registry_table *patients = registry->patients;

    if (!registry_table_column(registry->documents, NAME_ROW_ID))
        str_add_text(problems, "[document_columns] no column is to hold {row_id}, which keeps "
                               "documents apart\n");
    if (patients && !registry_table_column(patients, NAME_ROW_ID)
        && !registry_table_column(patients, NAME_PATIENT))
        str_add_text(problems,
                     "[patient_columns] no column is to hold {row_id}, or is said to hold "
                     "the application's own id {patient}\n");
    if (patients)
        registry_table_compare(registry->documents, patients, problems);
    if (patients && !registry_table_column(patients, NAME_METADATA)
        && !registry_table_column(patients, NAME_FILEMAKER_ID))
        str_add_text(problems, "[patient_columns] no column is said to hold FileMaker's id: "
                               "{filemaker_id}, or {metadata} with a member of that name\n");
}

/* A word that nobody knows would leave the firewall open where somebody meant to shut it. */
static void identifiers_judge(const struct registry *registry, struct str *problems)
{
    struct span rest = span_of(registry->second_identifier);

    while (rest.size) {
        struct span word = span_trim(span_cut(&rest, ','));

        if (!span_is(word, "dob") && !span_is(word, "last_name") && !span_is(word, "first_name"))
            str_printf(problems,
                       "[patients] second_identifier: '" SPAN_FORMAT
                       "' is not one of dob, last_name, first_name\n",
                       SPAN_ARGS(span_first(word, 64)));
    }
}

/* Rows of ours that the application does not have any more. */
static void deleted_prepare(struct registry *registry)
{
    auto_str words = STR_MAX(STATEMENT_MAX);
    struct uuid example = { 0 };
    char text[COLUMN_TEXT_SIZE];
    const char *key = registry_table_column(registry->documents, NAME_ROW_ID), *form = "r.id";

    if (!key)
        return;
    if (registry_table_id(registry->documents, NAME_ROW_ID,
                          span_of(uuid_text(&example, (char[UUID_TEXT_SIZE]){ 0 })), text)
            .bytes.size
        == 32)
        form = "replace(r.id, '-', '')";
    else if (sql_kind_of(registry->sql) == SQL_POSTGRES)
        form = "cast(r.id as uuid)";
    str_printf(&words,
               "select count(*) from fmferry_row r where not exists"
               " (select 1 from %s d where d.%s = %s)",
               registry_table_name(registry->documents), key, form);
    registry->texts[0] = str_take(&words);
    registry->deleted = (struct sql_text){ "rows_deleted", registry->texts[0], registry->texts[0] };
}

/* --- opening -------------------------------------------------------------------------------- */

/* `may_make`: what is missing may be made. */
static bool application_inspect(struct registry *registry, const struct registry_settings *settings,
                                bool may_make, struct str *problems, struct err *err)
{
    registry->second_identifier = or_else(settings->second_identifier, "dob");
    registry->patient_field_count = registry_patient_fields(settings, registry->patient_fields);
    if (may_make
        && (!sql_upgrade(registry->sql, "registry", REGISTRY_SCHEMA, err)
            || !application_ready(registry->sql, settings, err)))
        return false;
    if (!content_type_find(registry, settings, problems, err)
        || !tables_open(registry, settings, problems, err))
        return false;
    roles_judge(registry, problems);
    identifiers_judge(registry, problems);
    if (problems->size > 0)
        return true;
    deleted_prepare(registry);
    registry_patients_prepare(registry);
    return true;
}

static bool first_problem(const struct str *problems, struct err *err)
{
    struct span rest = str_span(problems), first = span_cut(&rest, '\n');
    size_t more = 0;

    if (problems->size == 0)
        return true;
    for (size_t i = 0; i < rest.size; i++)
        more += rest.at[i] == '\n';
    if (more == 0)
        return err_set(err, ERR_USAGE, 0, SPAN_FORMAT, SPAN_ARGS(first));
    return err_set(err, ERR_USAGE, 0, SPAN_FORMAT " (and %zu more: fmferry check)",
                   SPAN_ARGS(first), more);
}

bool registry_open(const struct registry_settings *settings, struct sql *shared,
                   const struct cancel *cancel, struct registry **registry_r, struct err *err)
{
    auto_registry *registry = mem_new(struct registry);
    auto_str problems = STR_MAX(PROBLEMS_MAX);

    if (!shared && !sql_open(settings->url, cancel, &registry->own, err))
        return err_ctx(err, "the registry");
    registry->sql = shared ? shared : registry->own;
    if (!application_inspect(registry, settings, true, &problems, err)
        || !first_problem(&problems, err))
        return err_ctx(err, "the registry");
    *registry_r = take(registry);
    return true;
}

bool registry_open_reader(const struct registry_settings *settings, const struct cancel *cancel,
                          struct registry **registry_r, struct err *err)
{
    auto_registry *registry = mem_new(struct registry);
    auto_str problems = STR_MAX(PROBLEMS_MAX);

    if (!sql_open_reader(settings->url, cancel, &registry->own, err))
        return err_ctx(err, "the registry");
    registry->sql = registry->own;
    if (!application_inspect(registry, settings, false, &problems, err)
        || !first_problem(&problems, err))
        return err_ctx(err, "the registry");
    *registry_r = take(registry);
    return true;
}

bool registry_check(const struct registry_settings *settings, const struct cancel *cancel,
                    struct str *problems, struct err *err)
{
    auto_registry *registry = mem_new(struct registry);

    if (!sql_open(settings->url, cancel, &registry->own, err))
        return err_ctx(err, "the registry");
    registry->sql = registry->own;
    return application_inspect(registry, settings, true, problems, err)
           || err_ctx(err, "the registry");
}

void registry_free(struct registry *registry)
{
    if (!registry)
        return;
    registry_take_back(registry);
    registry_table_free(registry->documents);
    registry_table_free(registry->patients);
    sql_close(registry->own);
    for (size_t i = 0; i < TEXTS; i++)
        free(registry->texts[i]);
    for (size_t i = 0; i < registry->patient_field_count; i++)
        free(registry->patient_fields[i]);
    free(registry);
}

void auto_registry_cleanup(struct registry **registry)
{
    registry_free(*registry);
}

/* --- changes -------------------------------------------------------------------------------- */

bool registry_begin_change(struct registry *registry, struct err *err)
{
    return !registry->own || registry->tx.sql || sql_begin(registry->own, &registry->tx, err)
           || err_ctx(err, "the registry");
}

bool registry_commit(struct registry *registry, struct err *err)
{
    return !registry || !registry->tx.sql || sql_commit(&registry->tx, err)
           || err_ctx(err, "the registry");
}

void registry_take_back(struct registry *registry)
{
    if (!registry)
        return;
    auto_tx_cleanup(&registry->tx);
    registry->tx = (struct sql_tx){ 0 };
}

bool registry_reconnect(struct registry *registry, struct err *err)
{
    if (!registry || !registry->own)
        return true;
    registry->tx = (struct sql_tx){ 0 };
    return sql_reconnect(registry->own, err) || err_ctx(err, "the registry");
}

/* --- documents ------------------------------------------------------------------------------ */

static struct value text_value(enum value_type type, const char *text)
{
    return (struct value){ .type = text ? type : VALUE_NOTHING, .text = span_of(text) };
}

static struct value number_value(uint64_t number)
{
    return (struct value){ .type = VALUE_NUMBER,
                           .number = number > INT64_MAX ? INT64_MAX : (int64_t)number };
}

static struct value uuid_value(const struct uuid *uuid, bool has_one)
{
    return (struct value){ .type = has_one ? VALUE_UUID : VALUE_NOTHING, .uuid = *uuid };
}

static struct value content_type_value(const struct registry *registry, const char *patient)
{
    return (struct value){ .type = patient && registry->content_type ? VALUE_NUMBER : VALUE_NOTHING,
                           .number = registry->content_type };
}

static struct value field_value(const struct registry_document *d, const char *name)
{
    struct registry_field field = d->field ? d->field(d->field_arg, name)
                                           : (struct registry_field){ .text = SPAN_NONE };

    return (struct value){ .type = VALUE_FIELD,
                           .text = field.text,
                           .is_number = field.is_number,
                           .is_moment = field.is_moment,
                           .moment = field.moment };
}

/* A document on its way into its row. */
struct document_putting {
    const struct registry *registry;
    const struct registry_document *document;
};

static struct value document_value(const void *arg, const struct template_piece *piece)
{
    const struct document_putting *putting = arg;
    const struct registry_document *d = putting->document;

    switch (piece->name) {
    case NAME_ROW_ID:
        return uuid_value(&d->id, true);
    case NAME_PATIENT:
        return text_value(VALUE_ID, d->patient);
    case NAME_CONTENT_TYPE:
        return content_type_value(putting->registry, d->patient);
    case NAME_FILE_NAME:
        return text_value(VALUE_TEXT, d->file_name);
    case NAME_ORIGINAL_NAME:
        return text_value(VALUE_TEXT, d->original_name);
    case NAME_SIZE:
        return number_value(d->file_size);
    case NAME_MIME:
        return text_value(VALUE_TEXT, d->mime_type);
    case NAME_BUCKET:
        return text_value(VALUE_TEXT, d->s3_bucket);
    case NAME_KEY:
        return text_value(VALUE_TEXT, d->s3_key);
    case NAME_CATEGORY:
        return text_value(VALUE_TEXT, d->category);
    case NAME_TYPE:
        return text_value(VALUE_TEXT, d->type);
    case NAME_AUTHOR:
        return text_value(VALUE_TEXT, d->uploaded_by);
    case NAME_DATE:
        return text_value(VALUE_DAY, d->document_date);
    case NAME_NOW:
        return (struct value){ .type = VALUE_STAMP, .number = d->now_us };
    case NAME_SHA256:
        return text_value(VALUE_TEXT, d->sha256);
    case NAME_RECORD_ID:
        return number_value(d->record_id);
    case NAME_MOD_ID:
        return number_value(d->mod_id);
    case NAME_METADATA:
        return text_value(VALUE_JSON, d->metadata);
    case NAME_IDENTITY:
        return text_value(VALUE_TEXT, d->identity);
    case NAME_CONTAINER:
        return text_value(VALUE_TEXT, d->container);
    case NAME_REPETITION:
        return number_value((uint64_t)d->repetition);
    case NAME_FILEMAKER_UUID:
        return uuid_value(&d->filemaker_id, d->has_filemaker_id);
    case NAME_FIELD:
        return field_value(d, piece->text);
    case NAME_FILEMAKER_ID:
    case NAME_FIRST_NAME:
    case NAME_LAST_NAME:
    case NAME_DOB:
    case NAME_MRN:
    case NAME_TEXT:
        break; /* not a document's: template_read() lets none of them in */
    }
    abort();
}

/*
 * Notes who writes the row, which keeps late writers out, and finds out whether the application
 * still has it: what was deleted there is not made again.
 */
static bool row_claim(struct registry *registry, const struct uuid *id,
                      const struct registry_writer *writer, bool *is_new_r, bool *there_r,
                      struct err *err)
{
    char text[UUID_TEXT_SIZE];
    int64_t writes;

    if (!registry_begin_change(registry, err)
        || !sql_number(registry->sql, &REGISTRY_ROW_CLAIM,
                       sql_args(sql_text(uuid_text(id, text)), sql_i64(writer->lineage),
                                sql_i64(writer->epoch)),
                       0, &writes, err))
        return false;
    if (writes == 0)
        return err_set(err, ERR_DATABASE, SQL_CONSTRAINT,
                       "the row was written by a later claim than epoch %jd (was the ledger "
                       "restored from a backup?)",
                       (intmax_t)writer->epoch);
    *is_new_r = writes == 1;
    *there_r = true;
    return *is_new_r || registry_table_has(registry->documents, id, there_r, err);
}

/* `may_have_one`: the document was written before. */
static bool doubt_note(struct registry *registry, const struct uuid *id, const char *doubt,
                       const char *about, bool may_have_one, struct err *err)
{
    char text[UUID_TEXT_SIZE];

    if (doubt)
        return sql_run(
            registry->sql, &REGISTRY_DOUBT_PUT,
            sql_args(sql_text(uuid_text(id, text)), sql_text(about), sql_text(""), sql_text(doubt)),
            err);
    return !may_have_one
           || sql_run(registry->sql, &REGISTRY_DOUBT_DROP, sql_args(sql_text(uuid_text(id, text))),
                      err);
}

static bool patient_is_good(const struct registry *registry, const char *patient, struct err *err)
{
    return !patient || registry_patient_fits(registry, span_of(patient), err);
}

bool registry_put_document(struct registry *registry, const struct registry_document *d,
                           bool *there_r, struct err *err)
{
    struct document_putting putting = { registry, d };
    struct template_values values = { document_value, &putting };
    bool is_new, changed;

    if (!patient_is_good(registry, d->patient, err)
        || !row_claim(registry, &d->id, &d->writer, &is_new, there_r, err))
        return false;
    return !*there_r
           || (doubt_note(registry, &d->id, d->doubt, d->doubt_about, !is_new, err)
               && registry_table_put(registry->documents, &values, &changed, err));
}

/* A document on its way to another patient. */
struct document_moving {
    const struct registry *registry;
    const struct registry_move *move;
};

static struct value move_value(const void *arg, const struct template_piece *piece)
{
    const struct document_moving *moving = arg;
    const struct registry_move *move = moving->move;
    struct registry_document known = { .id = move->id,
                                       .patient = move->patient,
                                       .s3_bucket = move->bucket,
                                       .s3_key = move->key,
                                       .now_us = move->now_us };
    struct document_putting putting = { moving->registry, &known };

    return document_value(&putting, piece);
}

bool registry_move_document(struct registry *registry, const struct registry_move *move,
                            bool *there_r, struct err *err)
{
    struct document_moving moving = { registry, move };
    struct template_values values = { move_value, &moving };
    bool is_new;

    return patient_is_good(registry, move->patient, err)
           && row_claim(registry, &move->id, &move->writer, &is_new, there_r, err)
           && (!*there_r || registry_table_move(registry->documents, &values, err))
           && doubt_note(registry, &move->id, NULL, NULL, true, err);
}

bool registry_count_deleted(struct registry *registry, int64_t *count_r, struct err *err)
{
    return sql_number(registry->sql, &registry->deleted, SQL_NO_ARGS, 0, count_r, err);
}
