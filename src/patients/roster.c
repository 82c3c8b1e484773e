/* Reads a layout in pages; a CSV file is read in roster_csv.c. */
#include "patients/roster.h"

#include "base/mem.h"
#include "census/walk_confirm.h"
#include "filemaker/errors.h"
#include "patients/roster_csv.h"
#include "preflight/layout_check.h"

struct roster {
    const struct patients_settings *settings;
    struct roster_fields *fields;
    const struct cancel *cancel;
    struct roster_csv *csv; /* NULL: FileMaker's layout */
};

/*
 * Checks that the layout has each field that is named: one that it lacks would be read as empty for
 * every patient. This comes before anything of ours is made.
 */
static bool layout_fits(const struct roster *roster, struct err *err)
{
    const struct patients_settings *s = roster->settings;
    auto_source_reader *reader = NULL;
    auto_layout layout = { 0 };
    struct layout_need needs[ROSTER_FIELDS_MAX];
    auto_str problems = STR_MAX(KIB(64));
    struct span rest, first;

    if (!source_new(s->filemaker, s->file, roster->cancel, &reader, err))
        return false;
    if (!source_layout(reader, s->layout, &layout, err)) {
        if (err->kind == ERR_REMOTE && err->reason == FILEMAKER_LAYOUT_MISSING)
            err->kind = ERR_USAGE;
        return err_ctx(err, "[patients] layout");
    }
    for (size_t i = 0; i < roster->fields->count; i++) {
        struct roster_field *field = &roster->fields->fields[i];
        const struct filemaker_field *shown = filemaker_field(&layout, field->name);

        field->is_moment = shown && filemaker_is_moment(shown);
        needs[i] = (struct layout_need){ field->setting, field->name, NULL };
    }
    layout_check_fields(&layout, s->layout, needs, roster->fields->count, &problems);
    rest = str_span(&problems);
    first = span_cut(&rest, '\n');
    return first.size == 0 || err_set(err, ERR_USAGE, 0, SPAN_FORMAT, SPAN_ARGS(first));
}

static bool key_is_named(const struct patients_settings *settings, struct err *err)
{
    return *settings->key
           || err_set(err, ERR_USAGE, 0,
                      "[patients] key_field is empty: patients are known by FileMaker's id");
}

static bool roster_layout_is_named(const struct patients_settings *settings, struct err *err)
{
    return *settings->layout
           || err_set(err, ERR_USAGE, 0,
                      "[patients] layout is empty: name the layout that shows the patients, or "
                      "give them as a CSV");
}

bool roster_open(const struct patients_settings *settings, struct roster_fields *fields,
                 const char *csv, const struct cancel *cancel, struct roster **roster_r,
                 struct err *err)
{
    auto_roster *roster = mem_new(struct roster);

    roster->settings = settings;
    roster->fields = fields;
    roster->cancel = cancel;
    if (!key_is_named(settings, err)
        || !(csv ? roster_csv_open(csv, settings->encoding, fields, &roster->csv, err)
                 : roster_layout_is_named(settings, err) && layout_fits(roster, err)))
        return false;
    *roster_r = take(roster);
    return true;
}

static void roster_free(struct roster *roster)
{
    if (!roster)
        return;
    roster_csv_free(roster->csv);
    free(roster);
}

void auto_roster_cleanup(struct roster **roster)
{
    roster_free(*roster);
}

const char *roster_place(const struct roster *roster, uint64_t place, char text[ROSTER_PLACE_SIZE])
{
    (void)snprintf(text, ROSTER_PLACE_SIZE, roster->csv ? "line %ju" : "record %ju",
                   (uintmax_t)place);
    return text;
}

static bool record_visit(const struct roster_fields *fields, const struct filemaker_record *record,
                         const struct roster_listener *listener, struct err *err)
{
    struct roster_patient patient = { .place = record->record_id };

    for (size_t i = 0; i < fields->count; i++) {
        const char *name = fields->fields[i].name;
        const struct json_value *value = *name ? filemaker_value(record, name) : NULL;

        if (!value)
            continue;
        patient.texts[i] = value->kind == JSON_NULL ? SPAN_NONE : value->text;
        patient.is_number[i] = value->kind == JSON_NUMBER;
        if (i < ROSTER_MORE)
            patient.texts[i] = text_trim(patient.texts[i]);
    }
    return listener->on_patient(listener->arg, &patient, err);
}

/* A reading of the layout. */
struct roster_walk {
    const struct roster *roster;
    const struct roster_listener *listener;
};

static bool roster_on_found(void *arg, const struct filemaker_record *records, size_t count,
                            struct err *err)
{
    struct roster_walk *r = arg;

    for (size_t i = 0; i < count; i++)
        if (!record_visit(r->roster->fields, &records[i], r->listener, err))
            return false;
    return r->listener->on_page(r->listener->arg, err);
}

/* Reads the layout. A patient who is deleted meanwhile counts: an import removes nobody. */
static bool layout_each(const struct roster *roster, const struct roster_listener *listener,
                        struct err *err)
{
    const struct patients_settings *s = roster->settings;
    struct roster_walk reading = { roster, listener };
    struct walk_listener hears = { .found = roster_on_found, .arg = &reading, .tells_once = true };
    auto_source_reader *reader = NULL;
    char why[WALK_WHY_SIZE];
    uint64_t count;

    if (!source_new(s->filemaker, s->file, roster->cancel, &reader, err)
        || !walk_each_once(reader, s->layout, roster->cancel, &hears, &count, why, err))
        return false;
    return !*why
           || err_set(err, ERR_DATA, 0, "not all patients could be read, import again: %s", why);
}

bool roster_each(struct roster *roster, const struct roster_listener *listener, struct err *err)
{
    return roster->csv ? roster_csv_each(roster->csv, listener, err)
                       : layout_each(roster, listener, err);
}
