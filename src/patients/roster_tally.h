/* A patient as told, judged: whether it can be a row, and what its date of birth says. For
 * patients.c */
#pragma once

#include "base/base.h"
#include "patients/roster.h"

/* Counts one more, and keeps where the first few were. */
void roster_tally_count(struct patients_tally *tally, const struct roster *roster, uint64_t place);

/*
 * Whether a patient can be a row of the application.
 *   column_r   the setting of what cannot stand as it is
 * NULL: it can; else why not, a clause to stand behind "it holds ", or "" if there is no id.
 */
const char *roster_tally_fault(const struct roster_fields *fields,
                               const struct roster_patient *told, const char **column_r);

/* Takes note of what a date can mean, before it is known how dates stand. */
void roster_tally_date_sense(const struct roster_patient *told, const struct roster *roster,
                             struct patients_dates *dates);

/*
 * How dates are to be read: as was told, unless the source shows that it cannot be meant so; then
 * only those that can mean one day alone.
 */
enum dates_form roster_tally_form(enum dates_form told, bool as_set, struct patients_dates *dates);

/* The date of birth, "1980-02-29"; "" if there is none, which is counted. */
void roster_tally_dob(const struct roster_patient *told, enum dates_form form,
                      const struct roster *roster, struct patients_dates *dates,
                      char day_r[DATE_TEXT_SIZE]);
