/* Writes BagIt 1.0 (RFC 8493). Keys hold no character that a manifest would have to escape. */
#include "export/inside.h"

#include "base/mem.h"
#include "base/time.h"
#include "json/writer.h"

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

/* Ends a file of the payload and puts it into the manifest. */
static bool payload_end(struct bag *bag, struct outlet *outlet, const char *path, struct err *err)
{
    struct sha256 sha256;
    uint64_t bytes;

    if (!outlet_end(outlet, &sha256, &bytes, err))
        return false;
    bag->bytes += bytes;
    bag->files++;
    return manifest_line_add(bag->manifest, &sha256, path, err);
}

/* --- payload -------------------------------------------------------------------------------- */

static bool bytes_take(void *arg, struct span bytes, struct err *err)
{
    return outlet_write(arg, bytes, err);
}

static bool object_copy(struct bag *bag, const struct export_document *d, const char *path,
                        struct err *err)
{
    auto_outlet *outlet = NULL;

    return outlet_open(bag->export, path, &outlet, err)
           && export_bytes(bag->export, d, bytes_take, outlet, err)
           && payload_end(bag, outlet, path, err);
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
    json_member_text(&w, "file", path);
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
    auto_free char *path = mem_printf("data/documents/%s", d->key);

    return object_copy(bag, d, path, err) && document_describe(bag, d, path, err);
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
    char now[TIME_TEXT_SIZE];

    (void)time_rfc3339(time_now_us(), now);
    str_printf(to, "Bagging-Date: %.10s\nPayload-Oxum: %ju.%ju\nBag-Software-Agent: %s\n", now,
               (uintmax_t)bag->bytes, (uintmax_t)bag->files, bag->export->settings->program);
    str_printf(to,
               "External-Description: documents of %s; documents.ndjson says what each file is\n",
               bag->export->settings->source_name);
}

static bool tags_write(struct bag *bag, struct err *err)
{
    auto_outlet *tags = NULL;
    auto_str info = STR_MAX(KIB(64));
    struct sha256 manifest;
    uint64_t bytes;

    info_add(bag, &info);
    return outlet_end(bag->manifest, &manifest, &bytes, err)
           && outlet_open(bag->export, "tagmanifest-sha256.txt", &tags, err)
           && manifest_line_add(tags, &manifest, "manifest-sha256.txt", err)
           && tag_write(bag, tags, "bag-info.txt", str_span(&info), err)
           && tag_write(bag, tags, "bagit.txt",
                        span_of("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"), err)
           && outlet_end(tags, NULL, &bytes, err);
}

/* --- the bag -------------------------------------------------------------------------------- */

static bool payload_write(struct bag *bag, struct err *err)
{
    static const char documents[] = "data/documents.ndjson", patients[] = "data/patients.ndjson";

    return outlet_open(bag->export, documents, &bag->documents, err)
           && export_each_document(bag->export, document_put, bag, err)
           && payload_end(bag, bag->documents, documents, err)
           && outlet_open(bag->export, patients, &bag->patients, err)
           && export_each_patient(bag->export, patient_put, bag, err)
           && payload_end(bag, bag->patients, patients, err);
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
    return export_begin(&e, err) && outlet_open(&e, "manifest-sha256.txt", &bag.manifest, err)
           && payload_write(&bag, err) && tags_write(&bag, err) && export_end(&e, err);
}
