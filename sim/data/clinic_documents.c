/* How each field of a document follows from its number. */
#include "sim/data/clinic_documents.h"

#include "sim/base/chance.h"

enum { FIRST_NUM = 10001 };

static void make_doc_id(const struct make_context *m, struct str *to)
{
    clinic_uuid_add(clinic_of(m), CLINIC_SALT_DOCUMENT, m->ordinal, to);
}

static bool find_doc_id(const struct make_context *m, struct span text, uint64_t *ordinal_r)
{
    uint32_t number;

    if (!chance_uuid_find(clinic_of(m)->seed ^ CLINIC_SALT_DOCUMENT, text, &number))
        return false;
    *ordinal_r = number;
    return true;
}

static void make_doc_contact(const struct make_context *m, struct str *to)
{
    const struct clinic *clinic = clinic_of(m);
    int64_t patient = clinic->ops->patient(clinic, m->ordinal);

    if (patient >= 0)
        clinic_uuid_add(clinic, CLINIC_SALT_CONTACT, (uint64_t)patient, to);
    else
        clinic_uuid_add(clinic, CLINIC_SALT_STRANGER, m->ordinal, to);
}

static void make_doc_type(const struct make_context *m, struct str *to)
{
    str_add_text(to, clinic_of(m)->ops->type(clinic_of(m), m->ordinal));
}

void clinic_document_date(const struct clinic *clinic, uint64_t ordinal, struct str *to)
{
    const char *given = clinic->ops->date ? clinic->ops->date(clinic, ordinal) : NULL;
    int64_t back = (int64_t)chance_below(clinic_chance(clinic, ordinal, CHOICE_DATE), 21);

    if (given)
        str_add_text(to, given);
    else
        clinic_moment_add(clinic->ops->created(clinic, ordinal) - back * CLINIC_DAY_SECONDS, false,
                          to);
}

static void make_doc_date(const struct make_context *m, struct str *to)
{
    clinic_document_date(clinic_of(m), m->ordinal, to);
}

static void make_doc_order(const struct make_context *m, struct str *to)
{
    uint64_t chance = clinic_chance(clinic_of(m), m->ordinal, CHOICE_ORDER);

    if (chance_below(chance, 10) < 3)
        clinic_uuid_add(clinic_of(m), CLINIC_SALT_ORDER, chance_below(~chance, 5000), to);
}

static void make_doc_imported(const struct make_context *m, struct str *to)
{
    if (chance_below(clinic_chance(clinic_of(m), m->ordinal, CHOICE_IMPORTED), 4) == 0)
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
    clinic_moment_add(clinic_of(m)->ops->created(clinic_of(m), m->ordinal), true, to);
}

static void make_doc_modifier(const struct make_context *m, struct str *to)
{
    uint64_t other = clinic_chance(clinic_of(m), m->ordinal, CHOICE_MODIFIER);

    if (table_mod_id(m->table, m->ordinal) == 0)
        make_doc_creator(m, to);
    else
        str_add_text(to, clinic_some_creator(clinic_of(m), other >> 32));
}

static void make_doc_modified(const struct make_context *m, struct str *to)
{
    const struct clinic *clinic = clinic_of(m);
    uint64_t chance = clinic_chance(clinic, m->ordinal, CHOICE_MODIFIED);
    int64_t later = (int64_t)chance_below(chance, 30 * CLINIC_DAY_SECONDS);

    if (table_mod_id(m->table, m->ordinal) == 0)
        later = 0;
    clinic_moment_add(clinic->ops->created(clinic, m->ordinal) + later, true, to);
}

static void make_doc_file_name(const struct make_context *m, struct str *to)
{
    str_add_text(to, clinic_of(m)->ops->file_name(clinic_of(m), m->ordinal));
}

/* "?" where FileMaker cannot read the file. */
static void make_doc_file_md5(const struct make_context *m, struct str *to)
{
    auto_content content = { 0 };
    char hex[CONTENT_MD5_SIZE];
    struct err ignored;

    clinic_of(m)->ops->content(clinic_of(m), m->ordinal, &content);
    if (content_has_bytes(&content))
        str_add_text(to, content_md5(&content, hex, &ignored) ? hex : "?");
}

/* The path of a file in open external storage, as far as the default of FileMaker goes. */
static void make_doc_file_path(const struct make_context *m, struct str *to)
{
    auto_content content = { 0 };

    clinic_of(m)->ops->content(clinic_of(m), m->ordinal, &content);
    if (content.store == STORE_OPEN)
        str_printf(to, "Documents/Doc/%s", content.name);
}

static void fill_doc(const struct make_context *m, struct content *content_r)
{
    clinic_of(m)->ops->content(clinic_of(m), m->ordinal, content_r);
}

const struct column clinic_document_columns[DOC_COLUMNS] = {
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
    [DOC_FILE_PATH] = { .name = "DocPath", .type = COLUMN_TEXT, .make = make_doc_file_path },
    [DOC_FILE_MD5] = { .name = "DocMD5", .type = COLUMN_TEXT, .make = make_doc_file_md5 },
    [DOC_MOVED_TO] = { .name = "MovedTo", .type = COLUMN_TEXT },
    [DOC_MOVED_HASH] = { .name = "MovedHash", .type = COLUMN_TEXT },
};
