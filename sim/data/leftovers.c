/*
 * The first importer's objects and database. Its keys are {filemaker_id}.pdf/{random}.pdf, every
 * file is called a PDF, and where the server sent an error page, the page is stored.
 */
#include "sim/data/leftovers.h"

#include "sim/base/chance.h"

#include "base/digest.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "json/writer.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

enum { SALT_NEXUS_PATIENT = 71, SALT_NEXUS_DOCUMENT, SALT_OBJECT };
enum { PATIENT_CONTENT_TYPE = 1, VALUE_MAX = 1 << 16 };

static const char nexus_tables[] =
    "create table django_content_type (id integer not null primary key autoincrement,"
    " app_label varchar(100) not null, model varchar(100) not null);"
    "create unique index django_content_type_app_label_model_76bd3d3b_uniq"
    " on django_content_type (app_label, model);"
    "insert into django_content_type (app_label, model)"
    " values ('patients', 'patient'), ('documents', 'document');"
    "create table patients_patient (id char(32) not null primary key, mrn varchar(50) not null,"
    " first_name varchar(150) not null, last_name varchar(150) not null, dob date null,"
    " filemaker_metadata text null"
    " check ((json_valid(filemaker_metadata) or filemaker_metadata is null)));"
    "create table documents_document (id char(32) not null primary key, object_id char(32) null,"
    " file_name varchar(255) not null, original_name varchar(255) not null,"
    " file_size integer not null, mime_type varchar(100) not null,"
    " s3_bucket varchar(255) not null, s3_key varchar(512) not null,"
    " s3_url varchar(1024) not null, category varchar(100) not null, description text not null,"
    " tags text not null check ((json_valid(tags) or tags is null)),"
    " uploaded_by varchar(100) not null, uploaded_at datetime not null,"
    " updated_at datetime not null, document_date date null, is_active bool not null,"
    " filemaker_id char(32) null unique, filemaker_metadata text null"
    " check ((json_valid(filemaker_metadata) or filemaker_metadata is null)),"
    " content_type_id integer null"
    " references django_content_type (id) deferrable initially deferred);"
    "create index documents_document_object on documents_document (object_id, category);";

static const char patient_insert[] =
    "insert into patients_patient (id, mrn, first_name, last_name, dob, filemaker_metadata)"
    " values (?1, ?2, ?3, ?4, ?5, ?6)";

static const char document_insert[] =
    "insert into documents_document (id, object_id, file_name, original_name, file_size,"
    " mime_type, s3_bucket, s3_key, s3_url, category, description, tags, uploaded_by, uploaded_at,"
    " updated_at, document_date, is_active, filemaker_id, filemaker_metadata, content_type_id)"
    " values (?1, ?2, ?3, ?4, ?5, 'application/pdf', 'nexus-documents', ?6, '', ?7, '', '[]',"
    " 'FileMaker Import', ?8, ?8, ?9, 1, ?10, ?11, ?12)";

struct leftovers {
    const char *folder;
    const struct clinic *clinic;
    const struct table *documents, *contacts;
    sqlite3 *db;
    sqlite3_stmt *insert;
    struct err *err;
};

/* --- SQLite --------------------------------------------------------------------------------- */

static bool leftovers_error(struct leftovers *h, const char *doing)
{
    return err_set(h->err, ERR_DATABASE, sqlite3_errcode(h->db), "%s: %s", doing,
                   sqlite3_errmsg(h->db));
}

static bool leftovers_sql(struct leftovers *h, const char *sql)
{
    return sqlite3_exec(h->db, sql, NULL, NULL, NULL) == SQLITE_OK
           || leftovers_error(h, "writing what the first importer left");
}

static void text_bind(struct leftovers *h, int place, struct span text)
{
    if (text.at)
        (void)sqlite3_bind_text(h->insert, place, text.at, (int)text.size, SQLITE_TRANSIENT);
    else
        (void)sqlite3_bind_null(h->insert, place);
}

