/* Pure functions: nothing is looked up. */
#include "patients/roster_tally.h"

enum { ID_MAX = 200, PLACES_SHOWN = 3 };

void roster_tally_count(struct patients_tally *tally, const struct roster *roster, uint64_t place)
{
    size_t used = strlen(tally->places), room = sizeof tally->places - used;
    char text[ROSTER_PLACE_SIZE];

    if (++tally->count > PLACES_SHOWN + 1)
        return;
    (void)snprintf(tally->places + used, room, "%s%s", used ? ", " : "",
                   tally->count > PLACES_SHOWN ? "..." : roster_place(roster, place, text));
}

/* "1.23E+11": a spreadsheet has rounded a long number, and its digits are lost. */
static bool is_shortened(struct span text)
{
    size_t mark = span_find(text, "E+");
    bool digits = mark > 0 && mark + 2 < text.size;

    for (size_t i = 0; i < text.size && digits; i++)
        digits = i == mark || i == mark + 1 || (text.at[i] >= '0' && text.at[i] <= '9')
                 || (i < mark && (text.at[i] == '.' || text.at[i] == ','));
    return digits;
}

static const char *id_fault(struct span id)
{
    if (is_shortened(id))
        return "a number that a spreadsheet has shortened (1.23E+11): export the column as text";
    return text_id_fault(id);
}

const char *roster_tally_fault(const struct roster_fields *fields,
                               const struct roster_patient *patient, const char **column_r)
{
    const char *const faults[] = {
        [ROSTER_ID] = id_fault(patient->texts[ROSTER_ID]),
        [ROSTER_FIRST] = text_name_fault(patient->texts[ROSTER_FIRST]),
        [ROSTER_LAST] = text_name_fault(patient->texts[ROSTER_LAST]),
        [ROSTER_DOB] = NULL,
        [ROSTER_MRN] = id_fault(patient->texts[ROSTER_MRN]),
    };

    *column_r = fields->fields[ROSTER_ID].setting;
    if (patient->texts[ROSTER_ID].size == 0)
        return "";
    if (patient->texts[ROSTER_ID].size > ID_MAX)
        return "more than 200 bytes";
    for (size_t i = 0; i < lengthof(faults); i++) {
        *column_r = fields->fields[i].setting;
        if (faults[i])
            return faults[i];
    }
    return NULL;
}

void roster_tally_date_sense(const struct roster_patient *patient, const struct roster *roster,
                             struct patients_dates *dates)
{
    switch (dates_sense(patient->texts[ROSTER_DOB])) {
    case DATE_IS_DAY_FIRST:
        roster_tally_count(&dates->day_first, roster, patient->place);
        return;
    case DATE_IS_MONTH_FIRST:
        roster_tally_count(&dates->month_first, roster, patient->place);
        return;
    case DATE_IS_NONE:
    case DATE_IS_SHORT:
    case DATE_IS_YEAR_FIRST:
    case DATE_IS_PLAIN:
    case DATE_IS_EITHER:
        return;
    }
    abort();
}

enum dates_form roster_tally_form(enum dates_form told, bool as_set, struct patients_dates *dates)
{
    bool shows_day = dates->day_first.count > 0, shows_month = dates->month_first.count > 0;

    dates->form_is_set = told != DATE_ASK;
    dates->is_contradictory = (told == DATE_US && shows_day)
                              || (told == DATE_DAY_FIRST && shows_month)
                              || (told == DATE_ASK && shows_day && shows_month);
    return dates->is_contradictory && !as_set ? DATE_ASK : told;
}

void roster_tally_dob(const struct roster_patient *patient, enum dates_form form,
                      const struct roster *roster, struct patients_dates *dates,
                      char day_r[DATE_TEXT_SIZE])
{
    struct span text = patient->texts[ROSTER_DOB];
    struct patients_tally *tally = &dates->unreadable;

    day_r[0] = '\0';
    if (text.size == 0 || dates_day_read(text, form, day_r))
        return;
    switch (dates_sense(text)) {
    case DATE_IS_NONE:
        break;
    case DATE_IS_SHORT:
        tally = &dates->short_years;
        break;
    case DATE_IS_EITHER:
        tally = form == DATE_ASK ? &dates->either : &dates->other_form;
        break;
    case DATE_IS_YEAR_FIRST:
    case DATE_IS_PLAIN:
    case DATE_IS_MONTH_FIRST:
    case DATE_IS_DAY_FIRST:
        tally = &dates->other_form;
        break;
    }
    roster_tally_count(tally, roster, patient->place);
}
