/* Finds the layout's table by its fields, and compares the containers. */
#include "preflight/hidden_check.h"

#include "base/num.h"

/* A related field, "CONTACT::Name", is none of the layout's own. */
static bool is_own(const struct filemaker_field *field)
{
    return *field->name && !strstr(field->name, "::");
}

static bool table_fits(const struct metadata_table *table, const struct filemaker_layout *layout)
{
    size_t own = 0;

    for (size_t i = 0; i < layout->count; i++) {
        if (!is_own(&layout->fields[i]))
            continue;
        if (!metadata_field(table, layout->fields[i].name))
            return false;
        own++;
    }
    return own > 0 && *table->name;
}

static bool has_container(const struct metadata_table *table, const struct metadata_field *field)
{
    const struct metadata_field *same = metadata_field(table, field->name);

    return same && same->is_container && same->repetitions == field->repetitions;
}

static bool has_containers_of(const struct metadata_table *a, const struct metadata_table *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->fields[i].is_container && !has_container(a, &b->fields[i]))
            return false;
    return true;
}

static bool are_alike(const struct metadata_table *a, const struct metadata_table *b)
{
    return has_containers_of(a, b) && has_containers_of(b, a);
}

static const struct metadata_table *table_by_fields(const struct metadata *metadata,
                                                    const struct filemaker_layout *layout,
                                                    const char **why_r)
{
    const struct metadata_table *found = NULL;

    for (size_t i = 0; i < metadata->count; i++) {
        const struct metadata_table *table = &metadata->tables[i];

        if (!table_fits(table, layout))
            continue;
        if (found && !are_alike(found, table)) {
            *why_r = "several tables have all fields of the layout: name its own in [source] "
                     "odata_table";
            return NULL;
        }
        found = found ? found : table;
    }
    *why_r = found ? NULL : "no table that OData shows has all fields of the layout";
    return found;
}

const struct metadata_table *hidden_table(const struct metadata *metadata,
                                          const struct filemaker_layout *layout, const char *named,
                                          const char **why_r)
{
    const struct metadata_table *table = metadata_find(metadata, named);

    if (!*named)
        return table_by_fields(metadata, layout, why_r);
    *why_r = table ? NULL : "OData shows no table of the name in [source] odata_table";
    return table;
}

/* --- comparing ------------------------------------------------------------------------------ */

static bool is_named(const struct containers *containers, const char *field)
{
    for (size_t i = 0; i < containers->count; i++)
        if (strcmp(containers->items[i].field, field) == 0)
            return true;
    return false;
}

static void container_compare(const struct metadata_table *table,
                              const struct metadata_field *field,
                              const struct filemaker_layout *layout,
                              const struct containers *containers, struct str *notes)
{
    const struct filemaker_field *shown = filemaker_field(layout, field->name);

    if (!shown)
        str_printf(
            notes,
            "container '%s' of table '%s' is not on the layout: what it holds is not moved. If "
            "it holds documents, put it on the layout and name it in container_field\n",
            field->name, table->name);
    else if (!is_named(containers, field->name))
        str_printf(
            notes,
            "container '%s' is on the layout, and [source] container_field does not name it: "
            "what it holds is not moved\n",
            field->name);
    else if (field->repetitions > shown->repetitions_shown
             && field->repetitions > shown->repetitions) /* else the layout has told it itself */
        str_printf(notes,
                   "container '%s' has %u repetitions, and the layout shows %u: the others are not "
                   "moved\n",
                   field->name, field->repetitions, shown->repetitions_shown);
}

void hidden_say(const struct metadata_table *table, const struct filemaker_layout *layout,
                const struct containers *containers, struct str *notes, struct str *said)
{
    size_t count = 0;

    for (size_t i = 0; i < table->count; i++) {
        const struct metadata_field *field = &table->fields[i];

        if (!field->is_container || field->is_global)
            continue;
        count++;
        container_compare(table, field, layout, containers, notes);
        if (field->is_external)
            str_printf(said, "%s'%s' is stored outside the file", said->size ? ", " : "",
                       field->name);
    }
    str_printf(said, "%stable '%s' has %zu container%s", said->size ? "; " : "", table->name, count,
               count == 1 ? "" : "s");
}
