/* The fields of the clinic's patients. */
#pragma once

#include "sim/data/clinic.h"

enum clinic_contact_column {
    CONTACT_ID,
    CONTACT_FIRST,
    CONTACT_LAST,
    CONTACT_DOB,
    CONTACT_MRN,
    CONTACT_ADDRESS,
    CONTACT_CREATED_AT,
    CONTACT_MODIFIED_AT,
    CONTACT_COLUMNS,
};

extern const struct column clinic_contact_columns[CONTACT_COLUMNS];

/* Appends the name, or the date of birth, of the n-th patient. */
void clinic_patient_name(const struct clinic *clinic, uint64_t patient, struct str *first,
                         struct str *last);
void clinic_patient_dob(const struct clinic *clinic, uint64_t patient, struct str *to);
