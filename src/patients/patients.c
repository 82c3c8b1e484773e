/*
 * Three readings of one roster: scan, collect, write. A patient whom the application knows already,
 * by FileMaker's id in its metadata, is left as it is.
 */
#include "patients/patients.h"

#include "base/mem.h"

struct patient_import {
    const struct patients_settings *settings;
    const struct patients_request *request;
    struct roster *roster;
    struct roster_fields fields;
    struct registry *registry; /* NULL: nothing is written */
    struct patients_result *result;
    enum dates_form dob_form;   /* of dates of birth                */
    enum dates_form texts_form; /* of dates in other text fields    */
    const char *mrn_column;     /* the application's column that must have a number of its own for
                                 * each patient, or NULL */
    int64_t number;
    bool (*visit)(struct patient_import *import, const struct registry_person *person,
                  struct err *err);
    void (*on_row)(void *arg, const struct patients_row *row);
    void *row_arg;
};

/* --- one patient ---------------------------------------------------------------------------- */

/* A field that one of the application's columns asks for. */
struct field_request {
    const struct patient_import *import;
    const struct roster_patient *patient;
};

static enum dates_form import_date_form(const struct patient_import *import)
{
    return import->request->csv ? import->settings->csv_dates : import->settings->text_dates;
}

static struct registry_field requested_field(const void *arg, size_t index)
{
    const struct field_request *asking = arg;
    size_t at = ROSTER_MORE + index;
    struct registry_field field = { .text = asking->patient->texts[at],
                                    .is_number = asking->patient->is_number[at] };

    field.is_moment =
        asking->import->fields.fields[at].is_moment
            ? dates_stamp_read(span_trim(field.text), &field.moment)
            : dates_moment_read(field.text, asking->import->texts_form, &field.moment);
    return field;
}

/* Reports a fault. A bad line refuses the file; a bad record of a layout is left out, counted. */
static bool fault_say(struct patient_import *import, const struct roster_patient *patient,
                      const char *fault, const char *column, struct err *err)
{
    char place[ROSTER_PLACE_SIZE];

    if (!import->request->csv || !*fault) {
        roster_tally_count(&import->result->refused, import->roster, patient->place);
        return true;
    }
    return err_set(err, ERR_USAGE, 0, "%s: what stands for %s holds %s",
                   roster_place(import->roster, patient->place, place), column, fault);
}

static bool patient_visit(void *arg, const struct roster_patient *patient, struct err *err)
{
    struct patient_import *import = arg;
    struct field_request asking = { import, patient };
    char day[DATE_TEXT_SIZE], place[ROSTER_PLACE_SIZE];
    struct registry_person person = { .filemaker_id = patient->texts[ROSTER_ID],
                                      .first_name = patient->texts[ROSTER_FIRST],
                                      .last_name = patient->texts[ROSTER_LAST],
                                      .mrn = patient->texts[ROSTER_MRN],
                                      .dob = day,
                                      .field = requested_field,
                                      .field_arg = &asking };
    const char *column, *fault = roster_tally_fault(&import->fields, patient, &column);

    import->result->read++;
    meter_add(import->settings->meter, 1, 0);
    if (fault)
        return fault_say(import, patient, fault, column, err);
    roster_tally_dob(patient, import->dob_form, import->roster, &import->result->dates, day);
    if (!*day)
        person.dob_text = patient->texts[ROSTER_DOB];
    return import->visit(import, &person, err)
           || err_ctx(err, "%s", roster_place(import->roster, patient->place, place));
}

/* The first reading: learns what the dates can mean, and whether the whole source can be read. */
static bool patient_scan(void *arg, const struct roster_patient *patient, struct err *err)
{
    struct patient_import *import = arg;
    const char *column, *fault = roster_tally_fault(&import->fields, patient, &column);

    import->result->read++;
    meter_add(import->settings->meter, 1, 0);
    roster_tally_date_sense(patient, import->roster, &import->result->dates);
    return !fault || fault_say(import, patient, fault, column, err);
}

/* The second reading: collects the patients. */
static bool person_note(struct patient_import *import, const struct registry_person *person,
                        struct err *err)
{
    if (import->mrn_column && person->mrn.size == 0)
        return err_set(err, ERR_USAGE, 0,
                       "there is no record number, and the application's column '%s' must have one "
                       "of its own for every patient",
                       import->mrn_column);
    return registry_person_collect(import->registry, import->number, person, err);
}

/* Whether a matched patient's row is one that we made: we may renew it. */
static bool row_is_ours(const struct registry_person *person, const char *row)
{
    struct uuid ours = registry_patient_row(person->filemaker_id);
    char text[UUID_TEXT_SIZE];

    return strcmp(row, uuid_text(&ours, text)) == 0;
}

/* The third reading: writes the missing patients. */
static bool person_write(struct patient_import *import, const struct registry_person *person,
                         struct err *err)
{
    char row[REGISTRY_PATIENT_SIZE];
    enum registry_match match;
    bool changed = false, was_ours = true;

