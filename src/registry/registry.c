/* The application's tables. UUIDs and stamps take the form that Django gives them per database. */
#include "registry/registry.h"

#include "base/mem.h"
#include "base/time.h"
#include "base/utf8.h"
#include "registry_sql.h"
#include "json/json.h"

enum { NAME_MAX_CHARS = 255, SHORT_MAX_CHARS = 100, KEY_MAX_CHARS = 512, STAMP_SIZE = 40 };

struct registry {
    struct sql *own;  /* NULL: the ledger's connection is shared */
    struct sql *sql;  /* `own`, or the ledger's                  */
    struct sql_tx tx; /* begun with the first change, if `own`  */
    int64_t content_type;
};

static bool table_exists(struct sql *sql, const char *name, bool *exists_r, struct err *err)
{
    int64_t count;

    if (!sql_number(sql, &REGISTRY_TABLE_EXISTS, sql_args(sql_text(name)), 0, &count, err))
        return false;
    *exists_r = count > 0;
    return true;
}

/* All three tables are there, or none; anything between is not what it should be. */
static bool tables_look(struct sql *sql, bool *exist_r, struct err *err)
{
    static const char *const tables[] = { "documents_document", "patients_patient",
                                          "django_content_type" };

    for (size_t i = 0; i < lengthof(tables); i++) {
        bool exists;

        if (!table_exists(sql, tables[i], &exists, err))
            return false;
        if (i == 0)
            *exist_r = exists;
        if (exists != *exist_r)
            return err_set(err, ERR_USAGE, 0,
                           "the registry's database has the table '%s' but not '%s': it belongs to "
                           "another application, or its migrations have not been run",
                           *exist_r ? tables[0] : tables[i], *exist_r ? tables[i] : tables[0]);
    }
    return true;
}

/* Another process may make them at the same time: whether they are there is looked up inside. */
static bool application_make(struct sql *sql, struct err *err)
{
    bool is_sqlite = sql_kind_of(sql) == SQL_SQLITE;
    auto_tx tx = { 0 };
    bool exist;

    return sql_begin(sql, &tx, err) && tables_look(sql, &exist, err)
           && (exist
               || sql_script(sql, is_sqlite ? REGISTRY_NEXUS.sqlite : REGISTRY_NEXUS.postgres, err))
           && sql_commit(&tx, err);
}

static bool application_ready(struct sql *sql, struct err *err)
{
    bool exist;

    return tables_look(sql, &exist, err) && (exist || application_make(sql, err));
}

static bool content_type_find(struct registry *registry, struct err *err)
{
    return sql_number(registry->sql, &REGISTRY_CONTENT_TYPE, SQL_NO_ARGS, 0,
                      &registry->content_type, err);
}

static bool ready(struct registry *registry, struct err *err)
{
    struct sql *sql = registry->sql;

    if (!sql_upgrade(sql, "registry", REGISTRY_SCHEMA, err) || !application_ready(sql, err)
        || !content_type_find(registry, err))
        return false;
    return registry->content_type != 0
           || err_set(err, ERR_USAGE, 0,
                      "django_content_type has no row for patients.patient (run the application's "
                      "migrations)");
}

bool registry_open(const struct registry_settings *settings, struct sql *shared,
                   const struct cancel *cancel, struct registry **registry_r, struct err *err)
{
    auto_registry *registry = mem_new(struct registry);

    if (!shared && !sql_open(settings->url, cancel, &registry->own, err))
        return err_ctx(err, "the registry");
    registry->sql = shared ? shared : registry->own;
    if (!ready(registry, err))
        return err_ctx(err, "the registry");
    *registry_r = take(registry);
    return true;
}

bool registry_open_reader(const struct registry_settings *settings, const struct cancel *cancel,
                          struct registry **registry_r, struct err *err)
{
    auto_registry *registry = mem_new(struct registry);

    if (!sql_open_reader(settings->url, cancel, &registry->own, err))
        return err_ctx(err, "the registry");
    registry->sql = registry->own;
    if (!content_type_find(registry, err))
        return err_ctx(err, "the registry");
    *registry_r = take(registry);
    return true;
}

void registry_free(struct registry *registry)
{
    if (!registry)
        return;
    registry_take_back(registry);
    sql_close(registry->own);
    free(registry);
}

void auto_registry_cleanup(struct registry **registry)
{
    registry_free(*registry);
}

/* --- changes -------------------------------------------------------------------------------- */

/* The first change since the last commit opens a transaction, where the ledger's does not do. */
static bool change_begin(struct registry *registry, struct err *err)
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

/* --- Django's forms ------------------------------------------------------------------------- */

