/*
 * Writes FHIR R4 (4.0.1) as NDJSON, the form of bulk data, which other systems can import. FHIR has
 * no empty texts, so unknown ones are left out. A file's bytes go into its Binary, as Base64, and
 * pass through in pieces. A document that is missing has a reference without a Binary.
 */
#include "export/inside.h"

#include "base/mem.h"
#include "export/fhir_kept.h"
#include "json/writer.h"

enum { PIECE = 3 * 32 * 1024 }; /* a multiple of three: Base64 of it needs no padding */

#define PATIENTS "Patient.ndjson"
#define REFERENCES "DocumentReference.ndjson"
#define MISSING "missing.ndjson"

static const struct export_kind kind_fhir = {
    .name = "fhir",
    .missing = MISSING,
    .written_new = (const char *const[]){ PATIENTS, REFERENCES, MISSING, NULL },
};

struct fhir {
    struct export *export;
    struct outlet *patients, *references, *binaries;
    struct str rest; /* bytes that wait for a whole piece */
    struct fhir_kept kept;
};

static void text_member_write(struct json_writer *w, const char *name, struct span text)
{
    if (text.size)
        json_member_span(w, name, text);
}

static void resource_begin(struct json_writer *w, const char *type, const char *id)
{
    json_open_object(w);
    json_member_text(w, "resourceType", type);
    json_member_text(w, "id", id);
}

static bool resource_end(struct json_writer *w, struct outlet *to, struct err *err)
{
    json_close_object(w);
    str_add_char(w->to, '\n');
    return str_fits(w->to, "a resource", err) && outlet_write(to, str_span(w->to), err);
}

static void identifier_write(struct json_writer *w, const char *system, const char *prefix,
                             struct span value)
{
    auto_str text = STR_MAX(KIB(4));

    if (!value.size)
        return;
    str_add_text(&text, prefix);
    str_add_span(&text, value);
    json_open_object(w);
    json_member_text(w, "system", system);
    json_member_span(w, "value", str_span(&text));
    json_close_object(w);
}

static bool is_day(struct span text)
{
    return text.size == 10 && text.at[4] == '-' && text.at[7] == '-';
}

/* --- patients ------------------------------------------------------------------------------- */

static void patient_name_add(struct json_writer *w, const struct export_patient *p)
{
    if (!p->first_name.size && !p->last_name.size)
        return;
    json_name(w, "name");
    json_open_array(w);
    json_open_object(w);
    text_member_write(w, "family", p->last_name);
    if (p->first_name.size) {
        json_name(w, "given");
        json_open_array(w);
        json_write_span(w, p->first_name);
        json_close_array(w);
    }
    json_close_object(w);
    json_close_array(w);
}

static bool patient_put(void *arg, const struct export_patient *p, struct err *err)
{
    struct fhir *fhir = arg;
    auto_str line = STR_MAX(KIB(64));
    struct json_writer w = JSON_WRITER(&line);

    resource_begin(&w, "Patient", p->id);
    if (p->filemaker_id.size || p->mrn.size) {
        json_name(&w, "identifier");
        json_open_array(&w);
        identifier_write(&w, "urn:fmferry:filemaker-id", "", p->filemaker_id);
        identifier_write(&w, "urn:fmferry:mrn", "", p->mrn);
        json_close_array(&w);
    }
    patient_name_add(&w, p);
    text_member_write(&w, "birthDate", is_day(p->dob) ? p->dob : SPAN_NONE);
    return resource_end(&w, fhir->patients, err);
}

/* --- references ----------------------------------------------------------------------------- */

/* "2026-11-23 08:15:02.5+00" as an instant: "2026-11-23T08:15:02.5+00:00". */
static void instant_add(struct json_writer *w, struct span stamp)
{
    auto_str text = STR_MAX(64);
    size_t zone = 19;

    if (stamp.size < 19)
        return;
    while (zone < stamp.size && stamp.at[zone] != '+' && stamp.at[zone] != '-'
           && stamp.at[zone] != 'Z')
        zone++;
    str_printf(&text, "%.10sT%.*s", stamp.at, (int)(zone - 11), stamp.at + 11);
    str_add_span(&text, zone < stamp.size ? span_from(stamp, zone) : span_of("Z"));
    if (stamp.size == zone + 3)
        str_add_text(&text, ":00");
    json_member_span(w, "date", str_span(&text));
}