    if (!registry_match(import->registry, person->filemaker_id, &match, row, err))
        return false;
    import->result->in_doubt += match == REGISTRY_REVIEW;
    if (match == REGISTRY_REVIEW)
        return true;
    if (match == REGISTRY_ONE_PATIENT && !row_is_ours(person, row)) {
        import->result->kept++;
        return true;
    }
    if ((match == REGISTRY_ONE_PATIENT
         && !registry_is_as_imported(import->registry, person->filemaker_id, &was_ours, err))
        || !registry_put_patient(import->registry, person, &changed, err)
        || (changed
            && !registry_note_import(import->registry, import->number, person->filemaker_id,
                                     match == REGISTRY_NO_PATIENT, was_ours, err)))
        return false;
    import->result->written += changed;
    import->result->made += changed && match == REGISTRY_NO_PATIENT;
    return true;
}

static bool person_show(struct patient_import *import, const struct registry_person *person,
                        struct err *err)
{
    struct patients_row row = { person->filemaker_id, person->first_name, person->last_name,
                                person->mrn, person->dob };

    (void)err;
    import->on_row(import->row_arg, &row);
    return true;
}

/* --- the source ----------------------------------------------------------------------------- */

static void field_add(struct roster_fields *fields, const char *name, const char *setting)
{
    fields->fields[fields->count++] = (struct roster_field){ .name = name, .setting = setting };
}

/* `more`: the fields that the application's columns ask for; they outlive the import. */
static void fields_name(struct patient_import *import, char *const *more, size_t count)
{
    const struct patients_settings *s = import->settings;

    field_add(&import->fields, s->key, "[patients] key_field");
    field_add(&import->fields, s->first_name, "[patients] first_name");
    field_add(&import->fields, s->last_name, "[patients] last_name");
    field_add(&import->fields, s->dob, "[patients] dob");
    field_add(&import->fields, s->mrn, "[patients] mrn");
    for (size_t i = 0; i < count; i++)
        field_add(&import->fields, more[i], "[patient_columns] {field:...}");
}

/* Commits a layout page by page, a CSV as a whole at its end. */
static bool page_finish(void *arg, struct err *err)
{
    struct patient_import *import = arg;

    return !import->registry || import->request->csv || registry_commit(import->registry, err);
}

static bool roster_visit_all(struct patient_import *import,
                             bool (*on_patient)(void *arg, const struct roster_patient *patient,
                                                struct err *err),
                             struct err *err)
{
    struct roster_listener listener = { on_patient, page_finish, import };
    struct patients_dates *dates = &import->result->dates;

    import->result->read = 0;
    import->result->refused = (struct patients_tally){ 0 };
    dates->either = dates->short_years = dates->unreadable = dates->other_form =
        (struct patients_tally){ 0 };
    return roster_each(import->roster, &listener, err);
}

static void measure_begin(const struct patient_import *import, const char *doing, int64_t total)
{
    meter_begin(import->settings->meter, doing, "patients", total);
}

/* FileMaker's own date fields have one form and need no setting. */
static bool source_scan(struct patient_import *import, struct err *err)
{
    struct patients_dates *dates = &import->result->dates;

    measure_begin(import, "reading the patients", METER_UNKNOWN);
    if (!roster_visit_all(import, patient_scan, err))
        return false;
    if (import->fields.fields[ROSTER_DOB].is_moment) {
        import->dob_form = DATE_US;
        import->texts_form = import_date_form(import);
        return true;
    }
    import->dob_form = import->texts_form =
        roster_tally_form(import_date_form(import), import->request->dates_as_set, dates);
    return true;
}

/* --- the import ----------------------------------------------------------------------------- */

static bool registry_prepare(struct patient_import *import, const struct cancel *cancel,
                             struct registry **registry_r, struct err *err)
{
    if (!registry_open(import->settings->registry, NULL, cancel, registry_r, err))
        return false;
    import->registry = *registry_r;
    import->mrn_column = registry_needs_mrn(*registry_r);
    if (!import->mrn_column || *import->settings->mrn)
        return true;
    return err_set(err, ERR_USAGE, 0,
                   "the application's column '%s' must have a value of its own for every patient, "
                   "and FileMaker's record number is not named: set mrn in [patients], or say in "
                   "[patient_columns] what else is to stand there",
                   import->mrn_column);
}

static bool patients_map(struct registry *registry, struct err *err)
{
    int64_t count;

    return registry_map_patients(registry, &count, err) && registry_commit(registry, err);
}

/* Collects the patients. A layout holds all of them; a CSV may hold only some. */
static bool persons_collect(struct patient_import *import, struct err *err)
{
    bool is_whole = !import->request->csv;
    int64_t mapped;

    measure_begin(import, "looking for twins and namesakes", import->result->read);
    import->visit = person_note;
    return registry_persons_begin(import->registry, &import->number, err)
           && page_finish(import, err) && roster_visit_all(import, patient_visit, err)
           && registry_persons_finish(import->registry, import->number, is_whole, err)
           && registry_map_patients(import->registry, &mapped, err) && page_finish(import, err);
}

