/*
 * Writes BagIt 1.0 (RFC 8493). Keys hold no character that a manifest would have to escape. The tag
 * files come last and only if nothing is missing but what was accepted: until then nobody can take
 * the folder for a bag.
 */
#include "export/inside.h"

#include "base/mem.h"
#include "base/time.h"
#include "json/writer.h"

#define DOCUMENTS_FOLDER "data/documents"
#define DOCUMENTS "data/documents.ndjson"
#define PATIENTS "data/patients.ndjson"
#define MISSING "data/missing.ndjson"
#define MANIFEST "manifest-sha256.txt"
#define TAG_MANIFEST "tagmanifest-sha256.txt"

static const struct export_kind kind_bagit = {
    .name = "bagit",
    .missing = MISSING,
    .payload = DOCUMENTS_FOLDER,
    .written_new = (const char *const[]){ "bagit.txt", "bag-info.txt", TAG_MANIFEST, MANIFEST,
                                          DOCUMENTS, PATIENTS, MISSING, NULL },
};

struct bag {
    struct export *export;
    struct outlet *manifest, *documents, *patients;
    uint64_t bytes, files; /* of the payload */
};

static bool manifest_line_add(struct outlet *manifest, const struct sha256 *sha256,
                              const char *path, struct err *err)
{
    auto_str line = STR_MAX(KIB(8));
    char hex[SHA256_HEX_SIZE];

    str_printf(&line, "%s  %s\n", sha256_hex(sha256, hex), path);
    return str_fits(&line, "a line of a manifest", err)
           && outlet_write(manifest, str_span(&line), err);
}

/* Puts a file of the payload into the manifest. */
static bool payload_add(struct bag *bag, const struct sha256 *sha256, uint64_t bytes,
                        const char *path, struct err *err)
{
    bag->bytes += bytes;
    bag->files++;
    return manifest_line_add(bag->manifest, sha256, path, err);
}

static bool payload_end(struct bag *bag, struct outlet *outlet, const char *path, struct err *err)
{
    struct sha256 sha256;
    uint64_t bytes;

    return outlet_end(outlet, &sha256, &bytes, err) && payload_add(bag, &sha256, bytes, path, err);
}

/* --- payload -------------------------------------------------------------------------------- */

static bool bytes_begin(void *arg, struct err *err)
{
    return outlet_rewind(arg, 0, err);
}

static bool bytes_take(void *arg, struct span bytes, struct err *err)
{
    return outlet_write(arg, bytes, err);
}

/* Fetches a document's file; if the document is damaged, no file is left. */
static bool object_fetch(struct bag *bag, const struct export_document *d, const char *path,
                         bool *good_r, struct err *err)
{
    auto_outlet *outlet = NULL;

    if (!outlet_open(bag->export, path, &outlet, err)
        || !export_bytes(bag->export, d, &(struct export_sink){ bytes_begin, bytes_take, outlet },
                         good_r, err))
        return false;
    return *good_r ? payload_end(bag, outlet, path, err)
                   : export_file_remove(bag->export, path, err);
}

/* Whether another row has put a file under this key: each has one of its own. */
static bool key_is_taken(struct bag *bag, const struct export_document *d, const char *path,
                         bool *taken_r, struct err *err)
{
    *taken_r = export_is_there(bag->export, path);
    return !*taken_r
           || missing_add(bag->export,
                          &(struct export_damage){ .id = d->id,
                                                   .filemaker_id = d->filemaker_id,
                                                   .key = d->key,
                                                   .why = "another row has the same key" },
                          err);
}

static bool object_put(struct bag *bag, const struct export_document *d, const char *path,
                       bool *good_r, struct err *err)
{
    bool is_taken, is_kept;

    *good_r = false;
    if (!key_is_taken(bag, d, path, &is_taken, err))
        return false;
    if (is_taken)
        return true;
    if (!kept_take(bag->export, d, path, &is_kept, err))
        return false;
    if (!is_kept)
        return object_fetch(bag, d, path, good_r, err);
    *good_r = true;
    bag->export->result->kept++;
    return payload_add(bag, &d->sha256, d->size_bytes, path, err);
}

static void member_write(struct json_writer *w, const char *name, struct span text)
{
    json_name(w, name);
    if (text.size)
        json_write_span(w, text);
    else
        json_write_null(w);
}

static bool line_write(struct outlet *to, struct str *line, struct err *err)
{
    str_add_char(line, '\n');
    return str_fits(line, "a line of the export", err) && outlet_write(to, str_span(line), err);
}

/* Writes the application's row, with FileMaker's record inside. */
static bool document_describe(struct bag *bag, const struct export_document *d, const char *path,
                              struct err *err)
{
    auto_str line = STR_MAX(EXPORT_ROW_MAX);
    struct json_writer w = JSON_WRITER(&line);

    json_open_object(&w);
    json_member_text(&w, "file", path); /* null: it is missing */
    json_member_text(&w, "id", d->id);
    member_write(&w, "filemaker_id", span_of(d->filemaker_id));
    member_write(&w, "patient", span_of(d->patient));
    member_write(&w, "type", d->type);
    member_write(&w, "category", d->category);
    member_write(&w, "file_name", d->file_name);
    member_write(&w, "mime_type", d->mime_type);
    member_write(&w, "document_date", d->date);
    member_write(&w, "uploaded_by", d->author);
    member_write(&w, "uploaded_at", d->uploaded_at);
    json_member_flag(&w, "is_active", d->is_active);
    json_name(&w, "metadata");
    json_write_raw(&w, d->metadata);
    json_close_object(&w);
    return line_write(bag->documents, &line, err);
}

