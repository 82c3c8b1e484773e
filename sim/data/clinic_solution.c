/* The layouts of the clinic, and the making of its solution. */
#include "sim/data/clinic_solution.h"

#include "sim/data/clinic_documents.h"
#include "sim/data/clinic_patients.h"

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
    { .name = "DocMD5", .column = DOC_FILE_MD5 },
    { .name = "DocPath", .column = DOC_FILE_PATH },
    { .name = "MovedTo", .column = DOC_MOVED_TO },
    { .name = "MovedHash", .column = DOC_MOVED_HASH },
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
    { .name = "DocTypes", .values = clinic_types, .count = CLINIC_TYPES },
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
        .columns = clinic_document_columns,
        .column_count = clinic->ops->file_name ? DOC_COLUMNS : DOC_FILE_NAME,
        .count = clinic->documents,
        .gap = clinic->record_gap,
        .seed = clinic->seed ^ CLINIC_SALT_DOCUMENT,
        .data = clinic,
    };
    clinic->contact_plan = (struct table_plan){
        .name = "CONTACTS",
        .columns = clinic_contact_columns,
        .column_count = CONTACT_COLUMNS,
        .count = clinic->patients,
        .hidden = clinic->late,
        .gap = clinic->record_gap,
        .seed = clinic->seed ^ CLINIC_SALT_CONTACT,
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
