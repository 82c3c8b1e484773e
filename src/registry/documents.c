/* Makes the rows of documents, brings them up to date, moves them to another patient. */
#include "registry/inside.h"

#include "base/mem.h"

enum { STATEMENT_MAX = 8 * 1024 };

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
        break; /* not a document's: template_read() refuses them */
    }
    abort();
}

/*
 * Notes the writer of a row, which keeps late writers out, and finds out whether the application
 * still has the row: one that was deleted there is not made again.
 */
static bool row_claim(struct registry *registry, const struct uuid *id,
                      const struct registry_writer *writer, bool *is_new_r, bool *there_r,
                      struct err *err)
{
    char text[UUID_TEXT_SIZE];
    struct sql_args args =
        sql_args(sql_text(uuid_text(id, text)), sql_i64(writer->lineage), sql_i64(writer->epoch));
    int64_t writes;

    *there_r = true;
    if (!registry_begin_change(registry, err)
        || !sql_run(registry->sql, &REGISTRY_ROW_CLAIM_NEW, args, err))
        return false;
    *is_new_r = sql_changed(registry->sql) == 1;
    if (*is_new_r)
        return true;
    if (!sql_number(registry->sql, &REGISTRY_ROW_CLAIM, args, 0, &writes, err))
        return false;
    if (writes == 0)
        return err_set(err, ERR_DATABASE, SQL_CONSTRAINT,
                       "the row was written by a later claim than epoch %jd (was the ledger "
                       "restored from a backup?)",
                       (intmax_t)writer->epoch);
    return registry_table_has(registry->documents, id, there_r, err);
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

/* One that was there before us, with or without our id, is never ours alone. */
static bool row_make_new(struct registry *registry, const struct uuid *id,
                         const struct template_values *values, int64_t *print_r, struct err *err)
{
    bool changed;

    return registry_table_make(registry->documents, values, id, print_r, err)
           && (*print_r || registry_table_put(registry->documents, values, &changed, err));
}

static bool row_put_again(struct registry *registry, const struct registry_document *d,
                          const struct template_values *values, int64_t *print_r, struct err *err)
{
    bool changed;

    return registry_left_before(registry, &d->id, d->print, print_r, err)
           && registry_table_put(registry->documents, values, &changed, err)
           && registry_left_after(registry, &d->id, print_r, err);
}

bool registry_put_document(struct registry *registry, const struct registry_document *d,
                           bool *there_r, int64_t *print_r, struct err *err)
{
    struct document_putting putting = { registry, d };
    struct template_values values = { document_value, &putting };
    bool is_new;

    *print_r = 0;
    if (!patient_is_good(registry, d->patient, err)
        || !row_claim(registry, &d->id, &d->writer, &is_new, there_r, err))
        return false;
    return !*there_r
           || (doubt_note(registry, &d->id, d->doubt, d->doubt_about, !is_new, err)
               && (is_new ? row_make_new(registry, &d->id, &values, print_r, err)
                          : row_put_again(registry, d, &values, print_r, err)));
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

static bool row_move(struct registry *registry, const struct registry_move *move, int64_t *print_r,
                     struct err *err)
{
    struct document_moving moving = { registry, move };
    struct template_values values = { move_value, &moving };

    return registry_left_before(registry, &move->id, move->print, print_r, err)
           && registry_table_move(registry->documents, &values, err)
           && registry_left_after(registry, &move->id, print_r, err);
}

bool registry_move_document(struct registry *registry, const struct registry_move *move,
                            bool *there_r, int64_t *print_r, struct err *err)
{
    bool is_new;

    *print_r = 0;
    return patient_is_good(registry, move->patient, err)
           && row_claim(registry, &move->id, &move->writer, &is_new, there_r, err)
           && (!*there_r || row_move(registry, move, print_r, err))
           && doubt_note(registry, &move->id, NULL, NULL, true, err);
}

bool registry_count_deleted(struct registry *registry, int64_t *count_r, struct err *err)
{
    return sql_number(registry->sql, &registry->statements[STATEMENT_DELETED].text, SQL_NO_ARGS, 0,
                      count_r, err);
}

/* --- rows that are gone ----------------------------------------------------------------------- */

/* Makes the statement that counts our rows that the application no longer has. */
void registry_documents_prepare(struct registry *registry)
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
    registry_statement_set(&registry->statements[STATEMENT_DELETED], "rows_deleted",
                           str_take(&words));
}
