/* Nexus's tables as Django makes them. They are made only if none of them exists. */
#include "registry/nexus.h"

#include "registry/registry_sql.h"

static const char documents_name[] = "documents_document", patients_name[] = "patients_patient";
static const char content_type_name[] = "patients.patient";

static const struct registry_rule document_columns[] = {
    { "id", "{row_id}" },
    { "content_type_id", "{content_type}" },
    { "object_id", "{patient}" },
    { "file_name", "{file_name}" },
    { "original_name", "{original_name}" },
    { "file_size", "{size}" },
    { "mime_type", "{mime}" },
    { "s3_bucket", "{bucket}" },
    { "s3_key", "{key}" },
    { "s3_url", "''" },
    { "category", "{category}" },
    { "description", "once ''" },
    { "tags", "once []" },
    { "uploaded_by", "{author}" },
    { "uploaded_at", "once {now}" },
    { "updated_at", "{now}" },
    { "document_date", "{date}" },
    { "is_active", "once true" },
    { "filemaker_id", "once {filemaker_uuid}" },
    { "filemaker_metadata", "{metadata}" },
};

static const struct registry_rule patient_columns[] = {
    { "id", "{row_id}" }, { "first_name", "{first_name}" },       { "last_name", "{last_name}" },
    { "dob", "{dob}" },   { "filemaker_metadata", "{metadata}" },
};

/* Without record numbers in the source, the column keeps the ones that people write. */
static const struct registry_rule mrn_from_source = { "mrn", "{mrn}" };
static const struct registry_rule mrn_of_people = { "mrn", "once {mrn}" };

/* --- settings --------------------------------------------------------------------------------- */

static const char *or_else(const char *text, const char *fallback)
{
    return text ? text : fallback;
}

const char *nexus_documents_table(const struct registry_settings *settings)
{
    return or_else(settings->documents_table, documents_name);
}

const char *nexus_patients_table(const struct registry_settings *settings)
{
    return or_else(settings->patients_table, patients_name);
}

const char *nexus_content_type(const struct registry_settings *settings)
{
    return or_else(settings->content_type, content_type_name);
}

size_t nexus_document_rules(const struct registry_settings *settings,
                            struct registry_rules rules_r[NEXUS_RULES_MAX])
{
    bool other = settings->is_other_application;

    rules_r[0] =
        (struct registry_rules){ document_columns, other ? 0 : lengthof(document_columns) };
    rules_r[1] = settings->documents;
    return 2;
}

size_t nexus_patient_rules(const struct registry_settings *settings,
                           struct registry_rules rules_r[NEXUS_RULES_MAX])
{
    bool other = settings->is_other_application;

    rules_r[0] = (struct registry_rules){ patient_columns, other ? 0 : lengthof(patient_columns) };
    rules_r[1] = (struct registry_rules){ settings->has_mrn ? &mrn_from_source : &mrn_of_people,
                                          other ? 0 : 1 };
    rules_r[2] = settings->patients;
    return 3;
}

/* --- making them ------------------------------------------------------------------------------ */

bool nexus_table_exists(struct sql *sql, const char *name, bool *exists_r, struct err *err)
{
    int64_t count;

    if (!sql_number(sql, &REGISTRY_TABLE_EXISTS, sql_args(sql_text(name)), 0, &count, err))
        return false;
    *exists_r = count > 0;
    return true;
}

/* We may make Nexus's tables only if not one of them exists. */
static bool nothing_exists(struct sql *sql, bool *nothing_r, struct err *err)
{
    static const char *const tables[] = { documents_name, patients_name, "django_content_type" };

    *nothing_r = true;
    for (size_t i = 0; i < lengthof(tables) && *nothing_r; i++) {
        bool exists;

        if (!nexus_table_exists(sql, tables[i], &exists, err))
            return false;
        *nothing_r = !exists;
    }
    return true;
}

/* Another process may make them meanwhile: so the transaction looks again whether they exist. */
static bool nexus_make(struct sql *sql, struct err *err)
{
    bool is_sqlite = sql_kind_of(sql) == SQL_SQLITE;
    auto_tx tx = { 0 };
    bool nothing;

    return sql_begin_schema(sql, &tx, err) && nothing_exists(sql, &nothing, err)
           && (!nothing
               || sql_script(sql, is_sqlite ? REGISTRY_NEXUS.sqlite : REGISTRY_NEXUS.postgres, err))
           && sql_commit(&tx, err);
}

bool nexus_ready(struct sql *sql, const struct registry_settings *settings, struct err *err)
{
    bool nothing;

    if (settings->is_other_application
        || strcmp(nexus_documents_table(settings), documents_name) != 0
        || strcmp(nexus_patients_table(settings), patients_name) != 0)
        return true;
    return nothing_exists(sql, &nothing, err) && (!nothing || nexus_make(sql, err));
}