static bool insert_step(struct leftovers *h)
{
    bool good = sqlite3_step(h->insert) == SQLITE_DONE;

    (void)sqlite3_reset(h->insert);
    return good || leftovers_error(h, "writing a row of the first importer");
}

static bool insert_prepare(struct leftovers *h, const char *sql)
{
    (void)sqlite3_finalize(h->insert);
    return sqlite3_prepare_v2(h->db, sql, -1, &h->insert, NULL) == SQLITE_OK
           || leftovers_error(h, "preparing a row of the first importer");
}

/* --- texts ---------------------------------------------------------------------------------- */

/* 32 lower-case digits, as Django keeps a UUID in SQLite. */
static void digits_only(struct span uuid, struct str *to)
{
    for (size_t i = 0; i < uuid.size; i++)
        if (uuid.at[i] != '-')
            str_add_char(to, uuid.at[i] >= 'A' && uuid.at[i] <= 'F' ? (char)(uuid.at[i] + 32)
                                                                    : uuid.at[i]);
}

static void nexus_patient(const struct leftovers *h, uint64_t patient, struct str *to)
{
    char text[CHANCE_UUID_SIZE];

    utf8_add_lower(
        to, span_of(chance_uuid(h->clinic->seed ^ SALT_NEXUS_PATIENT, (uint32_t)patient, text)));
}

static void field_text(const struct table *table, uint64_t ordinal, const char *name,
                       struct str *to)
{
    table_value(table, ordinal, (unsigned)table_column(table, span_of(name)), 1, to);
}

