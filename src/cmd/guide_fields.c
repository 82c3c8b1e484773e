/* Asks which field means what. A field that fits by name and type is offered, never taken unasked. */
#include "cmd/guide.h"

#include "base/mem.h"
#include "patients/patients.h"
#include "preflight/layout_check.h"
#include "preflight/preflight.h"

#include <ctype.h>

enum { PROBLEMS_MAX = 64 * 1024, WORDS_MAX = 6, PLAIN_SIZE = 128 };

/* A meaning that a field can have. */
struct field_role {
    const char *section, *key, *question;
    const char *none;             /* what it is called if no field has it; NULL: one must       */
    const char *const *types;     /* of those that are offered; NULL: any but a container       */
    const char *words[WORDS_MAX]; /* in a fitting name; '=' in front: the whole name; best first */
};

static const char *const containers[] = { "container", NULL };
static const char *const stamps[] = { "timeStamp", NULL };
static const char *const texts[] = { "text", "number", NULL };
static const char *const days[] = { "date", "timeStamp", "text", NULL };

static const struct field_role document_roles[] = {
    { "source", "container_field", "Container field", NULL, containers, { "" } },
    { "source",
      "key_field",
      "The document's id, a UUID",
      NULL,
      texts,
      { "=id", "uuid", "primarykey", "=pk", "documentid" } },
    { "source", "mark_field", "Mark: gets the export date", "no mark", stamps, { "export" } },
    { "source",
      "patient_field",
      "The patient's id",
      "none",
      texts,
      { "idpatient", "patientid", "patient", "contact", "client" } },
    { "source",
      "type_field",
      "The document's type",
      "none",
      texts,
      { "=type", "category", "kind", "type" } },
    { "source",
      "date_field",
      "The document's date",
      "none",
      days,
      { "=date", "documentdate", "date" } },
    { "source",
      "name_field",
      "The file's original name",
      "none",
      texts,
      { "filename", "originalname" } },
    { "source",
      "author_field",
      "Account that made the record",
      "none",
      texts,
      { "creationaccount", "createdby", "creator" } },
    { "source",
      "created_field",
      "Time at which it was made",
      "none",
      stamps,
      { "creationtime", "createdat", "creation", "created" } },
};

static const struct field_role patient_roles[] = {
    { "patients",
      "key_field",
      "The patient's id",
      NULL,
      texts,
      { "=id", "uuid", "primarykey", "=pk", "patientid" } },
    { "patients",
      "first_name",
      "First name",
      "none",
      texts,
      { "firstname", "namefirst", "given" } },
    { "patients",
      "last_name",
      "Last name",
      "none",
      texts,
      { "lastname", "namelast", "surname", "family" } },
    { "patients", "dob", "Date of birth", "none", days, { "=dob", "birth" } },
};

/* --- which field fits ----------------------------------------------------------------------- */

/* "id_Contact" becomes "idcontact". */
static void name_plain(const char *name, char plain[PLAIN_SIZE])
{
    size_t used = 0;

    for (; *name && used + 1 < PLAIN_SIZE; name++)
        if (isalnum((unsigned char)*name))
            plain[used++] = (char)tolower((unsigned char)*name);
    plain[used] = '\0';
}

static bool type_fits(const struct filemaker_field *field, const char *const *types)
{
    for (; *types; types++)
        if (strcmp(field->result, *types) == 0)
            return true;
    return false;
}

static bool word_fits(const struct filemaker_field *field, const char *word)
{
    char plain[PLAIN_SIZE];

    name_plain(field->name, plain);
    return *word == '=' ? strcmp(plain, word + 1) == 0 : strstr(plain, word) != NULL;
}

/* The field of this layout that probably has this meaning; NULL: none looks like it. */
static const char *field_guess(const struct filemaker_layout *layout, const struct field_role *role)
{
    for (size_t w = 0; w < WORDS_MAX && role->words[w]; w++)
        for (size_t i = 0; i < layout->count; i++)
            if (!layout->fields[i].global && type_fits(&layout->fields[i], role->types)
                && word_fits(&layout->fields[i], role->words[w]))
                return layout->fields[i].name;
    return NULL;
}

/* --- asking --------------------------------------------------------------------------------- */

static void fields_list(const struct filemaker_layout *layout, struct ask_list *list)
{
    for (size_t i = 0; i < layout->count; i++)
        ask_list_add(list, layout->fields[i].name, layout->fields[i].result);
}

static bool role_ask(struct guide *g, const struct filemaker_layout *layout,
                     const struct ask_list *list, const struct field_role *role, struct err *err)
{
    auto_free char *answer = NULL;
    const char *before = draft_value(g->draft, role->section, role->key);
    const char *choice = *before ? before : field_guess(layout, role);
    struct err why = { 0 };

    if (!ask_choice(g->cancel, role->question, list, choice, role->none, &answer, err))
        return false;
    if (draft_set(g->draft, role->section, role->key, answer, &why))
        return true;
    ask_say("✘", why.msg);
    return role_ask(g, layout, list, role, err);
}