static bool document_put(void *arg, const struct export_document *d, struct err *err)
{
    struct bag *bag = arg;
    struct export_result *result = bag->export->result;
    auto_free char *path = mem_printf(DOCUMENTS_FOLDER "/%s", d->key);
    bool good;

    if (!object_put(bag, d, path, &good, err))
        return false;
    result->documents += good;
    result->bytes += good ? d->size_bytes : 0;
    meter_add(bag->export->settings->meter, 1, good ? d->size_bytes : 0);
    return document_describe(bag, d, good ? path : NULL, err);
}

static bool patient_put(void *arg, const struct export_patient *p, struct err *err)
{
    struct bag *bag = arg;
    auto_str line = STR_MAX(KIB(64));
    struct json_writer w = JSON_WRITER(&line);

    json_open_object(&w);
    json_member_text(&w, "id", p->id);
    member_write(&w, "filemaker_id", p->filemaker_id);
    member_write(&w, "mrn", p->mrn);
    member_write(&w, "first_name", p->first_name);
    member_write(&w, "last_name", p->last_name);
    member_write(&w, "dob", p->dob);
    json_close_object(&w);
    return line_write(bag->patients, &line, err);
}

/* --- tag files ------------------------------------------------------------------------------ */

static bool tag_write(struct bag *bag, struct outlet *tags, const char *path, struct span text,
                      struct err *err)
{
    auto_outlet *outlet = NULL;
    struct sha256 sha256;
    uint64_t bytes;

    return outlet_open(bag->export, path, &outlet, err) && outlet_write(outlet, text, err)
           && outlet_end(outlet, &sha256, &bytes, err)
           && manifest_line_add(tags, &sha256, path, err);
}

static void info_add(const struct bag *bag, struct str *to)
{
    const struct export_settings *settings = bag->export->settings;
    const struct export_result *result = bag->export->result;
    char now[TIME_TEXT_SIZE];

    (void)time_rfc3339(time_now_us(), now);
    str_printf(to, "Bagging-Date: %.10s\nPayload-Oxum: %ju.%ju\nBag-Software-Agent: %s\n", now,
               (uintmax_t)bag->bytes, (uintmax_t)bag->files, settings->program);
    str_printf(to,
               "External-Description: documents of %s; documents.ndjson says what each file is%s\n",
               settings->source_name,
               result->missing ? "; INCOMPLETE: missing.ndjson names what is missing" : "");
    if (result->missing)
        str_printf(to, "Missing-Documents: %ju\nMissing-Accepted-By: %s\n",
                   (uintmax_t)result->missing, settings->accepted_by);
}

static bool tags_write(struct bag *bag, struct err *err)
{
    auto_outlet *tags = NULL;
    auto_str info = STR_MAX(KIB(64));
    auto_free char *origin = export_origin_text(bag->export);
    struct sha256 manifest, made_from = sha256_of(span_of(origin));
    uint64_t bytes;

    info_add(bag, &info);
    return outlet_end(bag->manifest, &manifest, &bytes, err)
           && outlet_open(bag->export, TAG_MANIFEST, &tags, err)
           && manifest_line_add(tags, &manifest, MANIFEST, err)
           && manifest_line_add(tags, &made_from, EXPORT_ORIGIN, err)
           && tag_write(bag, tags, "bag-info.txt", str_span(&info), err)
           && tag_write(bag, tags, "bagit.txt",
                        span_of("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"), err)
           && outlet_end(tags, NULL, &bytes, err);
}

/* --- the bag -------------------------------------------------------------------------------- */

static bool payload_write(struct bag *bag, struct err *err)
{
    struct export *e = bag->export;

    return outlet_open(e, DOCUMENTS, &bag->documents, err)
           && export_each_document(e, document_put, bag, err)
           && payload_end(bag, bag->documents, DOCUMENTS, err)
           && outlet_open(e, PATIENTS, &bag->patients, err)
           && export_each_patient(e, patient_put, bag, err)
           && payload_end(bag, bag->patients, PATIENTS, err)
           && (!e->missing || payload_end(bag, e->missing, MISSING, err));
}

static void bag_clear(struct bag *bag)
{
    outlet_free(bag->manifest);
    outlet_free(bag->documents);
    outlet_free(bag->patients);
}

bool export_bagit(const struct export_settings *settings, const struct cancel *cancel,
                  struct export_result *result_r, struct err *err)
{
    auto_export e = { .settings = settings, .cancel = cancel, .result = result_r };
    __attribute__((cleanup(bag_clear))) struct bag bag = { .export = &e };

    *result_r = (struct export_result){ 0 };
    return export_begin(&e, &kind_bagit, err) && outlet_open(&e, MANIFEST, &bag.manifest, err)
           && payload_write(&bag, err)
           && (missing_is_open(&e) || (kept_remove(&e, err) && tags_write(&bag, err)))
           && export_end(&e, err);
}
