/* Opens a registry: inspects the tables, and reports what they lack before a row is written. */
#include "registry/registry.h"

#include "base/mem.h"
#include "registry/inside.h"
#include "registry/nexus.h"

enum { PROBLEMS_MAX = 64 * 1024 };

/* --- the application's tables ----------------------------------------------------------------- */

static bool content_type_find(struct registry *registry, const struct registry_settings *settings,
                              struct str *problems, struct err *err)
{
    struct span model = span_of(nexus_content_type(settings)), app = span_cut(&model, '.');
    bool exists;

    if (app.size == 0)
        return true;
    if (!nexus_table_exists(registry->sql, "django_content_type", &exists, err))
        return false;
    if (!exists) {
        str_add_text(problems, "there is no table 'django_content_type' (if the application has "
                               "none, leave [registry] content_type empty)\n");
        return true;
    }
    if (!sql_number(registry->sql, &REGISTRY_CONTENT_TYPE, sql_args(sql_span(app), sql_span(model)),
                    0, &registry->content_type, err))
        return false;
    if (registry->content_type == 0)
        str_printf(problems,
                   "django_content_type has no row for %s (run the application's migrations)\n",
                   nexus_content_type(settings));
    return true;
}

static bool tables_open(struct registry *registry, const struct registry_settings *settings,
                        struct str *problems, struct err *err)
{
    const char *documents = nexus_documents_table(settings),
               *patients = nexus_patients_table(settings);
    struct registry_rules rules[NEXUS_RULES_MAX];

    return registry_table_open(registry->sql, TEMPLATE_DOCUMENTS, documents, rules,
                               nexus_document_rules(settings, rules), problems,
                               &registry->documents, err)
           && (!*patients
               || registry_table_open(registry->sql, TEMPLATE_PATIENTS, patients, rules,
                                      nexus_patient_rules(settings, rules), problems,
                                      &registry->patients, err));
}

static void roles_judge(const struct registry *registry, struct str *problems)
{
    const struct registry_table *patients = registry->patients;

    if (!registry_table_column(registry->documents, NAME_ROW_ID))
        str_add_text(problems, "[document_columns] no column is to hold {row_id}, which keeps "
                               "documents apart\n");
    if (patients && !registry_table_column(patients, NAME_ROW_ID)
        && !registry_table_column(patients, NAME_PATIENT))
        str_add_text(problems,
                     "[patient_columns] no column is to hold {row_id}, or is said to hold "
                     "the application's own id {patient}\n");
    if (patients)
        registry_table_compare(registry->documents, patients, problems);
    if (patients && !registry_table_column(patients, NAME_METADATA)
        && !registry_table_column(patients, NAME_FILEMAKER_ID))
        str_add_text(problems, "[patient_columns] no column is said to hold FileMaker's id: "
                               "{filemaker_id}, or {metadata} with a member of that name\n");
}

/* An unknown word would compare nothing, although somebody meant it to guard against mix-ups. */
static void identifiers_judge(const struct registry *registry, struct str *problems)
{
    struct span rest = span_of(registry->second_identifier);

    while (rest.size) {
        struct span word = span_trim(span_cut(&rest, ','));

        if (!span_is(word, "dob") && !span_is(word, "last_name") && !span_is(word, "first_name"))
            str_printf(problems,
                       "[patients] second_identifier: '" SPAN_FORMAT
                       "' is not one of dob, last_name, first_name\n",
                       SPAN_ARGS(span_first(word, 64)));
    }
}

/* --- opening ---------------------------------------------------------------------------------- */

/* `may_make`: missing tables may be made. */
static bool application_inspect(struct registry *registry, const struct registry_settings *settings,
                                bool may_make, struct str *problems, struct err *err)
{
    registry->second_identifier = settings->second_identifier ? settings->second_identifier : "dob";
    registry->patient_field_count = registry_patient_fields(settings, registry->patient_fields);
    if (may_make
        && (!sql_upgrade(registry->sql, "registry", REGISTRY_SCHEMA, err)
            || !nexus_ready(registry->sql, settings, err)))
        return false;
    if (!content_type_find(registry, settings, problems, err)
        || !tables_open(registry, settings, problems, err))
        return false;
    roles_judge(registry, problems);
    identifiers_judge(registry, problems);
    if (problems->size > 0)
        return true;
    registry_documents_prepare(registry);
    registry_patients_prepare(registry);
    return true;
}

static bool first_problem(const struct str *problems, struct err *err)
{
    struct span rest = str_span(problems), first = span_cut(&rest, '\n');
    size_t more = 0;

    if (problems->size == 0)
        return true;
    for (size_t i = 0; i < rest.size; i++)
        more += rest.at[i] == '\n';
    if (more == 0)
        return err_set(err, ERR_USAGE, 0, SPAN_FORMAT, SPAN_ARGS(first));
    return err_set(err, ERR_USAGE, 0, SPAN_FORMAT " (and %zu more: fmferry check)",
                   SPAN_ARGS(first), more);
}

bool registry_open(const struct registry_settings *settings, struct sql *shared,
                   const struct cancel *cancel, struct registry **registry_r, struct err *err)
{
    auto_registry *registry = mem_new(struct registry);
    auto_str problems = STR_MAX(PROBLEMS_MAX);

    if (!shared && !sql_open(settings->url, cancel, &registry->own, err))
        return err_ctx(err, "the registry");
    registry->sql = shared ? shared : registry->own;
    if (!application_inspect(registry, settings, true, &problems, err)
        || !first_problem(&problems, err))
        return err_ctx(err, "the registry");
    *registry_r = take(registry);
    return true;
}

bool registry_open_reader(const struct registry_settings *settings, const struct cancel *cancel,
                          struct registry **registry_r, struct err *err)
{
    auto_registry *registry = mem_new(struct registry);
    auto_str problems = STR_MAX(PROBLEMS_MAX);

    if (!sql_open_reader(settings->url, cancel, &registry->own, err))
        return err_ctx(err, "the registry");
    registry->sql = registry->own;
    if (!application_inspect(registry, settings, false, &problems, err)
        || !first_problem(&problems, err))
        return err_ctx(err, "the registry");
    *registry_r = take(registry);
    return true;
}

bool registry_check(const struct registry_settings *settings, const struct cancel *cancel,
                    struct str *problems, struct err *err)
{
    auto_registry *registry = mem_new(struct registry);

    if (!sql_open(settings->url, cancel, &registry->own, err))
        return err_ctx(err, "the registry");
    registry->sql = registry->own;
    return application_inspect(registry, settings, true, problems, err)
           || err_ctx(err, "the registry");
}

void registry_free(struct registry *registry)
{
    if (!registry)
        return;
    registry_take_back(registry);
    registry_table_free(registry->documents);
    registry_table_free(registry->patients);
    sql_close(registry->own);
    for (size_t i = 0; i < lengthof(registry->statements); i++)
        free(registry->statements[i].words);
    for (size_t i = 0; i < registry->patient_field_count; i++)
        free(registry->patient_fields[i]);
    free(registry);
}

void auto_registry_cleanup(struct registry **registry)
{
    registry_free(*registry);
}
