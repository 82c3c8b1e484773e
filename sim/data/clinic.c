/* The clinic's tables and layouts, and how each field follows from a record's number. */
#include "sim/data/clinic.h"

#include "sim/base/chance.h"
#include "sim/data/names.h"

#include "base/mem.h"

/* Names as the clinic spells them; the weights are how often each occurs in a thousand. */
const char *const clinic_types[] = {
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
const unsigned clinic_type_weights[] = { 290, 95, 80, 75, 60, 55, 50, 45, 40, 35, 30, 22, 20, 18,
                                         15,  12, 8,  8,  8,  7,  6,  5,  5,  4,  3,  2,  2 };
const size_t clinic_type_count = lengthof(clinic_types);

/* What is decided by chance about a document; each has its own. */
enum clinic_choice {
    WHAT_PATIENT = 100,
    WHAT_DATE,
    WHAT_ORDER,
    WHAT_IMPORTED,
    WHAT_CREATOR,
    WHAT_MODIFIED,
    WHAT_MODIFIER,
    WHAT_STRANGER,
    WHAT_FIRST,
    WHAT_LAST,
    WHAT_DOB,
    WHAT_STREET,
};

enum { SALT_DOCUMENT = 1, SALT_CONTACT = 2, SALT_ORDER = 3, SALT_STRANGER = 4 };
enum { DAY_SECONDS = 86400, FIRST_NUM = 10001, FIRST_MRN = 40001 };

uint64_t clinic_chance(const struct clinic *clinic, uint64_t ordinal, unsigned what)
{
    return chance_of(clinic->seed, ordinal, what);
}

int64_t clinic_some_patient(const struct clinic *clinic, uint64_t ordinal)
{
    double unit = chance_unit(clinic_chance(clinic, ordinal, WHAT_PATIENT));

    /* Some patients come often, most now and then. */
    return (int64_t)(unit * (0.4 + 0.6 * unit) * (double)clinic->patients);
}

const char *clinic_some_creator(const struct clinic *clinic, uint64_t ordinal)
{
    static const char *const staff[] = { "reception", "m.okafor", "s.lindqvist", "t.nakagawa",
                                         "scanner" };

    return staff[chance_below(clinic_chance(clinic, ordinal, WHAT_CREATOR), lengthof(staff))];
}

void clinic_patient_name(const struct clinic *clinic, uint64_t patient, struct str *first,
                         struct str *last)
{
    str_add_text(first, name_first(clinic_chance(clinic, patient, WHAT_FIRST)));
    str_add_text(last, name_last(clinic_chance(clinic, patient, WHAT_LAST)));
}

int64_t clinic_day(int year, int month, int day)
{
    struct time_civil civil = { .year = year, .month = month, .day = day };

    return time_from_utc(civil) / TIME_SECOND / DAY_SECONDS;
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
    return (first_day + (int64_t)(at / OPEN_FOR)) * DAY_SECONDS + OPENS + (int64_t)(at % OPEN_FOR);
}

/* --- making document fields ----------------------------------------------------------------- */

static const struct clinic *clinic_of(const struct make_context *m)
{
    return table_plan(m->table)->data;
}

static void uuid_add(const struct clinic *clinic, unsigned salt, uint64_t number, struct str *to)
{
    char text[CHANCE_UUID_SIZE];

    str_add_text(to, chance_uuid(clinic->seed ^ salt, (uint32_t)number, text));
}

static void moment_add(int64_t seconds, bool with_clock, struct str *to)
{
    struct time_civil civil = time_to_utc(seconds * TIME_SECOND);

    if (with_clock)
        value_timestamp_text(civil, to);
    else
        value_date_text(civil, to);
}

static void make_doc_id(const struct make_context *m, struct str *to)
{
    uuid_add(clinic_of(m), SALT_DOCUMENT, m->ordinal, to);
}

static bool find_doc_id(const struct make_context *m, struct span text, uint64_t *ordinal_r)
{
    uint32_t number;

    if (!chance_uuid_find(clinic_of(m)->seed ^ SALT_DOCUMENT, text, &number))
        return false;
    *ordinal_r = number;
    return true;
}

static void make_doc_contact(const struct make_context *m, struct str *to)
{
    const struct clinic *clinic = clinic_of(m);
    int64_t patient = clinic->ops->patient(clinic, m->ordinal);

    if (patient >= 0)
        uuid_add(clinic, SALT_CONTACT, (uint64_t)patient, to);
    else
        uuid_add(clinic, SALT_STRANGER, m->ordinal, to);
}

static void make_doc_type(const struct make_context *m, struct str *to)
{
    str_add_text(to, clinic_of(m)->ops->type(clinic_of(m), m->ordinal));
}

void clinic_document_date(const struct clinic *clinic, uint64_t ordinal, struct str *to)
{
    const char *given = clinic->ops->date ? clinic->ops->date(clinic, ordinal) : NULL;
    int64_t back = (int64_t)chance_below(clinic_chance(clinic, ordinal, WHAT_DATE), 21);

    if (given)
        str_add_text(to, given);
    else
        moment_add(clinic->ops->created(clinic, ordinal) - back * DAY_SECONDS, false, to);
}

static void make_doc_date(const struct make_context *m, struct str *to)
{
    clinic_document_date(clinic_of(m), m->ordinal, to);
}

static void make_doc_order(const struct make_context *m, struct str *to)
{
    uint64_t chance = clinic_chance(clinic_of(m), m->ordinal, WHAT_ORDER);

    if (chance_below(chance, 10) < 3)
        uuid_add(clinic_of(m), SALT_ORDER, chance_below(~chance, 5000), to);
}

static void make_doc_imported(const struct make_context *m, struct str *to)
{
    if (chance_below(clinic_chance(clinic_of(m), m->ordinal, WHAT_IMPORTED), 4) == 0)
        str_add_char(to, '1');
}

static void make_doc_num(const struct make_context *m, struct str *to)
{
    str_printf(to, "%ju", (uintmax_t)(FIRST_NUM + m->ordinal));
}

static void make_doc_creator(const struct make_context *m, struct str *to)
{
    str_add_text(to, clinic_of(m)->ops->creator(clinic_of(m), m->ordinal));
}

static void make_doc_created(const struct make_context *m, struct str *to)
{
    moment_add(clinic_of(m)->ops->created(clinic_of(m), m->ordinal), true, to);
}

static void make_doc_modifier(const struct make_context *m, struct str *to)
{
    uint64_t other = clinic_chance(clinic_of(m), m->ordinal, WHAT_MODIFIER);

    if (table_mod_id(m->table, m->ordinal) == 0)
        make_doc_creator(m, to);
    else
        str_add_text(to, clinic_some_creator(clinic_of(m), other >> 32));
}

static void make_doc_modified(const struct make_context *m, struct str *to)
{
    const struct clinic *clinic = clinic_of(m);
    uint64_t chance = clinic_chance(clinic, m->ordinal, WHAT_MODIFIED);
    int64_t later = (int64_t)chance_below(chance, 30 * DAY_SECONDS);

    if (table_mod_id(m->table, m->ordinal) == 0)
        later = 0;
    moment_add(clinic->ops->created(clinic, m->ordinal) + later, true, to);
}

static void make_doc_file_name(const struct make_context *m, struct str *to)
{
    str_add_text(to, clinic_of(m)->ops->file_name(clinic_of(m), m->ordinal));
}

static void fill_doc(const struct make_context *m, struct content *content_r)
{
    clinic_of(m)->ops->content(clinic_of(m), m->ordinal, content_r);
}

/* --- making patient fields ------------------------------------------------------------------ */

static void make_contact_id(const struct make_context *m, struct str *to)
{
    uuid_add(clinic_of(m), SALT_CONTACT, m->ordinal, to);
}

static bool find_contact_id(const struct make_context *m, struct span text, uint64_t *ordinal_r)
{
    uint32_t number;

    if (!chance_uuid_find(clinic_of(m)->seed ^ SALT_CONTACT, text, &number))
        return false;
    *ordinal_r = number;
    return true;
}

static void make_contact_first(const struct make_context *m, struct str *to)
{
    str_add_text(to, name_first(clinic_chance(clinic_of(m), m->ordinal, WHAT_FIRST)));
}

static void make_contact_last(const struct make_context *m, struct str *to)
{
    str_add_text(to, name_last(clinic_chance(clinic_of(m), m->ordinal, WHAT_LAST)));
}

void clinic_patient_dob(const struct clinic *clinic, uint64_t patient, struct str *to)
{
    uint64_t chance = clinic_chance(clinic, patient, WHAT_DOB);

    moment_add((clinic_day(1928, 1, 1) + (int64_t)chance_below(chance, 88 * 365)) * DAY_SECONDS,
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
    uint64_t chance = clinic_chance(clinic_of(m), m->ordinal, WHAT_STREET);

    str_printf(to, "%ju %s\r%s", (uintmax_t)(1 + chance % 180), name_street(chance),
               name_suburb(~chance));
}

static int64_t contact_created(const struct make_context *m)
{
    const struct clinic *clinic = clinic_of(m);

    return clinic_moment(clinic->seed ^ SALT_CONTACT, m->ordinal, clinic->patients + 1,
                         clinic_day(2014, 7, 1), clinic_day(2024, 10, 31));
}

static void make_contact_created(const struct make_context *m, struct str *to)
{
    moment_add(contact_created(m), true, to);
}

/* --- columns, layouts ----------------------------------------------------------------------- */

static const struct column document_columns[DOC_COLUMNS] = {
    [DOC_ID] = { .name = "id",
                 .type = COLUMN_TEXT,
                 .auto_enter = AUTO_ID,
                 .unique = true,
                 .not_empty = true,
                 .make = make_doc_id,
                 .find = find_doc_id },
    [DOC_CONTACT] = { .name = "id_Contact", .type = COLUMN_TEXT, .make = make_doc_contact },
    [DOC_TYPE] = { .name = "Type", .type = COLUMN_TEXT, .make = make_doc_type },
    [DOC_DATE] = { .name = "Date", .type = COLUMN_DATE, .make = make_doc_date },
    [DOC_ORDER] = { .name = "id_Order", .type = COLUMN_TEXT, .make = make_doc_order },
    [DOC_IMPORTED] = { .name = "imported", .type = COLUMN_NUMBER, .make = make_doc_imported },
    [DOC_NUM] = { .name = "num",
                  .type = COLUMN_NUMBER,
                  .auto_enter = AUTO_ID,
                  .order = ORDER_ASCENDING,
                  .unique = true,
                  .make = make_doc_num },
    [DOC_CREATED_BY] = { .name = "creationAccountName",
                         .type = COLUMN_TEXT,
                         .auto_enter = AUTO_CREATED_BY,
                         .fixed = true,
                         .make = make_doc_creator },
    [DOC_CREATED_AT] = { .name = "creationTimestamp",
                         .type = COLUMN_TIMESTAMP,
                         .auto_enter = AUTO_CREATED_AT,
                         .order = ORDER_ASCENDING,
                         .fixed = true,
                         .make = make_doc_created },
    [DOC_MODIFIED_BY] = { .name = "modificationAccountName",
                          .type = COLUMN_TEXT,
                          .auto_enter = AUTO_MODIFIED_BY,
                          .fixed = true,
                          .make = make_doc_modifier },
    [DOC_MODIFIED_AT] = { .name = "modificationTimestamp",
                          .type = COLUMN_TIMESTAMP,
                          .auto_enter = AUTO_MODIFIED_AT,
                          .fixed = true,
                          .make = make_doc_modified },
    [DOC_FILE] = { .name = "Doc", .type = COLUMN_CONTAINER, .fill = fill_doc },
    [DOC_MARK] = { .name = "NexusExportDate", .type = COLUMN_TIMESTAMP },
    [DOC_FILE_NAME] = { .name = "FileName", .type = COLUMN_TEXT, .make = make_doc_file_name },
};

static const struct shown document_shown[DOC_COLUMNS] = {
    { .name = "id", .column = DOC_ID },
    { .name = "id_Contact", .column = DOC_CONTACT },
    { .name = "Type", .column = DOC_TYPE, .display = "popupMenu", .value_list = "DocTypes" },
    { .name = "Date", .column = DOC_DATE, .display = "calendar" },
    { .name = "id_Order", .column = DOC_ORDER },
    { .name = "imported", .column = DOC_IMPORTED },
    { .name = "num", .column = DOC_NUM },
    { .name = "creationAccountName", .column = DOC_CREATED_BY },
    { .name = "creationTimestamp", .column = DOC_CREATED_AT },
    { .name = "modificationAccountName", .column = DOC_MODIFIED_BY },
    { .name = "modificationTimestamp", .column = DOC_MODIFIED_AT },
    { .name = "Doc", .column = DOC_FILE },
    { .name = "NexusExportDate", .column = DOC_MARK },
    { .name = "FileName", .column = DOC_FILE_NAME },
};

enum contact_column {
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

static const struct column contact_columns[CONTACT_COLUMNS] = {
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

static const struct shown contact_shown[] = {
    { .name = "id", .column = CONTACT_ID },
    { .name = "FirstName", .column = CONTACT_FIRST },
    { .name = "LastName", .column = CONTACT_LAST },
    { .name = "DOB", .column = CONTACT_DOB, .display = "calendar" },
    { .name = "MRN", .column = CONTACT_MRN },
    { .name = "Address", .column = CONTACT_ADDRESS },
    { .name = "creationTimestamp", .column = CONTACT_CREATED_AT },
    { .name = "modificationTimestamp", .column = CONTACT_MODIFIED_AT },
};

/* Ids alone, for a census. */
static const struct shown id_shown[] = {
    { .name = "id", .column = DOC_ID },
    { .name = "num", .column = DOC_NUM },
    { .name = "CONTACT::LastName", .relation = "CONTACT", .column = CONTACT_LAST },
};

static const struct shown document_rows[] = {
    { .name = "DOCUMENT::num", .relation = "DOCUMENT", .column = DOC_NUM },
    { .name = "DOCUMENT::Type", .relation = "DOCUMENT", .column = DOC_TYPE },
    { .name = "DOCUMENT::Doc", .relation = "DOCUMENT", .column = DOC_FILE },
};

static const struct portal document_portals[] = {
    { .name = "documents",
      .relation = "DOCUMENT",
      .shown = document_rows,
      .shown_count = lengthof(document_rows),
      .rows = 3 },
};

static const struct relation relations[] = {
    { .occurrence = "CONTACT", .own = DOC_CONTACT, .table = "CONTACTS", .other = CONTACT_ID },
    { .occurrence = "DOCUMENT", .own = CONTACT_ID, .table = "DOCS", .other = DOC_CONTACT },
};

#define CLINIC_LAYOUTS(document_fields)                                                            \
    {                                                                                              \
        { .name = "API_Docs",                                                                      \
          .table = "DOCS",                                                                         \
          .occurrence = "DOCS",                                                                    \
          .shown = document_shown,                                                                 \
          .shown_count = document_fields },                                                        \
            { .name = "API_Contacts",                                                              \
              .table = "CONTACTS",                                                                 \
              .occurrence = "CONTACTS",                                                            \
              .shown = contact_shown,                                                              \
              .shown_count = lengthof(contact_shown) },                                            \
            { .name = "API_Docs_Ids",                                                              \
              .folder = "Dev",                                                                     \
              .table = "DOCS",                                                                     \
              .occurrence = "DOCS",                                                                \
              .shown = id_shown,                                                                   \
              .shown_count = lengthof(id_shown) },                                                 \
            { .name = "API_Contacts_Docs",                                                         \
              .folder = "Dev",                                                                     \
              .table = "CONTACTS",                                                                 \
              .occurrence = "CONTACTS",                                                            \
              .shown = contact_shown,                                                              \
              .shown_count = 3,                                                                    \
              .portals = document_portals,                                                         \
              .portal_count = lengthof(document_portals) },                                        \
    }

static const struct layout layouts[] = CLINIC_LAYOUTS(DOC_FILE_NAME);
/* The same, with the file's name shown. */
static const struct layout layouts_with_names[] = CLINIC_LAYOUTS(DOC_COLUMNS);

static const struct value_list value_lists[] = {
    { .name = "DocTypes", .values = clinic_types, .count = lengthof(clinic_types) },
};

static const struct script scripts[] = {
    { .name = "Get Document", .kind = SCRIPT_BASE64, .field = "Doc" },
    { .name = "Get Document RFC 4648", .kind = SCRIPT_BASE64_RFC4648, .field = "Doc" },
    { .name = "-", .kind = SCRIPT_SEPARATOR },
    { .name = "Echo", .folder = "Tests", .kind = SCRIPT_ECHO },
    { .name = "No Match", .folder = "Tests", .kind = SCRIPT_FAIL, .number = 401 },
    { .name = "Nothing", .folder = "Tests", .kind = SCRIPT_QUIET },
    { .name = "Slow", .folder = "Tests", .kind = SCRIPT_SLOW, .number = 2000 },
};

static void clinic_free(void *data)
{
    struct clinic *clinic = data;

    if (clinic->data_free)
        clinic->data_free(clinic->data);
    free(clinic);
}

static void clinic_plan(struct clinic *clinic)
{
    clinic->document_plan = (struct table_plan){
        .name = "DOCS",
        .columns = document_columns,
        .column_count = clinic->ops->file_name ? DOC_COLUMNS : DOC_FILE_NAME,
        .count = clinic->documents,
        .gap = clinic->record_gap,
        .seed = clinic->seed ^ SALT_DOCUMENT,
        .data = clinic,
    };
    clinic->contact_plan = (struct table_plan){
        .name = "CONTACTS",
        .columns = contact_columns,
        .column_count = CONTACT_COLUMNS,
        .count = clinic->patients,
        .hidden = clinic->late,
        .gap = clinic->record_gap,
        .seed = clinic->seed ^ SALT_CONTACT,
        .data = clinic,
    };
}

struct solution *clinic_solution(struct clinic *clinic)
{
    struct solution *solution = solution_new("Clinic");

    clinic_plan(clinic);
    (void)solution_add(solution, &clinic->document_plan);
    (void)solution_add(solution, &clinic->contact_plan);
    solution->layouts = clinic->ops->file_name ? layouts_with_names : layouts;
    solution->layout_count = lengthof(layouts);
    solution->relations = relations;
    solution->relation_count = lengthof(relations);
    solution->value_lists = value_lists;
    solution->value_list_count = lengthof(value_lists);
    solution->scripts = scripts;
    solution->script_count = lengthof(scripts);
    solution->documents = "API_Docs";
    solution->data = clinic;
    solution->data_free = clinic_free;
    return solution;
}