static struct sql_value uuid_value(const struct registry *registry, const struct uuid *uuid,
                                   char text[UUID_TEXT_SIZE])
{
    bool is_sqlite = sql_kind_of(registry->sql) == SQL_SQLITE;

    return sql_text(is_sqlite ? uuid_digits(uuid, text) : uuid_text(uuid, text));
}

static const char *stamp(const struct registry *registry, int64_t at_us, char text[STAMP_SIZE])
{
    char rfc[TIME_TEXT_SIZE];

    (void)time_rfc3339(at_us, rfc);
    if (sql_kind_of(registry->sql) == SQL_SQLITE)
        (void)snprintf(text, STAMP_SIZE, "%.10s %.15s", rfc, rfc + 11);
    else
        (void)snprintf(text, STAMP_SIZE, "%s", rfc);
    return text;
}

static struct sql_value cut(const char *text, size_t max_chars)
{
    return sql_span(utf8_first(span_of(text), max_chars));
}

/* A key that was cut would lead to nothing. */
static bool key_fits(const char *key, struct err *err)
{
    return utf8_count(span_of(key)) <= KEY_MAX_CHARS
           || err_set(err, ERR_DATABASE, SQL_CONSTRAINT,
                      "the key has more than %d characters, which the application cannot keep",
                      KEY_MAX_CHARS);
}

/* --- documents ------------------------------------------------------------------------------ */

/*
 * Notes who writes the row, which keeps late writers out, and finds out whether the application
 * still has it: what was deleted there is not made again.
 */
static bool row_claim(struct registry *registry, const struct uuid *id,
                      const struct registry_writer *writer, bool *there_r, struct err *err)
{
    char own[UUID_TEXT_SIZE], theirs[UUID_TEXT_SIZE];
    int64_t writes, rows = 1;

    if (!change_begin(registry, err)
        || !sql_number(registry->sql, &REGISTRY_ROW_CLAIM,
                       sql_args(sql_text(uuid_text(id, own)), sql_i64(writer->lineage),
                                sql_i64(writer->epoch)),
                       0, &writes, err))
        return false;
    if (writes == 0)
        return err_set(err, ERR_DATABASE, SQL_CONSTRAINT,
                       "the row was written by a later claim than epoch %jd (was the ledger "
                       "restored from a backup?)",
                       (intmax_t)writer->epoch);
    if (writes > 1
        && !sql_number(registry->sql, &REGISTRY_DOCUMENT_HOLD,
                       sql_args(uuid_value(registry, id, theirs)), 0, &rows, err))
        return false;
    *there_r = rows > 0;
    return true;
}

static bool document_put(struct registry *registry, const struct registry_document *d,
                         struct err *err)
{
    char id[UUID_TEXT_SIZE], object_id[UUID_TEXT_SIZE], filemaker_id[UUID_TEXT_SIZE];
    char now[STAMP_SIZE];
    struct uuid patient;
    bool linked = d->patient != NULL;

    if (linked && !uuid_read_loose(span_of(d->patient), &patient))
        return err_set(err, ERR_DATA, 0, "the patient's id is not a UUID");
    if (!key_fits(d->s3_key, err))
        return false;
    return sql_run(
        registry->sql, &REGISTRY_DOCUMENT_PUT,
        sql_args(
            uuid_value(registry, &d->id, id), linked ? sql_i64(registry->content_type) : sql_null(),
            linked ? uuid_value(registry, &patient, object_id) : sql_null(),
            cut(d->file_name, NAME_MAX_CHARS), cut(d->original_name, NAME_MAX_CHARS),
            sql_i64(d->file_size > INT32_MAX ? INT32_MAX : (int64_t)d->file_size),
            cut(d->mime_type, SHORT_MAX_CHARS), cut(d->s3_bucket, NAME_MAX_CHARS),
            sql_text(d->s3_key), sql_text(d->s3_url), cut(d->category, SHORT_MAX_CHARS),
            cut(d->uploaded_by, SHORT_MAX_CHARS), sql_text(stamp(registry, d->now_us, now)),
            sql_text(d->document_date),
            d->has_filemaker_id ? uuid_value(registry, &d->filemaker_id, filemaker_id) : sql_null(),
            sql_text(d->metadata)),
        err);
}

bool registry_put_document(struct registry *registry, const struct registry_document *d,
                           bool *there_r, struct err *err)
{
    return row_claim(registry, &d->id, &d->writer, there_r, err)
           && (!*there_r || document_put(registry, d, err));
}

