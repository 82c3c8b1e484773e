/* Steps about patients: the layout that has them, and those that the application knows. */
#include "cmd/checks.h"

#include "base/mem.h"
#include "census/find_count.h"
#include "patients/patients.h"

#include <ctype.h>

/* --- in the application --------------------------------------------------------------------- */

bool check_patients(struct checks *c, struct preflight_result *tried, struct err *err)
{
    const struct sample *s = &c->sample;

    (void)err;
    if (!*c->engine->registry.patients_table) {
        str_add_text(&c->skipped,
                     "[registry] patients_table is empty: the application has no patients");
        return true;
    }
    if (c->patients == 0)
        str_add_text(&tried->notes,
                     "there are no patients in the application yet, so every document would be "
                     "moved unlinked, to no patient. Next, unless the application imports them "
                     "itself: fmferry patients import\n");
    else
        str_printf(
            &tried->ok_text,
            "%jd in the application; of the %jd patients of the documents looked at, it has %jd",
            (intmax_t)c->patients, (intmax_t)s->patients, (intmax_t)s->patients_known);
    if (c->patients > 0 && s->patients > 2 && s->patients_known == 0)
        str_printf(
            &tried->problems,
            "the application has none of the %jd patients of the documents looked at: is '%s' "
            "([source] patient_field) the patient's id, and is it in the application's patients?\n",
            (intmax_t)s->patients, c->engine->fields.patient);
    if (s->passed > 2 && s->without_patient == s->passed)
        str_printf(
            &tried->problems,
            "none of %jd records looked at names a patient in '%s' ([source] patient_field): every "
            "document would be moved to no patient; correct the name\n",
            (intmax_t)s->passed, c->engine->fields.patient);
    else if (s->without_patient > 0)
        str_printf(&tried->notes,
                   "%jd of %jd records looked at name no patient in '%s': they stay "
                   "unlinked\n",
                   (intmax_t)s->without_patient, (intmax_t)s->passed, c->engine->fields.patient);
    return true;
}

/* --- the layout of the patients ------------------------------------------------------------- */

/* Only letters, digits and hyphens: other characters mean something in finds. */
static bool id_is_plain(const char *id)
{
    for (; *id; id++)
        if (!isalnum((unsigned char)*id) && *id != '-')
            return false;
    return true;
}

/* Looks up some of the sample's patients in the layout of the patients, and counts those found. */
static bool patients_known_count(struct checks *c, const struct patients_settings *patients,
                                 int *asked_r, int *met_r, struct err *err)
{
    *asked_r = *met_r = 0;
    for (int i = 0; i < SAMPLE_IDS && i < c->sample.patients; i++) {
        auto_free char *criterion = mem_printf("==%s", c->sample.patient_ids[i]);
        uint64_t count = 0;
        bool refused = false;

        if (!*c->sample.patient_ids[i] || !id_is_plain(c->sample.patient_ids[i]))
            continue;
        if (!find_count_matching(c->reader, patients->layout, patients->key, criterion, &count,
                                 &refused, err))
            return false;
        *asked_r += !refused;
        *met_r += !refused && count > 0;
    }
    return true;
}

/* The layout is used if a setting names part of it, or the application has no patients. */
static bool roster_is_used(const struct checks *c)
{
    static const char *const names[] = { "layout",    "key_field", "first_name",
                                         "last_name", "dob",       "mrn" };

    for (size_t i = 0; i < lengthof(names); i++)
        if (conf_line(c->settings->conf, "patients", names[i]) > 0)
            return true;
    return c->patients == 0;
}

static void not_used_say(const struct checks *c, struct preflight_result *tried, const char *why)
{
    str_printf(&tried->notes,
               "'fmferry patients import' could not be used: %s. The application has %jd patients "
               "already, so it may not be needed\n",
               why, (intmax_t)c->patients);
}

static bool roster_count(struct checks *c, const struct patients_settings *patients,
                         struct preflight_result *tried, struct err *err)
{
    auto_page page = { 0 };
    int asked, met;

    if (!source_records(c->reader, patients->layout, 1, 1, &page, err)
        || !patients_known_count(c, patients, &asked, &met, err))
        return false;
    if (page.count == 0)
        str_printf(&tried->notes, "layout '%s' shows no patient to this account\n",
                   patients->layout);
    else if (page.found != UINT64_MAX)
        str_printf(&tried->ok_text, "%s: %ju patients", patients->layout, (uintmax_t)page.found);
    if (asked > 2 && met == 0)
        str_printf(&tried->problems,
                   "of %d patients of documents ('%s', [source] patient_field) layout '%s' has "
                   "none in '%s' ([patients] key_field): correct one of the two\n",
                   asked, c->engine->fields.patient, patients->layout, patients->key);
    else if (met < asked)
        str_printf(
            &tried->notes,
            "of %d patients of documents, layout '%s' does not have %d: their documents stay "
            "unlinked\n",
            asked, patients->layout, asked - met);
    return true;
}

bool check_roster(struct checks *c, struct preflight_result *tried, struct err *err)
{
    const struct patients_settings *patients = &c->settings->patients;

    if (!*patients->layout) {
        str_add_text(&c->skipped, "[patients] layout is empty: FileMaker's patients are not read");
        return true;
    }
    if (patients_check_layout(patients, c->cancel, err))
        return roster_count(c, patients, tried, err);
    if (roster_is_used(c) || err->kind == ERR_CANCELED)
        return false;
    not_used_say(c, tried, err->msg);
    return true;
}