/* --- trying --------------------------------------------------------------------------------- */

/* The first line that is about this key and was not kept before. */
static bool fault_find(const struct guide *g, const struct str *problems, const char *key,
                       struct err *err)
{
    struct span rest = str_span(problems);
    bool is_container = strcmp(key, "container_field") == 0;

    while (rest.size) {
        auto_free char *line = span_text(span_cut(&rest, '\n'));

        if ((strstr(line, key) || (is_container && !strstr(line, "[source]")))
            && !strstr(str_text(&g->accepted), line))
            return err_set(err, ERR_USAGE, 0, "%s", line);
    }
    return true;
}

/* Checks one field as `check` and every run do. */
static bool role_try(struct guide *g, const struct field_role *role, struct err *err)
{
    auto_containers found = { 0 };
    auto_str problems = STR_MAX(PROBLEMS_MAX), notes = STR_MAX(PROBLEMS_MAX);

    if (g->layout.count == 0)
        return true; /* the layout was kept unseen */
    if (!guide_read(g, err))
        return false;
    layout_check_source(&g->settings.engine, &g->layout, &found, &problems, &notes);
    return fault_find(g, &problems, role->key, err);
}

static bool role_until(struct guide *g, const struct ask_list *list, const struct field_role *role,
                       struct err *err)
{
    struct err why;
    bool again;

    do {
        why = (struct err){ 0 };
        if (!role_ask(g, &g->layout, list, role, err))
            return false;
        if (role_try(g, role, &why))
            return true;
        ask_say("✘", why.msg);
        if (!ask_again(g->cancel, &again, err))
            return false;
        if (again)
            guide_set(g, role->section, role->key, ""); /* what was wrong is not offered */
    } while (again);
    str_printf(&g->accepted, "%s\n", why.msg);
    return true;
}

/* A file is never written to. */
static bool is_pointless(const struct guide *g, const struct field_role *role)
{
    return guide_is_file(g) && strcmp(role->key, "mark_field") == 0;
}

bool guide_fields(struct guide *g, struct err *err)
{
    auto_ask_list list = { 0 };

    g->accepted.max = PROBLEMS_MAX;
    fields_list(&g->layout, &list);
    ask_list_print(&list);
    for (size_t i = 0; i < lengthof(document_roles); i++)
        if (!is_pointless(g, &document_roles[i]) && !role_until(g, &list, &document_roles[i], err))
            return false;
    return true;
}

/* --- patients ------------------------------------------------------------------------------- */

static bool patient_fields_ask(struct guide *g, const char *layout_name, struct err *err)
{
    auto_layout layout = { 0 };
    auto_ask_list list = { 0 };
    struct err why = { 0 };

    if (!g->is_logged_in || !source_layout(g->reader, layout_name, &layout, &why))
        return true; /* the try says why */
    fields_list(&layout, &list);
    ask_list_print(&list);
    for (size_t i = 0; i < lengthof(patient_roles); i++)
        if (!role_ask(g, &layout, &list, &patient_roles[i], err))
            return false;
    return true;
}

/* A layout whose name speaks of people; NULL: none does. */
static const char *patients_guess(const struct guide *g, const struct ask_list *list)
{
    static const char *const words[] = { "patient", "contact", "client", "person" };
    const char *documents = draft_value(g->draft, "source", "layout");

    for (size_t w = 0; w < lengthof(words); w++)
        for (size_t i = 0; i < list->count; i++) {
            char plain[PLAIN_SIZE];

            name_plain(list->names[i], plain);
            if (strstr(plain, words[w]) && strcmp(list->names[i], documents) != 0)
                return list->names[i];
        }
    return NULL;
}

static bool patients_ask(struct guide *g, struct err *err)
{
    auto_ask_list list = { 0 };
    auto_free char *answer = NULL;
    const char *before = draft_value(g->draft, "patients", "layout");

    ask_say("", "None is needed if the application has its patients already, or if they come as a "
                "CSV.");
    guide_layouts_list(g, &list);
    ask_list_print(&list);
    if (!ask_choice(g->cancel,
                    guide_is_file(g) ? "Table of the patients" : "Layout of the patients", &list,
                    *before ? before : patients_guess(g, &list), "none", &answer, err))
        return false;
    guide_set(g, "patients", "layout", answer);
    return !*answer || patient_fields_ask(g, answer, err);
}

static bool patients_try(struct guide *g, struct err *err)
{
    if (!*draft_value(g->draft, "patients", "layout") || !g->is_logged_in)
        return true;
    if (!guide_read(g, err) || !patients_check_layout(&g->settings.patients, g->cancel, err))
        return false;
    ask_say("✔", "fmferry patients import can bring them");
    return true;
}

bool guide_patients(struct guide *g, struct err *err)
{
    guide_head("The patients");
    return guide_until(g, patients_ask, patients_try, NULL, err);
}
