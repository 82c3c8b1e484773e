/* Compares the layout's fields with the configuration's names. */
#include "preflight/layout_check.h"

#include "base/mem.h"
#include "base/nearest.h"
#include "document/filter.h"
#include "preflight/writeback_check.h"

#include <strings.h>

enum { FIELDS_SHOWN_MAX = 240, MARK_CHARACTERS = 19 };

static bool type_is_listed(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

/* --- one field ------------------------------------------------------------------------------ */

static void fields_list(const struct filemaker_layout *layout, struct str *to)
{
    for (size_t i = 0; i < layout->count; i++)
        if (*layout->fields[i].name)
            str_printf(to, "%s%.64s", to->size ? ", " : "", layout->fields[i].name);
}

static const char *field_near(const struct filemaker_layout *layout, const char *name)
{
    struct nearest near = { .wanted = name };

    for (size_t i = 0; i < layout->count; i++)
        nearest_offer(&near, layout->fields[i].name);
    return near.best;
}

/* "Type(1)" where there is a field Type: only containers are named by their repetition. */
static bool is_a_repetition(const struct filemaker_layout *layout, const char *name)
{
    struct span rest = span_of(name);
    auto_free char *field = span_text(span_cut(&rest, '('));

    return rest.at && span_ends(rest, ")") && filemaker_field(layout, field);
}

static void missing_say(const struct filemaker_layout *layout, const char *layout_name,
                        const struct layout_need *need, struct str *problems)
{
    const char *near = field_near(layout, need->field);
    auto_str shown = STR_MAX(FIELDS_SHOWN_MAX);

    str_printf(problems, "layout '%s' has no field '%s' (%s)", layout_name, need->field,
               need->setting);
    if (is_a_repetition(layout, need->field)) {
        str_add_text(problems, ": name the field alone; its first repetition is read\n");
        return;
    }
    if (strstr(need->field, "::"))
        str_add_text(problems,
                     ", which is a field of a related table: put it on the layout itself, "
                     "not into a portal, spelled as there");
    else if (near)
        str_printf(problems, "; is '%s' meant? If not: put it on the layout", near);
    else
        str_add_text(problems, ": put it on the layout");
    fields_list(layout, &shown);
    str_printf(problems, ", or name one of %s%s\n", str_text(&shown), shown.cut ? ", ..." : "");
}

static void types_say(const char *const *results, struct str *to)
{
    for (size_t i = 0; results[i]; i++)
        str_printf(to, "%s%s", i == 0 ? "" : results[i + 1] ? ", " : " or ", results[i]);
}

static bool kind_serves(const struct filemaker_field *field, const struct layout_need *need)
{
    return need->results ? type_is_listed(field->result, need->results)
                         : strcmp(field->result, "container") != 0;
}

static void kind_say(const struct filemaker_field *field, const struct layout_need *need,
                     struct str *problems)
{
    str_printf(problems, "field '%s' (%s) is of type %s: it must be of type ", need->field,
               need->setting, field->result);
    if (need->results)
        types_say(need->results, problems);
    else
        str_add_text(problems, "text, number or date");
    str_add_char(problems, '\n');
}

static void field_fit(const struct filemaker_layout *layout, const char *layout_name,
                      const struct layout_need *need, struct str *problems)
{
    const struct filemaker_field *field = filemaker_field(layout, need->field);

    if (!*need->field)
        return;
    if (!field)
        missing_say(layout, layout_name, need, problems);
    else if (field->global)
        str_printf(problems, "field '%s' (%s) is global: it has one value for all records\n",
                   need->field, need->setting);
    else if (!kind_serves(field, need))
        kind_say(field, need, problems);
}

/* --- all of them ---------------------------------------------------------------------------- */

static size_t named_count(const struct filemaker_layout *layout, const struct layout_need *needs,
                          size_t count, size_t *missing_r)
{
    size_t named = 0;

    *missing_r = 0;
    for (size_t i = 0; i < count; i++) {
        named += *needs[i].field != '\0';
        *missing_r += *needs[i].field && !filemaker_field(layout, needs[i].field);
    }
    return named;
}

void layout_check_fields(const struct filemaker_layout *layout, const char *layout_name,
                         const struct layout_need *needs, size_t count, struct str *problems)
{
    size_t missing, named = named_count(layout, needs, count, &missing);
    struct span rest = span_of(needs[0].setting), section = span_cut(&rest, ' ');
    auto_str shown = STR_MAX(FIELDS_SHOWN_MAX);

    for (size_t i = 0; i < count; i++)
        field_fit(layout, layout_name, &needs[i], problems);
    if (missing < 3 || missing * 2 <= named)
        return;
    fields_list(layout, &shown);
    str_printf(problems,
               "%zu of %zu named fields are not on layout '%s', which has %s%s: it is probably a "
               "layout of another table; correct its name in " SPAN_FORMAT "\n",
               missing, named, layout_name, str_text(&shown), shown.cut ? ", ..." : "",
               SPAN_ARGS(section));
}

/* --- the mark ------------------------------------------------------------------------------- */

static void mark_clash(const struct source_fields *f, struct str *problems)
{
    const struct {
        const char *key, *field;
    } others[] = {
        { "key_field", f->key },         { "type_field", f->type },
        { "date_field", f->date },       { "patient_field", f->patient },
        { "name_field", f->name },       { "author_field", f->author },
        { "created_field", f->created }, { "patient_dob_field", f->patient_dob },
        { "census_key", f->census_key },
    };

    for (size_t i = 0; i < lengthof(others); i++)
        if (*others[i].field && strcasecmp(others[i].field, f->mark) == 0)
            str_printf(problems,
                       "[source] mark_field and %s both name '%s': each mark would overwrite that "
                       "field's value; give the mark a field of its own\n",
                       others[i].key, f->mark);
}

/* The mark's field must be able to hold it, must be empty without it, and must be ours alone. */
static void mark_fit(const struct source_fields *f, const struct filemaker_layout *layout,
                     struct str *problems)
{
    const struct filemaker_field *field = filemaker_field(layout, f->mark);
    const char *why = NULL;

    mark_clash(f, problems);
    if (!field)
        return;
    if (strcmp(field->type, "normal") != 0) {
        str_printf(problems,
                   "field '%s' ([source] mark_field) is a %s: a mark cannot be written to it\n",
                   f->mark, field->type);
        return;
    }
    if (strstr(f->mark, "::"))
        why = "belongs to a related table: the record itself would not be marked";
    else if (field->auto_enter)
        why = "is filled by FileMaker itself (auto-enter): new records would look marked, and "
              "marks would be replaced";
    else if (field->not_empty)
        why = "may not be empty (validation): records without a mark could not be saved";
    else if (field->digits_only)
        why = "takes numbers only (validation), and a date with a time is not a number";
    else if (field->characters_max && field->characters_max < MARK_CHARACTERS)
        why = "takes fewer characters than a mark has (19)";
    if (why)
        str_printf(problems,
                   "field '%s' ([source] mark_field) %s. Use a plain timestamp field, without "
                   "auto-enter and validation\n",
                   f->mark, why);
}

/* --- the source ----------------------------------------------------------------------------- */

static void filter_fit(const struct filter *filter, const struct filemaker_layout *layout,
                       struct str *problems)
{
    for (size_t i = 0; filter_field(filter, i); i++) {
        const char *near = field_near(layout, filter_field(filter, i));

        if (!filemaker_field(layout, filter_field(filter, i)))
            str_printf(problems,
                       "the layout has no field '%.64s' ([source] filter)%s%s%s: put it on the "
                       "layout, or correct the name\n",
                       filter_field(filter, i), near ? "; is '" : "", near ? near : "",
                       near ? "' meant? If not" : "");
    }
}

/* The Data API does not see repetitions that the layout does not show. */
static void hidden_say(const struct filemaker_layout *layout, const struct containers *containers,
                       struct str *notes)
{
    const char *last = "";

    for (size_t i = 0; i < containers->count; i++) {
        const struct filemaker_field *field = filemaker_field(layout, containers->items[i].field);

        if (field->repetitions > field->repetitions_shown && strcmp(field->name, last) != 0)
            str_printf(notes,
                       "field '%s' has %u repetitions, and the layout shows %u: the others cannot "
                       "be seen and are not moved\n",
                       field->name, field->repetitions, field->repetitions_shown);
        last = field->name;
    }
}

static void containers_fit(const struct engine_settings *settings,
                           const struct filemaker_layout *layout, struct containers *containers_r,
                           struct str *problems, struct str *notes)
{
    const struct source_fields *f = &settings->fields;
    struct err err = { 0 };

    if (!containers_read(f->container_list, f->each_is_document, layout, containers_r, &err)
        || !containers_read_md5(f->md5_list, layout, containers_r, &err)
        || !containers_read_path(f->path_list, layout, containers_r, &err))
        str_printf(problems, "layout '%s': %s\n", f->layout, err.msg);
    else
        hidden_say(layout, containers_r, notes);
}

/* Fields that are to be filled with the mark. */
static void writeback_fit(const struct engine_settings *settings,
                          const struct filemaker_layout *layout,
                          const struct containers *containers, struct str *problems)
{
    static const char *const text[] = { "text", NULL };

    for (size_t i = 0; i < settings->writeback.count; i++) {
        const struct layout_need need = { "[writeback]", settings->writeback.rules[i].field, text };

        field_fit(layout, settings->fields.layout, &need, problems);
    }
    writeback_check(settings, layout, containers, problems);
}

void layout_check_source(const struct engine_settings *settings,
                         const struct filemaker_layout *layout, struct containers *containers_r,
                         struct str *problems, struct str *notes)
{
    static const char *const stamp[] = { "timeStamp", "text", NULL };
    static const char *const text[] = { "text", "number", NULL };
    static const char *const number[] = { "number", NULL };
    static const char *const date[] = { "date", "text", "timeStamp", NULL };
    const struct source_fields *f = &settings->fields;
    const struct layout_need needs[] = {
        { "[source] mark_field", f->mark, stamp },
        { "[source] key_field", f->key, text },
        { "[source] type_field", f->type, text },
        { "[source] date_field", f->date, date },
        { "[source] patient_field", f->patient, text },
        { "[source] name_field", f->name, text },
        { "[source] author_field", f->author, text },
        { "[source] created_field", f->created, stamp },
        { "[source] patient_dob_field", f->patient_dob, date },
        { "[source] census_key", f->census_key, number },
    };

    containers_fit(settings, layout, containers_r, problems, notes);
    layout_check_fields(layout, f->layout, needs, lengthof(needs), problems);
    if (*f->mark)
        mark_fit(f, layout, problems);
    writeback_fit(settings, layout, containers_r, problems);
    filter_fit(settings->filter, layout, problems);
    if (layout->portals)
        str_printf(notes,
                   "layout '%s' has %zu portals, which make every answer slower; use a layout "
                   "without portals\n",
                   f->layout, layout->portals);
}