/* Appends a US date in ISO form; nothing if the text is not a date. */
static void iso_date(struct span text, struct str *to)
{
    struct time_civil civil;

    if (value_moment(COLUMN_DATE, text, &civil))
        str_printf(to, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

static void type_slug(struct span type, struct str *to)
{
    auto_str lower = STR_MAX(VALUE_MAX);

    utf8_add_lower(&lower, type);
    for (size_t i = 0; i < lower.size; i++)
        if (lower.at[i] == ' ')
            lower.at[i] = '-';
    str_add_text(to, span_is(str_span(&lower), "referral") ? "referrals" : str_text(&lower));
}

/* --- patients ------------------------------------------------------------------------------- */

static bool patient_write(struct leftovers *h, uint64_t patient)
{
    auto_str id = STR_MAX(64), digits = STR_MAX(64), mrn = STR_MAX(64), first = STR_MAX(256);
    auto_str last = STR_MAX(256), dob = STR_MAX(64), iso = STR_MAX(64), filemaker = STR_MAX(64);
    auto_str metadata = STR_MAX(KIB(1));
    struct json_writer w = JSON_WRITER(&metadata);

    nexus_patient(h, patient, &id);
    digits_only(str_span(&id), &digits);
    field_text(h->contacts, patient, "id", &filemaker);
    field_text(h->contacts, patient, "MRN", &mrn);
    field_text(h->contacts, patient, "FirstName", &first);
    field_text(h->contacts, patient, "LastName", &last);
    field_text(h->contacts, patient, "DOB", &dob);
    iso_date(str_span(&dob), &iso);
    json_open_object(&w);
    json_member_span(&w, "filemaker_id", str_span(&filemaker));
    json_close_object(&w);
    text_bind(h, 1, str_span(&digits));
    text_bind(h, 2, str_span(&mrn));
    text_bind(h, 3, str_span(&first));
    text_bind(h, 4, str_span(&last));
    text_bind(h, 5, str_span(&iso));
    text_bind(h, 6, str_span(&metadata));
    return insert_step(h);
}

/* --- objects -------------------------------------------------------------------------------- */

static const char error_page[] =
    "<!DOCTYPE html>\n<html><head><title>FileMaker Server</title></head>\n<body><h1>The requested "
    "file could not be loaded.</h1></body></html>\n";

static bool content_write(const struct content *content, int fd, const char *path, uint64_t *size_r,
                          struct err *err)
{
    auto_content_reader *reader = NULL;
    char block[KIB(64)];
    size_t got;

    *size_r = sizeof error_page - 1;
    if (content->fate != FATE_GOOD)
        return fs_write_all(fd, span_of(error_page), path, err);
    if (!content_open(content, &reader, err))
        return false;
    *size_r = content_size(reader);
    do {
        if (!content_read(reader, block, sizeof block, &got, err)
            || !fs_write_all(fd, (struct span){ block, got }, path, err))
            return false;
    } while (got > 0);
    return true;
}

static bool object_write(struct leftovers *h, const struct content *content, const char *key,
                         uint64_t *size_r)
{
    auto_free char *path = mem_printf("%s/objects/%s", h->folder, key);
    auto_free char *folder = mem_copy(path, (size_t)(strrchr(path, '/') - path));
    auto_close int fd = -1;

    if (!fs_make_folder(folder, h->err))
        return false;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_os(h->err, "making '%s'", path);
    return content_write(content, fd, path, size_r, h->err);
}

/* --- documents ------------------------------------------------------------------------------ */

struct leftover_document {
    struct str id, patient, type, slug, key, date, iso, stamp, metadata;
    int64_t patient_number; /* -1: not in the application */
    uint64_t size;
};

static void document_clear(struct leftover_document *d)
{
    struct str *texts[] = { &d->id,   &d->patient, &d->type,  &d->slug,    &d->key,
                            &d->date, &d->iso,     &d->stamp, &d->metadata };

    for (size_t i = 0; i < lengthof(texts); i++)
        str_clear(texts[i]);
}

static void document_key(const struct leftovers *h, uint64_t ordinal, struct leftover_document *d)
{
    uint64_t random = chance_of(h->clinic->seed ^ SALT_OBJECT, ordinal, 0);

    str_add_text(&d->key, "patients/filemaker-import/documents/");
    if (d->patient_number >= 0)
        str_add_span(&d->key, str_span(&d->patient));
    else
        str_add_text(&d->key, "unlinked");
    str_printf(&d->key, "/%s/%s.pdf/%08jx.pdf", str_text(&d->slug), str_text(&d->id),
               (uintmax_t)(random & UINT32_MAX));
}

static void document_metadata(const struct leftovers *h, uint64_t ordinal,
                              struct leftover_document *d)
{
    struct json_writer w = JSON_WRITER(&d->metadata);
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%ju", (uintmax_t)table_record_id(h->documents, ordinal));
    json_open_object(&w);
    json_member_text(&w, "recordId", digits);
    json_member_span(&w, "Type", str_span(&d->type));
    json_member_span(&w, "Date", str_span(&d->date));
    json_close_object(&w);
}

static void document_make(const struct leftovers *h, const struct leftover_mark *mark,
                          struct leftover_document *d)
{
    struct time_civil at = time_to_utc(mark->at * TIME_SECOND);
    uint64_t known = h->clinic->patients - h->clinic->late;

    *d = (struct leftover_document){ .id = STR_MAX(64),
                                     .patient = STR_MAX(64),
                                     .type = STR_MAX(VALUE_MAX),
                                     .slug = STR_MAX(VALUE_MAX),
                                     .key = STR_MAX(VALUE_MAX),
                                     .date = STR_MAX(64),
                                     .iso = STR_MAX(64),
                                     .stamp = STR_MAX(64),
                                     .metadata = STR_MAX(VALUE_MAX) };
    d->patient_number = h->clinic->ops->patient(h->clinic, mark->ordinal);
    if (d->patient_number >= (int64_t)known)
        d->patient_number = -1;
    else
        nexus_patient(h, (uint64_t)d->patient_number, &d->patient);
    field_text(h->documents, mark->ordinal, "id", &d->id);
    field_text(h->documents, mark->ordinal, "Type", &d->type);
    field_text(h->documents, mark->ordinal, "Date", &d->date);
    type_slug(str_span(&d->type), &d->slug);
    iso_date(str_span(&d->date), &d->iso);
    str_printf(&d->stamp, "%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month, at.day, at.hour,
               at.minute, at.second);
    document_key(h, mark->ordinal, d);
    document_metadata(h, mark->ordinal, d);
}

static bool document_insert_row(struct leftovers *h, uint64_t ordinal,
                                const struct leftover_document *d)
{
    auto_str own = STR_MAX(64), object = STR_MAX(64), filemaker = STR_MAX(64), name = STR_MAX(80);
    char text[CHANCE_UUID_SIZE];

    digits_only(
        span_of(chance_uuid(h->clinic->seed ^ SALT_NEXUS_DOCUMENT, (uint32_t)ordinal, text)), &own);
    digits_only(str_span(&d->patient), &object);
    digits_only(str_span(&d->id), &filemaker);
    str_printf(&name, "%s.pdf", str_text(&d->id));
    text_bind(h, 1, str_span(&own));
    text_bind(h, 2, str_span(&object));
    text_bind(h, 3, str_span(&name));
    text_bind(h, 4, str_span(&name));
    (void)sqlite3_bind_int64(h->insert, 5, (sqlite3_int64)d->size);
    text_bind(h, 6, str_span(&d->key));
    text_bind(h, 7, str_span(&d->slug));
    text_bind(h, 8, str_span(&d->stamp));
    text_bind(h, 9, str_span(&d->iso));
    text_bind(h, 10, str_span(&filemaker));
    text_bind(h, 11, str_span(&d->metadata));
    if (object.size)
        (void)sqlite3_bind_int(h->insert, 12, PATIENT_CONTENT_TYPE);
    else
        (void)sqlite3_bind_null(h->insert, 12);
    return insert_step(h);
}

static bool document_write(struct leftovers *h, const struct leftover_mark *mark)
{
    auto_content content = { 0 };
    struct leftover_document d;
    bool good;

    document_make(h, mark, &d);
    table_content(h->documents, mark->ordinal, DOC_FILE, 1, &content);
    good = object_write(h, &content, str_text(&d.key), &d.size)
           && document_insert_row(h, mark->ordinal, &d);
    document_clear(&d);
    return good;
}

/* --- all of it ------------------------------------------------------------------------------ */

static bool rows_write(struct leftovers *h, const struct leftover_mark *marks, size_t count)
{
    uint64_t known = h->clinic->patients - h->clinic->late;

    if (!leftovers_sql(h, nexus_tables) || !leftovers_sql(h, "begin")
        || !insert_prepare(h, patient_insert))
        return false;
    for (uint64_t i = 0; i < known; i++)
        if (!patient_write(h, i))
            return false;
    if (!insert_prepare(h, document_insert))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!document_write(h, &marks[i]))
            return false;
    return leftovers_sql(h, "commit");
}

bool leftovers_write(const char *folder, const struct solution *solution,
                     const struct clinic *clinic, const struct leftover_mark *marks, size_t count,
                     struct err *err)
{
    auto_free char *path = mem_printf("%s/nexus.db", folder);
    auto_free char *part = mem_printf("%s/nexus.db.part", folder);
    struct leftovers h = { .folder = folder, .clinic = clinic, .err = err };
    bool good;

    if (access(path, F_OK) == 0)
        return true;
    if (!fs_make_folder(folder, err))
        return false;
    (void)unlink(part);
    h.documents = solution_table(solution, "DOCS");
    h.contacts = solution_table(solution, "CONTACTS");
    good = sqlite3_open(part, &h.db) == SQLITE_OK || leftovers_error(&h, part);
    good = good && rows_write(&h, marks, count);
    (void)sqlite3_finalize(h.insert);
    (void)sqlite3_close(h.db);
    return good && (rename(part, path) == 0 || err_os(err, "renaming '%s'", part));
}
