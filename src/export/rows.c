/* Reads documents and patients from the application's tables (Nexus), and bytes from the store. */
#include "export/inside.h"

#include "base/mem.h"
#include "export/export_sql.h"
#include "json/shape.h"

enum { READ_SIZE = 128 * 1024 };

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

/* False for a row that fmferry did not make from this source. */
static bool origin_read(const struct export *e, const struct json *json,
                        struct export_origin *origin_r)
{
    static const struct json_member shape[] = {
        JSON_SPAN(struct export_origin, source, "source"),
        JSON_SPAN(struct export_origin, sha256, "sha256"),
        JSON_U64(struct export_origin, size_bytes, "size"),
        JSON_MAYBE_INSIDE(struct export_origin, fields, "fields"),
        JSON_SHAPE_END,
    };
    struct err ignored;

    *origin_r = (struct export_origin){ 0 };
    return json_fill(json, json_root(json), shape, origin_r, &ignored)
           && span_is(origin_r->source, e->settings->source_name);
}

static bool export_document_read(const struct export *e, const struct sql_rows *rows,
                                 const struct export_origin *origin, struct export_document *d,
                                 struct err *err)
{
    const struct json_value *type = json_get(origin->fields, e->settings->type_field);

    uuid_put(sql_get_text(rows, 0), d->id);
    uuid_put(sql_get_text(rows, 1), d->patient);
    uuid_put(sql_get_text(rows, 10), d->filemaker_id);
    d->file_name = sql_get_text(rows, 2);
    d->mime_type = sql_get_text(rows, 3);
    d->category = sql_get_text(rows, 5);
    d->author = sql_get_text(rows, 6);
    d->uploaded_at = sql_get_text(rows, 7);
    d->date = sql_get_text(rows, 8);
    d->is_active = sql_get_i64(rows, 9) != 0;
    d->metadata = sql_get_text(rows, 11);
    d->type = type && type->kind == JSON_TEXT ? span_trim(type->text) : SPAN_NONE;
    d->size_bytes = origin->size_bytes;
    if (!sha256_from_hex(origin->sha256, &d->sha256) || !*d->id)
        return err_set(err, ERR_DATA, 0, "row '%s' has no hash in its metadata", d->id);
    d->key = span_text(sql_get_text(rows, 4));
    return store_key_is_good(d->key)
           || err_set(err, ERR_DATA, 0,
                      "row '%s' has a key that is malformed, or leads out of the store: '%.200s'",
                      d->id, d->key);
}

static bool row_hand_on(struct export *e, const struct sql_rows *rows,
                        bool (*each)(void *arg, const struct export_document *document,
                                     struct err *err),
                        void *arg, struct err *err)
{
    struct export_document document = { 0 };
    struct export_origin origin;
    auto_json *json = NULL;
    struct err ignored;
    bool good;

    if (!json_read(sql_get_text(rows, 11), &json, &ignored) || !origin_read(e, json, &origin))
        return true; /* the application's own */
    good = export_document_read(e, rows, &origin, &document, err) && each(arg, &document, err);
    e->result->documents += good;
    e->result->bytes += good ? document.size_bytes : 0;
    free(document.key);
    return good;
}

bool export_each_document(struct export *e,
                          bool (*each)(void *arg, const struct export_document *document,
                                       struct err *err),
                          void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(e->sql, &EXPORT_DOCUMENTS, SQL_NO_ARGS, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        if (!row_hand_on(e, rows, each, arg, err))
            return false;
    return step == STEP_END;
}

/* The record number. An earlier release wrote the row's own id if there was none. */
static struct span record_number(struct span mrn, const char *row_id)
{
    struct uuid number, row;
    bool is_row = uuid_read_loose(mrn, &number) && uuid_read_loose(span_of(row_id), &row)
                  && memcmp(&number, &row, sizeof row) == 0;

    return is_row ? SPAN_NONE : mrn;
}

static bool patient_hand_on(const struct sql_rows *rows,
                            bool (*each)(void *arg, const struct export_patient *patient,
                                         struct err *err),
                            void *arg, struct err *err)
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
    return each(arg, &patient, err);
}

bool export_each_patient(struct export *e,
                         bool (*each)(void *arg, const struct export_patient *patient,
                                      struct err *err),
                         void *arg, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(e->sql, &EXPORT_PATIENTS, SQL_NO_ARGS, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        if (!patient_hand_on(rows, each, arg, err))
            return false;
        e->result->patients++;
    }
    return step == STEP_END;
}

/* --- bytes ---------------------------------------------------------------------------------- */

static bool bytes_pass(struct export *e, struct store_reader *reader,
                       const struct export_document *d,
                       bool (*take_bytes)(void *arg, struct span bytes, struct err *err), void *arg,
                       struct err *err)
{
    auto_sha256_stream *hash = sha256_stream_new();
    auto_free char *part = mem_zero(READ_SIZE);
    struct sha256 sha256;
    size_t got;

    do {
        if (cancel_is_set(e->cancel))
            return err_set(err, ERR_CANCELED, 0, "asked to stop");
        if (!store_read(reader, part, READ_SIZE, &got, err))
            return false;
        sha256_stream_add(hash, (struct span){ part, got });
        if (got > 0 && !take_bytes(arg, (struct span){ part, got }, err))
            return false;
    } while (got > 0);
    sha256 = sha256_stream_end(hash);
    return sha256_equal(&sha256, &d->sha256)
           || err_set(err, ERR_DATA, 0,
                      "'%s' has other bytes than its row says: 'fmferry verify --bytes' reads "
                      "them all and names each that differs",
                      d->key);
}

bool export_bytes(struct export *e, const struct export_document *d,
                  bool (*take_bytes)(void *arg, struct span bytes, struct err *err), void *arg,
                  struct err *err)
{
    auto_reader *reader = NULL;

    if (!store_get(e->store, d->key, &reader, err))
        return false;
    if (!reader)
        return err_set(err, ERR_DATA, 0,
                       "'%s' is not in the store: 'fmferry verify' names all that are missing",
                       d->key);
    return bytes_pass(e, reader, d, take_bytes, arg, err);
}
