/*
 * Gathers what the application's tables say, in the default mapping (Nexus). Only this file knows
 * their columns; the statements are in sql/rows.sql and sql/patients.sql.
 */
#include "verify/inside.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "verify/pack.h"
#include "json/shape.h"

/* Where a row comes from, by its metadata. */
struct row_origin {
    struct span source, identity, container, sha256;
    uint64_t repetition, record_id, size_bytes;
};

/* Reads the origin; of metadata that is not ours everything stays empty. */
static void origin_read(const struct json *json, struct row_origin *origin_r)
{
    static const struct json_member shape[] = {
        JSON_MAYBE_SPAN(struct row_origin, source, "source"),
        JSON_MAYBE_SPAN(struct row_origin, identity, "identity"),
        JSON_MAYBE_SPAN(struct row_origin, container, "container"),
        JSON_MAYBE_SPAN(struct row_origin, sha256, "sha256"),
        JSON_MAYBE_U64(struct row_origin, repetition, "repetition"),
        JSON_MAYBE_U64(struct row_origin, record_id, "recordId"),
        JSON_MAYBE_U64(struct row_origin, size_bytes, "size"),
        JSON_SHAPE_END,
    };
    struct err ignored;

    *origin_r = (struct row_origin){ .repetition = 1 };
    if (!json_fill(json, json_root(json), shape, origin_r, &ignored))
        *origin_r = (struct row_origin){ .repetition = 1 };
}

/* A UUID as text with hyphens, from whichever form the database keeps; "" if it is malformed. */
static struct span uuid_span(struct span text, char room[UUID_TEXT_SIZE])
{
    struct uuid uuid;

    return uuid_read_loose(text, &uuid) ? span_of(uuid_text(&uuid, room)) : SPAN_NONE;
}

/*
 * The document that a row belongs to, by its FileMaker id if it has one, else by its own id. Rows
 * that an earlier importer made are recognised by the former.
 */
static struct uuid document_of(const struct verifier *v, const struct sql_rows *rows,
                               const struct row_fact *fact)
{
    char text[UUID_TEXT_SIZE];
    struct span filemaker_id = uuid_span(sql_get_text(rows, 4), text);

    return filemaker_id.size ? fact_row_id(v->settings->source_name, filemaker_id, SPAN_NONE, 1)
                             : fact->id;
}

static bool row_send(struct verifier *v, const struct sql_rows *rows, const struct row_fact *fact,
                     bool is_ours, struct err *err)
{
    auto_str entry = STR_MAX(ENTRY_MAX);
    struct uuid document = document_of(v, rows, fact);

    if (is_ours) {
        pack_bytes(&entry, document.bytes, sizeof document.bytes);
        pack_u8(&entry, FACT_ROW);
    } else {
        pack_name(&entry, fact->key);
        pack_u8(&entry, FACT_STRANGE_ROW);
    }
    row_fact_pack(&entry, fact);
    return str_fits(&entry, "a row of the registry", err)
           && sorter_add(is_ours ? v->documents : v->keys, str_span(&entry), err);
}

static bool row_add(struct verifier *v, const struct sql_rows *rows, struct err *err)
{
    char patient[UUID_TEXT_SIZE];
    auto_json *json = NULL;
    struct row_origin origin = { 0 };
    struct row_fact fact = { .patient = uuid_span(sql_get_text(rows, 1), patient),
                             .key = sql_get_text(rows, 2),
                             .size_bytes = (uint64_t)sql_get_i64(rows, 3) };
    struct err ignored;
    bool is_ours;

    if (!uuid_read_loose(sql_get_text(rows, 0), &fact.id))
        return err_set(err, ERR_DATA, 0, "a row's id is not a UUID");
    if (!sql_is_null(rows, 5) && json_read(sql_get_text(rows, 5), &json, &ignored))
        origin_read(json, &origin);
    fact.sha256 = origin.sha256;
    fact.exact_size_bytes = origin.size_bytes;
    fact.record_id = origin.record_id;
    is_ours = origin.source.size ? span_is(origin.source, v->settings->source_name)
                                       || span_is(origin.source, v->uploads)
                                 : !sql_is_null(rows, 4);
    v->result->rows += is_ours;
    v->result->strange_rows += !is_ours;
    return row_send(v, rows, &fact, is_ours, err);
}

static bool registry_rows_read(struct verifier *v, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(v->registry, &VERIFY_ROWS, SQL_NO_ARGS, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        if (!row_add(v, rows, err))
            return false;
    return step == STEP_END;
}

static bool patient_add(struct verifier *v, const struct sql_rows *rows, struct err *err)
{
    auto_str entry = STR_MAX(ENTRY_MAX), id = STR_MAX(KIB(4));
    char text[UUID_TEXT_SIZE];
    struct span patient = uuid_span(sql_get_text(rows, 0), text);
    auto_json *json = NULL;
    const struct json_value *known;
    struct err ignored;

    if (!json_read(sql_get_text(rows, 1), &json, &ignored))
        return true;
    known = json_get(json_root(json), "filemaker_id");
    if (!known || known->kind != JSON_TEXT || !patient.size)
        return true;
    utf8_add_lower(&id, span_trim(known->text));
    if (id.size == 0 || id.cut)
        return true;
    pack_name(&entry, str_span(&id));
    pack_u8(&entry, FACT_ROW);
    str_add_span(&entry, patient);
    return sorter_add(v->patients, str_span(&entry), err);
}

static bool patients_read(struct verifier *v, struct err *err)
{
    auto_rows *rows = NULL;
    enum step step;

    if (!sql_query(v->registry, &VERIFY_PATIENTS, SQL_NO_ARGS, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW)
        if (!patient_add(v, rows, err))
            return false;
    return step == STEP_END;
}

bool gather_registry(struct verifier *v, struct err *err)
{
    auto_tx tx = { 0 };

    meter_begin(v->settings->meter, "reading the application's tables", NULL, METER_UNKNOWN);
    return (sql_begin_reading(v->registry, &tx, err) && patients_read(v, err)
            && registry_rows_read(v, err) && sql_commit(&tx, err))
           || err_ctx(err, "the registry");
}
