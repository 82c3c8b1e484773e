/* How each field of a patient follows from a number. */
#include "sim/data/clinic_patients.h"

#include "sim/base/chance.h"
#include "sim/data/names.h"

enum { FIRST_MRN = 40001 };

void clinic_patient_name(const struct clinic *clinic, uint64_t patient, struct str *first,
                         struct str *last)
{
    str_add_text(first, name_first(clinic_chance(clinic, patient, CHOICE_FIRST)));
    str_add_text(last, name_last(clinic_chance(clinic, patient, CHOICE_LAST)));
}

static void make_contact_id(const struct make_context *m, struct str *to)
{
    clinic_uuid_add(clinic_of(m), CLINIC_SALT_CONTACT, m->ordinal, to);
}

static bool find_contact_id(const struct make_context *m, struct span text, uint64_t *ordinal_r)
{
    uint32_t number;

    if (!chance_uuid_find(clinic_of(m)->seed ^ CLINIC_SALT_CONTACT, text, &number))
        return false;
    *ordinal_r = number;
    return true;
}

static void make_contact_first(const struct make_context *m, struct str *to)
{
    str_add_text(to, name_first(clinic_chance(clinic_of(m), m->ordinal, CHOICE_FIRST)));
}

static void make_contact_last(const struct make_context *m, struct str *to)
{
    str_add_text(to, name_last(clinic_chance(clinic_of(m), m->ordinal, CHOICE_LAST)));
}

void clinic_patient_dob(const struct clinic *clinic, uint64_t patient, struct str *to)
{
    uint64_t chance = clinic_chance(clinic, patient, CHOICE_DOB);

    clinic_moment_add((clinic_day(1928, 1, 1) + (int64_t)chance_below(chance, 88 * 365))
                          * CLINIC_DAY_SECONDS,
                      false, to);
}

static void make_contact_dob(const struct make_context *m, struct str *to)
{
    clinic_patient_dob(clinic_of(m), m->ordinal, to);
}

static void make_contact_mrn(const struct make_context *m, struct str *to)
{
    str_printf(to, "%ju", (uintmax_t)(FIRST_MRN + m->ordinal));
}

static void make_contact_address(const struct make_context *m, struct str *to)
{
    uint64_t chance = clinic_chance(clinic_of(m), m->ordinal, CHOICE_STREET);

    str_printf(to, "%ju %s\r%s", (uintmax_t)(1 + chance % 180), name_street(chance),
               name_suburb(~chance));
}

static int64_t contact_created(const struct make_context *m)
{
    const struct clinic *clinic = clinic_of(m);

    return clinic_moment(clinic->seed ^ CLINIC_SALT_CONTACT, m->ordinal, clinic->patients + 1,
                         clinic_day(2014, 7, 1), clinic_day(2024, 10, 31));
}

static void make_contact_created(const struct make_context *m, struct str *to)
{
    clinic_moment_add(contact_created(m), true, to);
}

const struct column clinic_contact_columns[CONTACT_COLUMNS] = {
    [CONTACT_ID] = { .name = "id",
                     .type = COLUMN_TEXT,
                     .auto_enter = AUTO_ID,
                     .unique = true,
                     .not_empty = true,
                     .make = make_contact_id,
                     .find = find_contact_id },
    [CONTACT_FIRST] = { .name = "FirstName", .type = COLUMN_TEXT, .make = make_contact_first },
    [CONTACT_LAST] = { .name = "LastName", .type = COLUMN_TEXT, .make = make_contact_last },
    [CONTACT_DOB] = { .name = "DOB", .type = COLUMN_DATE, .make = make_contact_dob },
    [CONTACT_MRN] = { .name = "MRN",
                      .type = COLUMN_TEXT,
                      .auto_enter = AUTO_ID,
                      .unique = true,
                      .make = make_contact_mrn },
    [CONTACT_ADDRESS] = { .name = "Address", .type = COLUMN_TEXT, .make = make_contact_address },
    [CONTACT_CREATED_AT] = { .name = "creationTimestamp",
                             .type = COLUMN_TIMESTAMP,
                             .auto_enter = AUTO_CREATED_AT,
                             .order = ORDER_ASCENDING,
                             .fixed = true,
                             .make = make_contact_created },
    [CONTACT_MODIFIED_AT] = { .name = "modificationTimestamp",
                              .type = COLUMN_TIMESTAMP,
                              .auto_enter = AUTO_MODIFIED_AT,
                              .fixed = true,
                              .make = make_contact_created },
};
