/* Values that follow from the seed and a number: moments, ids, patients, creators. */
#include "sim/data/clinic.h"

#include "sim/base/chance.h"

/* Names as the clinic spells them; the weights are how often each occurs in a thousand. */
const char *const clinic_types[CLINIC_TYPES] = {
    "Referral",
    "File Notes",
    "ERF",
    "Invoice",
    "Purchase Order",
    "Quote",
    "EFTPOS Receipt",
    "Letter",
    "Report",
    "DVA Script",
    "Cards",
    "Remittance Advice",
    "Patient Self Declaration",
    "EnableNSW Application",
    "NDIS Report",
    "DVA Footwear Script",
    "DVA Footwear + CMO Script",
    "Notice of Assessment",
    "Consent Form",
    "X-Ray Report",
    "Medicare Claim",
    "Care Plan",
    "Orthotic Prescription",
    "Delivery Docket",
    "Insurance Claim",
    "Discharge Summary",
    "Progress Notes",
};
const unsigned clinic_type_weights[CLINIC_TYPES] = { 290, 95, 80, 75, 60, 55, 50, 45, 40,
                                                     35,  30, 22, 20, 18, 15, 12, 8,  8,
                                                     8,   7,  6,  5,  5,  4,  3,  2,  2 };

uint64_t clinic_chance(const struct clinic *clinic, uint64_t ordinal, unsigned what)
{
    return chance_of(clinic->seed, ordinal, what);
}

int64_t clinic_some_patient(const struct clinic *clinic, uint64_t ordinal)
{
    double unit = chance_unit(clinic_chance(clinic, ordinal, CHOICE_PATIENT));

    /* Some patients come often, most now and then. */
    return (int64_t)(unit * (0.4 + 0.6 * unit) * (double)clinic->patients);
}

const char *clinic_some_creator(const struct clinic *clinic, uint64_t ordinal)
{
    static const char *const staff[] = { "reception", "m.okafor", "s.lindqvist", "t.nakagawa",
                                         "scanner" };

    return staff[chance_below(clinic_chance(clinic, ordinal, CHOICE_CREATOR), lengthof(staff))];
}

int64_t clinic_day(int year, int month, int day)
{
    struct time_civil civil = { .year = year, .month = month, .day = day };

    return time_from_utc(civil) / TIME_SECOND / CLINIC_DAY_SECONDS;
}

int64_t clinic_moment(uint64_t seed, uint64_t n, uint64_t count, int64_t first_day,
                      int64_t last_day)
{
    enum { OPENS = 8 * 3600, OPEN_FOR = 10 * 3600 };
    uint64_t span = (uint64_t)(last_day - first_day + 1) * OPEN_FOR;
    uint64_t step = span / count ? span / count : 1;
    uint64_t at = (uint64_t)((double)n * (double)span / (double)count)
                  + chance_below(chance_of(seed, n, 8), step);

    if (at >= span)
        at = span - 1;
    return (first_day + (int64_t)(at / OPEN_FOR)) * CLINIC_DAY_SECONDS + OPENS
           + (int64_t)(at % OPEN_FOR);
}

const struct clinic *clinic_of(const struct make_context *m)
{
    return table_plan(m->table)->data;
}

void clinic_uuid_add(const struct clinic *clinic, unsigned salt, uint64_t number, struct str *to)
{
    char text[CHANCE_UUID_SIZE];

    str_add_text(to, chance_uuid(clinic->seed ^ salt, (uint32_t)number, text));
}

void clinic_moment_add(int64_t seconds, bool with_clock, struct str *to)
{
    struct time_civil civil = time_to_utc(seconds * TIME_SECOND);

    if (with_clock)
        value_timestamp_text(civil, to);
    else
        value_date_text(civil, to);
}