static void text_concept(struct json_writer *w, struct span text)
{
    json_open_object(w);
    json_member_span(w, "text", text);
    json_close_object(w);
}

static void reference_add(struct json_writer *w, const char *name, const char *type, const char *id)
{
    auto_free char *reference = mem_printf("%s/%s", type, id);

    json_name(w, name);
    json_open_object(w);
    json_member_text(w, "reference", reference);
    json_close_object(w);
}

static void attachment_add(struct json_writer *w, const struct export_document *d, bool is_there)
{
    auto_free char *url = mem_printf("Binary/%s", d->id);
    char hex[SHA256_HEX_SIZE];

    json_open_object(w);
    json_name(w, "extension"); /* FHIR's own hash is SHA-1 */
    json_open_array(w);
    json_open_object(w);
    json_member_text(w, "url", "urn:fmferry:sha256");
    json_member_text(w, "valueString", sha256_hex(&d->sha256, hex));
    json_close_object(w);
    json_close_array(w);
    text_member_write(w, "contentType", d->mime_type);
    if (is_there)
        json_member_text(w, "url", url);
    if (d->size_bytes <= INT32_MAX)
        json_member_u64(w, "size", d->size_bytes);
    text_member_write(w, "title", d->file_name);
    text_member_write(w, "creation", is_day(d->date) ? d->date : SPAN_NONE);
    json_close_object(w);
}

static void content_add(struct json_writer *w, const struct export_document *d, bool is_there)
{
    json_name(w, "content");
    json_open_array(w);
    json_open_object(w);
    json_name(w, "attachment");
    attachment_add(w, d, is_there);
    json_close_object(w);
    json_close_array(w);
}

static void kind_add(struct json_writer *w, const struct export_document *d)
{
    if (d->type.size) {
        json_name(w, "type");
        text_concept(w, d->type);
    }
    if (d->category.size) {
        json_name(w, "category");
        json_open_array(w);
        text_concept(w, d->category);
        json_close_array(w);
    }
}

static bool reference_put(struct fhir *fhir, const struct export_document *d, bool is_there,
                          struct err *err)
{
    auto_str line = STR_MAX(KIB(256));
    struct json_writer w = JSON_WRITER(&line);

    resource_begin(&w, "DocumentReference", d->id);
    if (*d->filemaker_id) {
        json_name(&w, "identifier");
        json_open_array(&w);
        identifier_write(&w, "urn:ietf:rfc:3986", "urn:uuid:", span_of(d->filemaker_id));
        json_close_array(&w);
    }
    json_member_text(&w, "status", d->is_active ? "current" : "entered-in-error");
    kind_add(&w, d);
    if (*d->patient)
        reference_add(&w, "subject", "Patient", d->patient);
    instant_add(&w, d->uploaded_at);
    if (d->author.size) {
        json_name(&w, "author");
        json_open_array(&w);
        json_open_object(&w);
        json_member_span(&w, "display", d->author);
        json_close_object(&w);
        json_close_array(&w);
    }
    content_add(&w, d, is_there);
    return resource_end(&w, fhir->references, err);
}

/* --- bytes ---------------------------------------------------------------------------------- */

static bool base64_write(struct fhir *fhir, struct span bytes, struct err *err)
{
    auto_str text = STR_MAX(2 * PIECE);

    base64_add(&text, bytes.at, bytes.size);
    return outlet_write(fhir->binaries, str_span(&text), err);
}

