/*
 * Reads documents and patients from the application's tables (Nexus). If the database goes away in
 * the middle, the query is begun anew, and the rows that were handed on already are passed over.
 */
#include "export/inside.h"

#include "base/mem.h"
#include "export/export_sql.h"
#include "json/shape.h"

/* Writes a UUID, in whichever form the database keeps it; "" if it is malformed. */
static void uuid_put(struct span text, char room[UUID_TEXT_SIZE])
{
    struct uuid uuid;

    room[0] = '\0';
    if (uuid_read_loose(text, &uuid))
        (void)uuid_text(&uuid, room);
}

/* Where a row comes from, by its metadata. */
struct export_origin {
    struct span source, sha256;
    uint64_t size_bytes;
    const struct json_value *fields;
};

/* False for a row that fmferry did not make, from this source or from an upload. */
static bool row_is_ours(const struct export *e, const struct json *json)
{
    const struct json_value *source = json_get(json_root(json), "source");

    return source && source->kind == JSON_TEXT
           && (span_is(source->text, e->settings->source_name)
               || span_is(source->text, e->settings->uploads_name));
}

static bool origin_read(const struct json *json, struct export_origin *origin_r, struct err *err)
{
    static const struct json_member shape[] = {
        JSON_SPAN(struct export_origin, sha256, "sha256"),
        JSON_U64(struct export_origin, size_bytes, "size"),
        JSON_MAYBE_INSIDE(struct export_origin, fields, "fields"),
        JSON_SHAPE_END,
    };

    *origin_r = (struct export_origin){ 0 };
    return json_fill(json, json_root(json), shape, origin_r, err)
           || err_ctx(err, "its row's metadata");
}

static bool export_document_read(const struct export *e, const struct sql_rows *rows,
                                 const struct json *json, struct export_document *d,
                                 struct err *err)
{
    struct export_origin origin;
    const struct json_value *type;

    if (!origin_read(json, &origin, err))
        return false;
    type = origin.fields ? json_get(origin.fields, e->settings->type_field)
                         : json_get(json_root(json), "type");
    uuid_put(sql_get_text(rows, 1), d->patient);
    d->file_name = sql_get_text(rows, 2);
    d->mime_type = sql_get_text(rows, 3);
    d->category = sql_get_text(rows, 5);
    d->author = sql_get_text(rows, 6);
    d->uploaded_at = sql_get_text(rows, 7);
    d->date = sql_get_text(rows, 8);
    d->is_active = sql_get_i64(rows, 9) != 0;
    d->metadata = sql_get_text(rows, 11);
    d->type = type && type->kind == JSON_TEXT ? span_trim(type->text) : SPAN_NONE;
    d->size_bytes = origin.size_bytes;
    if (!sha256_from_hex(origin.sha256, &d->sha256) || !*d->id)
        return err_set(err, ERR_DATA, 0, "its row has no hash in its metadata, or no id");
    return store_key_is_good(d->key)
           || err_set(err, ERR_DATA, 0,
                      "its row's key is malformed, or leads out of the store: '%.200s'", d->key);
}

/* --- one row -------------------------------------------------------------------------------- */

struct row_reader {
    bool (*hand_on)(struct export *e, const struct row_reader *reader, const struct sql_rows *rows,
                    struct err *err);
    bool (*each_document)(void *arg, const struct export_document *document, struct err *err);
    bool (*each_patient)(void *arg, const struct export_patient *patient, struct err *err);
    void *arg;
};

static bool row_is_missing(struct export *e, const struct export_document *d, struct span id,
                           const char *why, struct err *err)
{
    auto_free char *row = span_text(id);

    return e->is_looking
           || missing_add(e,
                          &(struct export_damage){ .id = *d->id ? d->id : row,
                                                   .filemaker_id = d->filemaker_id,
                                                   .key = d->key ? d->key : "",
                                                   .why = why },
                          err);
}

static bool document_hand_on(struct export *e, const struct row_reader *reader,
                             const struct sql_rows *rows, struct err *err)
{
    struct export_document d = { 0 };
    auto_json *json = NULL;
    auto_free char *key = span_text(sql_get_text(rows, 4));
    struct err why = { 0 };

    d.key = key;
    uuid_put(sql_get_text(rows, 0), d.id);
    uuid_put(sql_get_text(rows, 10), d.filemaker_id);
    if (!json_read(sql_get_text(rows, 11), &json, &why))
        return err_ctx(&why, "its row's metadata")
               || row_is_missing(e, &d, sql_get_text(rows, 0), why.msg, err);
    if (!row_is_ours(e, json))
        return true;
    if (!export_document_read(e, rows, json, &d, &why))
        return row_is_missing(e, &d, sql_get_text(rows, 0), why.msg, err);
    return reader->each_document(reader->arg, &d, err);
}