static bool document_move(struct registry *registry, const struct registry_move *m, struct err *err)
{
    char id[UUID_TEXT_SIZE], object_id[UUID_TEXT_SIZE], now[STAMP_SIZE];
    struct uuid patient;

    if (m->patient && !uuid_read_loose(span_of(m->patient), &patient))
        return err_set(err, ERR_DATA, 0, "the patient's id is not a UUID");
    if (!key_fits(m->key, err))
        return false;
    return sql_run(registry->sql, &REGISTRY_DOCUMENT_MOVE,
                   sql_args(uuid_value(registry, &m->id, id),
                            m->patient ? sql_i64(registry->content_type) : sql_null(),
                            m->patient ? uuid_value(registry, &patient, object_id) : sql_null(),
                            cut(m->bucket, NAME_MAX_CHARS), sql_text(m->key),
                            sql_text(stamp(registry, m->now_us, now))),
                   err);
}

bool registry_move_document(struct registry *registry, const struct registry_move *move,
                            bool *there_r, struct err *err)
{
    return row_claim(registry, &move->id, &move->writer, there_r, err)
           && (!*there_r || document_move(registry, move, err));
}

/* --- patients ------------------------------------------------------------------------------- */

bool registry_put_patient(struct registry *registry, const struct registry_patient *p,
                          bool *changed_r, struct err *err)
{
    char id[UUID_TEXT_SIZE];

    if (!change_begin(registry, err)
        || !sql_run(registry->sql, &REGISTRY_PATIENT_PUT,
                    sql_args(uuid_value(registry, &p->id, id), cut(p->mrn, 50),
                             cut(p->first_name, 150), cut(p->last_name, 150), sql_text(p->dob),
                             sql_text(p->metadata)),
                    err))
        return false;
    *changed_r = sql_changed(registry->sql) > 0;
    return true;
}

/* The FileMaker id in a patient's metadata, in lower case; empty if there is none. */
static void filemaker_id_of(struct span metadata, struct str *to)
{
    auto_json *json = NULL;
    const struct json_value *id;
    struct err ignored;

    if (!json_read(metadata, &json, &ignored))
        return;
    id = json_get(json_root(json), "filemaker_id");
    if (id && id->kind == JSON_TEXT)
        utf8_add_lower(to, span_trim(id->text));
}

static bool map_put(struct registry *registry, struct span filemaker_id, struct span patient,
                    struct err *err)
{
    char text[UUID_TEXT_SIZE];
    struct uuid uuid;

    if (!uuid_read_loose(patient, &uuid))
        return err_set(err, ERR_DATA, 0, "a patient's id in the registry is not a UUID");
    return sql_run(registry->sql, &REGISTRY_MAP_PUT,
                   sql_args(sql_span(filemaker_id), sql_text(uuid_text(&uuid, text))), err);
}

bool registry_map_patients(struct registry *registry, int64_t *count_r, struct err *err)
{
    auto_rows *rows = NULL;
    int64_t count = 0;
    enum step step;

    if (!change_begin(registry, err)
        || !sql_run(registry->sql, &REGISTRY_MAP_CLEAR, SQL_NO_ARGS, err)
        || !sql_query(registry->sql, &REGISTRY_PATIENTS, SQL_NO_ARGS, &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        auto_str id = STR_MAX(KIB(4));

        filemaker_id_of(sql_get_text(rows, 1), &id);
        if (id.size == 0 || id.cut)
            continue;
        if (!map_put(registry, str_span(&id), sql_get_text(rows, 0), err))
            return false;
        count++;
    }
    *count_r = count;
    return step == STEP_END;
}

bool registry_match(struct registry *registry, struct span filemaker_id,
                    enum registry_match *match_r, char *patient, struct err *err)
{
    auto_str id = STR_MAX(KIB(4));
    auto_rows *rows = NULL;
    enum step step;

    utf8_add_lower(&id, span_trim(filemaker_id));
    *match_r = REGISTRY_NO_PATIENT;
    if (id.size == 0 || id.cut)
        return true;
    if (!sql_query(registry->sql, &REGISTRY_MAP_FIND, sql_args(sql_span(str_span(&id))), &rows,
                   err))
        return false;
    step = sql_next(rows, err);
    if (step != STEP_ROW)
        return step == STEP_END;
    (void)snprintf(patient, UUID_TEXT_SIZE, SPAN_FORMAT, SPAN_ARGS(sql_get_text(rows, 0)));
    *match_r = *patient ? REGISTRY_ONE_PATIENT : REGISTRY_SEVERAL;
    return true;
}

bool registry_patients(struct registry *registry, int64_t *count_r, struct err *err)
{
    return sql_number(registry->sql, &REGISTRY_PATIENT_COUNT, SQL_NO_ARGS, 0, count_r, err);
}