static bool bytes_take(struct fhir *fhir, struct span bytes, struct err *err)
{
    while (bytes.size) {
        struct span part = span_first(bytes, PIECE - fhir->rest.size);

        str_add_span(&fhir->rest, part);
        bytes = span_from(bytes, part.size);
        if (fhir->rest.size < PIECE)
            continue;
        if (!base64_write(fhir, str_span(&fhir->rest), err))
            return false;
        str_reset(&fhir->rest);
    }
    return true;
}

/* A document's line in the making. */
struct binary {
    struct fhir *fhir;
    const struct export_document *document;
    uint64_t begins_at; /* in the file */
};

static bool binary_begin(void *arg, struct err *err)
{
    const struct binary *binary = arg;
    struct outlet *to = binary->fhir->binaries;
    auto_str head = STR_MAX(KIB(64));

    fhir_binary_head(&head, binary->document);
    str_reset(&binary->fhir->rest);
    return str_fits(&head, "a file's type", err) && outlet_rewind(to, binary->begins_at, err)
           && outlet_write(to, str_span(&head), err);
}

static bool binary_take(void *arg, struct span bytes, struct err *err)
{
    return bytes_take(((const struct binary *)arg)->fhir, bytes, err);
}

/* Writes the line, or none if the document is damaged. */
static bool binary_put(struct fhir *fhir, const struct export_document *d, bool *good_r,
                       struct err *err)
{
    struct binary binary = { fhir, d, outlet_size(fhir->binaries) };
    const struct export_sink sink = { binary_begin, binary_take, &binary };

    if (!export_bytes(fhir->export, d, &sink, good_r, err))
        return false;
    if (!*good_r)
        return outlet_rewind(fhir->binaries, binary.begins_at, err);
    return base64_write(fhir, str_span(&fhir->rest), err)
           && outlet_write(fhir->binaries, span_of(FHIR_BINARY_TAIL), err);
}

static bool document_put(void *arg, const struct export_document *d, struct err *err)
{
    struct fhir *fhir = arg;
    struct export_result *result = fhir->export->result;
    bool is_kept = fhir_kept_has(&fhir->kept, d), good = is_kept;

    if (!is_kept && !binary_put(fhir, d, &good, err))
        return false;
    result->documents += good;
    result->kept += is_kept;
    result->bytes += good ? d->size_bytes : 0;
    meter_add(fhir->export->settings->meter, 1, good ? d->size_bytes : 0);
    return reference_put(fhir, d, good, err);
}

/* --- the whole ------------------------------------------------------------------------------ */

static void fhir_clear(struct fhir *fhir)
{
    outlet_free(fhir->patients);
    outlet_free(fhir->references);
    outlet_free(fhir->binaries);
    str_clear(&fhir->rest);
    fhir_kept_clear(&fhir->kept);
}

static bool files_write(struct fhir *fhir, struct err *err)
{
    struct export *e = fhir->export;
    uint64_t bytes;

    return fhir_kept_read(e, &fhir->kept, err) && outlet_open(e, PATIENTS, &fhir->patients, err)
           && outlet_open(e, REFERENCES, &fhir->references, err)
           && outlet_open_at(e, FHIR_BINARIES, fhir->kept.bytes, &fhir->binaries, err)
           && export_each_patient(e, patient_put, fhir, err)
           && export_each_document(e, document_put, fhir, err)
           && outlet_end(fhir->patients, NULL, &bytes, err)
           && outlet_end(fhir->references, NULL, &bytes, err)
           && outlet_end(fhir->binaries, NULL, &bytes, err)
           && (!e->missing || outlet_end(e->missing, NULL, &bytes, err));
}

bool export_fhir(const struct export_settings *settings, const struct cancel *cancel,
                 struct export_result *result_r, struct err *err)
{
    auto_export e = { .settings = settings, .cancel = cancel, .result = result_r };
    __attribute__((cleanup(fhir_clear))) struct fhir fhir = { .export = &e,
                                                              .rest = STR_MAX(PIECE) };

    *result_r = (struct export_result){ 0 };
    return export_begin(&e, &kind_fhir, err) && files_write(&fhir, err) && export_end(&e, err);
}