/* The record number. An earlier release wrote the row's own id if there was none. */
static struct span record_number(struct span mrn, const char *row_id)
{
    struct uuid number, row;
    bool is_row = uuid_read_loose(mrn, &number) && uuid_read_loose(span_of(row_id), &row)
                  && memcmp(&number, &row, sizeof row) == 0;

    return is_row ? SPAN_NONE : mrn;
}

static bool patient_hand_on(struct export *e, const struct row_reader *reader,
                            const struct sql_rows *rows, struct err *err)
{
    struct export_patient patient = { .first_name = span_trim(sql_get_text(rows, 2)),
                                      .last_name = span_trim(sql_get_text(rows, 3)),
                                      .dob = sql_get_text(rows, 4) };
    auto_json *json = NULL;
    const struct json_value *known;
    struct err ignored;

    uuid_put(sql_get_text(rows, 0), patient.id);
    patient.mrn = record_number(span_trim(sql_get_text(rows, 1)), patient.id);
    if (!sql_is_null(rows, 5) && json_read(sql_get_text(rows, 5), &json, &ignored)) {
        known = json_get(json_root(json), "filemaker_id");
        patient.filemaker_id = known && known->kind == JSON_TEXT ? known->text : SPAN_NONE;
    }
    e->result->patients++;
    meter_add(e->settings->meter, 1, 0);
    return reader->each_patient(reader->arg, &patient, err);
}

/* --- all rows ------------------------------------------------------------------------------- */

/* Passes over the rows up to the last one that was handed on. */
static bool rows_skip(struct sql_rows *rows, struct span last, struct err *err)
{
    enum step step = STEP_ROW;

    while (last.size && (step = sql_next(rows, err)) == STEP_ROW)
        if (span_equal(sql_get_text(rows, 0), last))
            return true;
    return step == STEP_ROW
           || (step == STEP_END
               && err_set(err, ERR_DATA, 0,
                          "the application's rows changed while its database was away: the same "
                          "command goes on"));
}

/*
 * Hands on the rows behind `last`, which is kept up to date.
 *   database_failed_r   whether it was the database that failed
 */
static bool rows_pass(struct export *e, const struct sql_text *text,
                      const struct row_reader *reader, struct str *last, bool *database_failed_r,
                      struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    *database_failed_r = true;
    if (!sql_query(e->sql, text, SQL_NO_ARGS, &rows, err) || !rows_skip(rows, str_span(last), err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        patience_answered(&e->sql_patience, "the database");
        if (!reader->hand_on(e, reader, rows, err)) {
            *database_failed_r = false;
            return false;
        }
        str_reset(last);
        str_add_span(last, sql_get_text(rows, 0));
    }
    return step == STEP_END;
}

/* Waits until the database can be asked again. */
static bool database_wait(struct export *e, struct err *err)
{
    do {
        if (!patience_wait(&e->sql_patience, "the database", e->settings->meter, e->cancel, err))
            return false;
    } while (!sql_reconnect(e->sql, err) && patience_is_due(err));
    return true; /* what else is wrong is said by the query */
}

static bool rows_read(struct export *e, const struct sql_text *text,
                      const struct row_reader *reader, struct err *err)
{
    auto_str last = STR_MAX(KIB(1));
    bool database_failed;

    while (!rows_pass(e, text, reader, &last, &database_failed, err))
        if (!database_failed || !patience_is_due(err) || !database_wait(e, err))
            return false;
    return true;
}

bool export_each_document(struct export *e,
                          bool (*each)(void *arg, const struct export_document *document,
                                       struct err *err),
                          void *arg, struct err *err)
{
    const struct row_reader reader = { document_hand_on, .each_document = each, .arg = arg };

    if (e->is_looking)
        meter_begin(e->settings->meter, "looking at what is there", NULL, METER_UNKNOWN);
    else
        meter_begin(e->settings->meter, "exporting documents", "documents", METER_UNKNOWN);
    return rows_read(e, &EXPORT_DOCUMENTS, &reader, err);
}

bool export_each_patient(struct export *e,
                         bool (*each)(void *arg, const struct export_patient *patient,
                                      struct err *err),
                         void *arg, struct err *err)
{
    const struct row_reader reader = { patient_hand_on, .each_patient = each, .arg = arg };

    meter_begin(e->settings->meter, "exporting patients", "patients", METER_UNKNOWN);
    return rows_read(e, &EXPORT_PATIENTS, &reader, err);
}
