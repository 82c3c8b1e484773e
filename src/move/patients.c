/*
 * Patients in pages, each in one transaction. A patient whom the application knows already, by
 * FileMaker's id in its metadata, is left as it is.
 */
#include "move/patients.h"

#include "base/csv.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "filemaker/errors.h"
#include "move/stamp.h"
#include "registry/registry.h"

enum { PAGE_RECORDS = 500, CSV_MAX = 512 * 1024 * 1024, ID_MAX = 200 };

/* A patient as the source tells it. */
struct told {
    struct span id, first_name, last_name, dob;
};

struct import {
    const struct patients_settings *settings;
    struct registry *registry;
    struct patients_result *result;
    int64_t number;
    bool (*meet)(struct import *import, const struct registry_person *person, struct err *err);
};

/* The first time: who there is. */
static bool person_note(struct import *import, const struct registry_person *person,
                        struct err *err)
{
    return registry_person_told(import->registry, import->number, person, err);
}

/* Whether a matched patient's row is one that we made: such a one may be renewed. */
static bool is_ours(const struct registry_person *person, const char *patient)
{
    struct uuid ours = registry_patient_row(person->filemaker_id);
    char text[UUID_TEXT_SIZE];

    return strcmp(patient, uuid_text(&ours, text)) == 0;
}

/* The second time: who is missing. */
static bool person_write(struct import *import, const struct registry_person *person,
                         struct err *err)
{
    char patient[REGISTRY_PATIENT_SIZE];
    enum registry_match match;
    bool changed = false;

    if (!registry_match(import->registry, person->filemaker_id, &match, patient, err))
        return false;
    import->result->doubted += match == REGISTRY_REVIEW;
    if (match == REGISTRY_REVIEW)
        return true;
    if (match == REGISTRY_ONE_PATIENT && !is_ours(person, patient)) {
        import->result->kept++;
        return true;
    }
    if (!registry_put_patient(import->registry, person, &changed, err))
        return false;
    import->result->written += changed;
    return true;
}

static bool patient_take(struct import *import, struct told told, struct err *err)
{
    char day[DATE_TEXT_SIZE] = "";
    struct registry_person person = { .filemaker_id = span_trim(told.id),
                                      .first_name = span_trim(told.first_name),
                                      .last_name = span_trim(told.last_name),
                                      .dob = day };

    if (!date_read(told.dob, DATE_US, day))
        day[0] = '\0';
    import->result->read++;
    if (person.filemaker_id.size == 0 || person.filemaker_id.size > ID_MAX) {
        import->result->refused++;
        return true;
    }
    return import->meet(import, &person, err);
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

/*
 * A name that is not on the layout would be read as empty, for every patient. Looked at before
 * anything is made of ours.
 */
static bool source_fits(const struct patients_settings *s, const struct cancel *cancel,
                        struct err *err)
{
    const struct {
        const char *key, *field;
    } needs[] = { { "key_field", s->key },
                  { "first_name", s->first_name },
                  { "last_name", s->last_name },
                  { "dob", s->dob } };
    auto_filemaker *filemaker = NULL;
    auto_layout layout = { 0 };

    if (!filemaker_new(&s->filemaker, cancel, &filemaker, err))
        return false;
    if (!filemaker_layout(filemaker, s->layout, &layout, err)) {
        if (err->kind == ERR_REMOTE && err->reason == FILEMAKER_LAYOUT_MISSING)
            err->kind = ERR_USAGE;
        return err_ctx(err, "[patients] layout");
    }
    for (size_t i = 0; i < lengthof(needs); i++)
        if (*needs[i].field && !filemaker_field(&layout, needs[i].field))
            return err_set(err, ERR_USAGE, 0,
                           "layout '%s' has no field '%s' ([patients] %s): put it on the layout, "
                           "or name another one",
                           s->layout, needs[i].field, needs[i].key);
    return true;
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

/* --- the import ----------------------------------------------------------------------------- */

static bool patients_mapped(struct registry *registry, struct err *err)
{
    int64_t count;

    return registry_map_patients(registry, &count, err) && registry_commit(registry, err);
}

static bool read_all(struct import *import, const char *csv, const struct cancel *cancel,
                     struct err *err)
{
    return csv ? from_csv(import, csv, err) : from_filemaker(import, cancel, err);
}

/* A CSV may hold some of the patients only; the layout holds them all. */
static bool persons_hear(struct import *import, const char *csv, const struct cancel *cancel,
                         struct err *err)
{
    import->meet = person_note;
    return registry_persons_begin(import->registry, &import->number, err)
           && registry_commit(import->registry, err) && read_all(import, csv, cancel, err)
           && registry_persons_over(import->registry, import->number, csv == NULL, err)
           && patients_mapped(import->registry, err);
}

static bool persons_write(struct import *import, const char *csv, const struct cancel *cancel,
                          struct err *err)
{
    *import->result = (struct patients_result){ 0 };
    import->meet = person_write;
    return read_all(import, csv, cancel, err) && patients_mapped(import->registry, err);
}

bool patients_import(const struct patients_settings *settings, const char *csv,
                     const struct cancel *cancel, struct patients_result *result_r, struct err *err)
{
    struct patients_result result = { 0 };
    auto_registry *registry = NULL;
    struct import import = { .settings = settings, .result = &result };

    if (!csv && !source_fits(settings, cancel, err))
        return false;
    if (!registry_open(&settings->registry, NULL, cancel, &registry, err))
        return false;
    import.registry = registry;
    if (!persons_hear(&import, csv, cancel, err) || !persons_write(&import, csv, cancel, err))
        return false;
    *result_r = result;
    return true;
}

bool patients_review(const struct patients_settings *settings,
                     bool (*on_doubt)(void *arg, const struct registry_doubt *doubt,
                                      struct err *err),
                     void *arg, const struct cancel *cancel, struct err *err)
{
    auto_registry *registry = NULL;

    return registry_open(&settings->registry, NULL, cancel, &registry, err)
           && patients_mapped(registry, err) && registry_doubts(registry, on_doubt, arg, err);
}

bool patients_accept(const struct patients_settings *settings, const char *filemaker_id,
                     const char *who, const char *reason, const struct cancel *cancel,
                     struct err *err)
{
    auto_registry *registry = NULL;
    bool accepted = false;

    if (!registry_open(&settings->registry, NULL, cancel, &registry, err)
        || !patients_mapped(registry, err)
        || !registry_accept(registry, span_of(filemaker_id), who, reason, &accepted, err))
        return false;
    if (!accepted)
        return err_set(err, ERR_USAGE, 0,
                       "nobody with this id is in doubt, or the application has not exactly one: "
                       "see 'fmferry patients review'");
    return patients_mapped(registry, err);
}
