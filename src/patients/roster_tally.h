/* Judges one patient of the roster: whether it can be a row, and what its date of birth says. */
#pragma once

#include "base/base.h"
#include "document/dates.h"
#include "patients/roster.h"

/* The number of patients of one kind, and the places of the first few. */
struct patients_tally {
    int64_t count;
    char places[128]; /* "line 3, line 17, ..." */
};

/* Dates of birth that no row got; their texts are kept in the rows' metadata. */
struct patients_dates {
    struct patients_tally either;      /* day first or month first         */
    struct patients_tally short_years; /* a year of fewer than four digits */
    struct patients_tally unreadable;  /* no date                          */
    struct patients_tally other_form;  /* not in the configured form       */

    /* The forms that the source's dates show, whatever the configuration says. */
    struct patients_tally day_first, month_first; /* dates that can be nothing else */
    bool is_contradictory; /* some dates cannot be in the configured form, or both forms occur */
    bool form_is_set;      /* the configuration has a form of dates */
};

/* Counts one more, and keeps the places of the first few. */
void roster_tally_count(struct patients_tally *tally, const struct roster *roster, uint64_t place);

/*
 * Whether a patient can be a row of the application.
 *   column_r   the setting of the field that is at fault
 * Returns NULL if it can; else the fault, in words that follow "it holds ", or "" if there is no
 * id.
 */
const char *roster_tally_fault(const struct roster_fields *fields,
                               const struct roster_patient *patient, const char **column_r);

/* Notes what a patient's date can mean, before the form of dates is known. */
void roster_tally_date_sense(const struct roster_patient *patient, const struct roster *roster,
                             struct patients_dates *dates);

/*
 * The form in which dates are read: the configured one, unless the source's dates contradict it.
 * Then only dates that can mean no other day are read.
 *   as_set   read as configured, whatever the source shows
 */
enum dates_form roster_tally_form(enum dates_form told, bool as_set, struct patients_dates *dates);

/* Reads the date of birth, "1980-02-29"; "" if there is none. Counts one that cannot be read. */
void roster_tally_dob(const struct roster_patient *patient, enum dates_form form,
                      const struct roster *roster, struct patients_dates *dates,
                      char day_r[DATE_TEXT_SIZE]);
