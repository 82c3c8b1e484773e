/* A field that is filled must hold the whole text, for a record of one document, and nothing else. */
#include "preflight/writeback_check.h"

#include "document/filter.h"

#include <strings.h>

static bool is_in_list(const char *list, const char *field)
{
    struct span rest = span_of(list);

    while (rest.size) {
        struct span item = span_trim(span_cut(&rest, ','));

        if (span_is_nocase(span_trim(span_cut(&item, '(')), field))
            return true;
    }
    return false;
}

static bool is_in_filter(const struct filter *filter, const char *field)
{
    for (size_t i = 0; filter_field(filter, i); i++)
        if (strcasecmp(filter_field(filter, i), field) == 0)
            return true;
    return false;
}

/* The setting that needs what the field holds now; NULL: none. */
static const char *other_use(const struct engine_settings *settings, const char *field)
{
    const struct source_fields *f = &settings->fields;
    const struct {
        const char *key, *field;
    } uses[] = {
        { "mark_field", f->mark },       { "key_field", f->key },
        { "type_field", f->type },       { "date_field", f->date },
        { "patient_field", f->patient }, { "name_field", f->name },
        { "author_field", f->author },   { "created_field", f->created },
        { "census_key", f->census_key }, { "patient_dob_field", f->patient_dob },
    };

    for (size_t i = 0; i < lengthof(uses); i++)
        if (*uses[i].field && strcasecmp(uses[i].field, field) == 0)
            return uses[i].key;
    if (is_in_list(f->container_list, field))
        return "container_field";
    if (is_in_list(f->md5_list, field))
        return "md5_field";
    if (is_in_list(f->path_list, field))
        return "path_field";
    return is_in_filter(settings->filter, field) ? "filter" : NULL;
}

/* Why the field cannot hold a text of this many bytes; NULL: it can. */
static const char *field_fault(const struct filemaker_field *field, size_t most)
{
    if (strstr(field->name, "::"))
        return "belongs to a related table: not the record itself would be filled";
    if (field->repetitions > 1)
        return "has several repetitions";
    if (field->auto_enter)
        return "is filled by FileMaker itself (auto-enter), and would be filled otherwise";
    if (field->not_empty)
        return "may not be empty (validation): records that are not moved yet could not be saved";
    if (field->digits_only)
        return "takes numbers only (validation)";
    if (field->characters_max && field->characters_max < most)
        return "takes fewer characters (validation) than there may be";
    return NULL;
}

static void field_fit(const struct engine_settings *settings, size_t rule,
                      const struct filemaker_layout *layout, struct str *problems)
{
    const char *name = settings->writeback.rules[rule].field;
    const char *use = other_use(settings, name), *why;
    const struct filemaker_field *field = filemaker_field(layout, name);

    if (use)
        str_printf(problems,
                   "[writeback] and [source] %s both name '%s': what the field holds would be "
                   "overwritten; give what is written back a field of its own\n",
                   use, name);
    if (!field || use)
        return;
    if (strcmp(field->type, "normal") != 0) {
        str_printf(problems, "field '%s' ([writeback]) is a %s: nothing can be written to it\n",
                   name, field->type);
        return;
    }
    why = field_fault(field, writeback_most(&settings->writeback, rule));
    if (why)
        str_printf(problems,
                   "field '%s' ([writeback]) %s. Use a plain text field, without auto-enter and "
                   "validation\n",
                   name, why);
}

void writeback_check(const struct engine_settings *settings, const struct filemaker_layout *layout,
                     const struct containers *containers, struct str *problems)
{
    for (size_t i = 0; i < settings->writeback.count; i++)
        field_fit(settings, i, layout, problems);
    if (settings->writeback.count && containers->each_is_document && containers->count > 1)
        str_add_text(problems,
                     "[writeback] fills the fields of a record for one document, and with [source] "
                     "containers = each a record may have several: take [writeback] out\n");
}
