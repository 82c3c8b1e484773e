/*
 * Patients in pages, each in one transaction. A patient whom the application knows already, by
 * FileMaker's id in its metadata, is left as it is.
 */
#include "move/patients.h"

#include "base/csv.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "move/stamp.h"
#include "registry/registry.h"
#include "json/writer.h"

enum { PAGE_RECORDS = 500, CSV_MAX = 512 * 1024 * 1024 };

/* Patients' rows are made in this namespace. */
static const struct uuid patient_space = { { 0x2f, 0x9d, 0x0b, 0x6e, 0x51, 0x7c, 0x4f, 0x7d, 0x8a,
                                             0x1e, 0x66, 0x6d, 0x66, 0x65, 0x72, 0x72 } };

struct import {
    const struct patients_settings *settings;
    struct registry *registry;
    struct patients_result *result;
};

/* A patient as the source tells it. */
struct told {
    struct span id, first_name, last_name, dob;
};

struct uuid patients_row_id(struct span filemaker_id)
{
    auto_str lower = STR_MAX(KIB(4));

    utf8_add_lower(&lower, span_trim(filemaker_id));
    return uuid_v5(&patient_space, str_span(&lower));
}

static void metadata_write(struct str *to, struct span id)
{
    struct json_writer w = JSON_WRITER(to);

    json_open_object(&w);
    json_member_span(&w, "filemaker_id", id);
    json_close_object(&w);
}

static bool row_write(struct import *import, const struct told *told, struct err *err)
{
    struct uuid id = patients_row_id(told->id);
    auto_free char *first = span_text(told->first_name);
    auto_free char *last = span_text(told->last_name);
    auto_str metadata = STR_MAX(KIB(8));
    char mrn[UUID_TEXT_SIZE], day[DATE_TEXT_SIZE];
    bool changed = false;
    struct registry_patient patient = {
        .id = id, .mrn = uuid_text(&id, mrn), .first_name = first, .last_name = last
    };

    metadata_write(&metadata, told->id);
    patient.metadata = str_text(&metadata);
    if (date_read(told->dob, DATE_US, day))
        patient.dob = day;
    if (!registry_put_patient(import->registry, &patient, &changed, err))
        return false;
    import->result->written += changed;
    return true;
}

static bool patient_take(struct import *import, struct told told, struct err *err)
{
    char known[UUID_TEXT_SIZE], ours[UUID_TEXT_SIZE];
    enum registry_match match;
    struct uuid id;

    told.id = span_trim(told.id);
    import->result->read++;
    if (told.id.size == 0 || told.id.size > 200) {
        import->result->refused++;
        return true;
    }
    if (!registry_match(import->registry, told.id, &match, known, err))
        return false;
    id = patients_row_id(told.id);
    if (match == REGISTRY_NO_PATIENT
        || (match == REGISTRY_ONE_PATIENT && strcmp(known, uuid_text(&id, ours)) == 0))
        return row_write(import, &told, err);
    import->result->kept++;
    return true;
}

/* --- from FileMaker ------------------------------------------------------------------------- */

static bool page_take(struct import *import, const struct filemaker_page *page, size_t first,
                      struct err *err)
{
    const struct patients_settings *s = import->settings;

    for (size_t i = first; i < page->count; i++) {
        const struct filemaker_record *record = &page->records[i];
        struct told told = { filemaker_text(record, s->key), filemaker_text(record, s->first_name),
                             filemaker_text(record, s->last_name), filemaker_text(record, s->dob) };

        if (!patient_take(import, told, err))
            return false;
    }
    return registry_commit(import->registry, err);
}

static bool from_filemaker(struct import *import, const struct cancel *cancel, struct err *err)
{
    const struct patients_settings *s = import->settings;
    auto_filemaker *filemaker = NULL;
    uint64_t offset = 1, last_id = 0;

    if (!filemaker_new(&s->filemaker, cancel, &filemaker, err))
        return false;
    for (;;) {
        auto_page page = { 0 };
        size_t first = last_id ? 1 : 0;

        if (!filemaker_records(filemaker, s->layout, offset, PAGE_RECORDS, &page, err))
            return false;
        if (page.count == 0 && offset == 1)
            return true;
        if (page.count == 0 || (last_id && page.records[0].record_id != last_id))
            return err_set(err, ERR_DATA, 0,
                           "patients were added or deleted while they were read: import again");
        if (!page_take(import, &page, first, err))
            return false;
        if (page.count < PAGE_RECORDS)
            return true;
        last_id = page.records[page.count - 1].record_id;
        offset += page.count - 1;
    }
}

/* --- from CSV ------------------------------------------------------------------------------- */

static bool column_find(const struct csv *csv, const char *name, bool needed, size_t *column_r,
                        struct err *err)
{
    for (*column_r = 0; *column_r < csv_count(csv); ++*column_r)
        if (span_is_nocase(span_trim(csv_cell(csv, *column_r)), name))
            return true;
    return !needed
           || err_set(err, ERR_USAGE, 0,
                      "the CSV has no column '%s' (see [patients] in the configuration)", name);
}

static bool csv_lines(struct import *import, struct csv *csv, struct err *err)
{
    const struct patients_settings *s = import->settings;
    size_t id, first, last, dob;
    enum step step = csv_next(csv, err);

    if (step == STEP_END)
        return err_set(err, ERR_USAGE, 0, "the CSV is empty");
    if (step == STEP_ERROR || !column_find(csv, s->key, true, &id, err)
        || !column_find(csv, s->first_name, false, &first, err)
        || !column_find(csv, s->last_name, false, &last, err)
        || !column_find(csv, s->dob, false, &dob, err))
        return false;
    while ((step = csv_next(csv, err)) == STEP_ROW) {
        struct told told = { csv_cell(csv, id), csv_cell(csv, first), csv_cell(csv, last),
                             csv_cell(csv, dob) };

        if (csv_count(csv) == 1 && csv_cell(csv, 0).size == 0)
            continue; /* an empty line */
        if (!patient_take(import, told, err))
            return false;
    }
    return step == STEP_END && registry_commit(import->registry, err);
}

static bool from_csv(struct import *import, const char *path, struct err *err)
{
    auto_str text = STR_MAX(CSV_MAX);
    auto_csv *csv = NULL;

    if (!fs_read(path, &text, err))
        return false;
    csv = csv_new(str_span(&text));
    return csv_lines(import, csv, err) || err_ctx(err, "'%s'", path);
}

static bool patients_mapped(struct import *import, struct err *err)
{
    int64_t count;

    return registry_map_patients(import->registry, &count, err)
           && registry_commit(import->registry, err);
}

bool patients_import(const struct patients_settings *settings, const char *csv,
                     const struct cancel *cancel, struct patients_result *result_r, struct err *err)
{
    struct patients_result result = { 0 };
    auto_registry *registry = NULL;
    struct import import = { .settings = settings, .result = &result };
    bool good;

    if (!registry_open(&settings->registry, NULL, cancel, &registry, err))
        return false;
    import.registry = registry;
    if (!patients_mapped(&import, err))
        return false;
    good = (csv ? from_csv(&import, csv, err) : from_filemaker(&import, cancel, err))
           && patients_mapped(&import, err);
    if (good)
        *result_r = result;
    return good;
}