static bool persons_write(struct patient_import *import, struct err *err)
{
    measure_begin(import, "writing the patients", import->result->read);
    import->visit = person_write;
    return roster_visit_all(import, patient_visit, err) && patients_map(import->registry, err);
}

static bool import_from_roster(struct patient_import *import, const struct cancel *cancel,
                               struct err *err)
{
    auto_registry *registry = NULL;
    bool good = source_scan(import, err);

    if (import->on_row) {
        import->visit = person_show;
        return good && roster_visit_all(import, patient_visit, err);
    }
    good = good && registry_prepare(import, cancel, &registry, err) && persons_collect(import, err)
           && persons_write(import, err);
    import->result->number = import->number;
    import->registry = NULL;
    return good;
}

static bool import_open(struct patient_import *import, const struct cancel *cancel, bool only_look,
                        struct err *err)
{
    char *more[REGISTRY_FIELDS_MAX];
    size_t count = registry_patient_fields(import->settings->registry, more);
    auto_roster *roster = NULL;
    bool good;

    fields_name(import, more, count);
    good =
        roster_open(import->settings, &import->fields, import->request->csv, cancel, &roster, err);
    import->roster = roster;
    good = good && (only_look || import_from_roster(import, cancel, err));
    for (size_t i = 0; i < count; i++)
        free(more[i]);
    return good;
}

static bool import_all(struct patient_import *import, const struct cancel *cancel, struct err *err)
{
    return import_open(import, cancel, false, err);
}

bool patients_check_layout(const struct patients_settings *settings, const struct cancel *cancel,
                           struct err *err)
{
    struct patients_result ignored = { 0 };
    struct patient_import import = { .settings = settings,
                                     .request = &(struct patients_request){ 0 },
                                     .result = &ignored };

    return import_open(&import, cancel, true, err);
}

bool patients_import(const struct patients_settings *settings,
                     const struct patients_request *request, const struct cancel *cancel,
                     struct patients_result *result_r, struct err *err)
{
    struct patients_result result = { 0 };
    struct patient_import import = { .settings = settings, .request = request, .result = &result };

    if (!import_all(&import, cancel, err))
        return false;
    *result_r = result;
    return true;
}

bool patients_dry_run(const struct patients_settings *settings,
                      const struct patients_request *request,
                      void (*on_row)(void *arg, const struct patients_row *row), void *arg,
                      const struct cancel *cancel, struct patients_result *result_r,
                      struct err *err)
{
    struct patients_result result = { 0 };
    struct patient_import import = { .settings = settings,
                                     .request = request,
                                     .result = &result,
                                     .on_row = on_row,
                                     .row_arg = arg };

    if (!import_all(&import, cancel, err))
        return false;
    *result_r = result;
    return true;
}

/* --- undo ----------------------------------------------------------------------------------- */

bool patients_undo(const struct patients_settings *settings, int64_t import, bool dry,
                   const struct cancel *cancel, struct registry_undo *undo_r, struct err *err)
{
    auto_registry *registry = NULL;
    struct registry_undo undo;

    if (!registry_open(settings->registry, NULL, cancel, &registry, err)
        || !registry_undo_import(registry, import, dry, &undo, err) || !patients_map(registry, err))
        return false;
    if (undo.import == 0)
        return err_set(err, ERR_USAGE, 0,
                       import ? "import %jd made no rows that are left"
                              : "no import has made rows that are left",
                       (intmax_t)import);
    *undo_r = undo;
    return true;
}

/* --- doubts --------------------------------------------------------------------------------- */

bool patients_review(const struct patients_settings *settings,
                     bool (*on_doubt)(void *arg, const struct registry_doubt *doubt,
                                      struct err *err),
                     void *arg, const struct cancel *cancel, struct err *err)
{
    auto_registry *registry = NULL;

    return registry_open(settings->registry, NULL, cancel, &registry, err)
           && patients_map(registry, err) && registry_doubts(registry, on_doubt, arg, err);
}

bool patients_accept(const struct patients_settings *settings, const char *filemaker_id,
                     const char *who, const char *reason, const struct cancel *cancel,
                     struct err *err)
{
    auto_registry *registry = NULL;
    bool accepted = false;

    if (!registry_open(settings->registry, NULL, cancel, &registry, err)
        || !patients_map(registry, err)
        || !registry_accept(registry, span_of(filemaker_id), who, reason, &accepted, err))
        return false;
    if (!accepted)
        return err_set(err, ERR_USAGE, 0,
                       "nobody with this id is in doubt, or the application has not exactly one: "
                       "see 'fmferry patients review'");
    return patients_map(registry, err);
}
