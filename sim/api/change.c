/* Reading fieldData into cells. */
#include "sim/api/change.h"

#include "sim/api/codes.h"

#include "base/num.h"

enum { VALUE_MAX = 1 << 24 };

static bool change_refuse(struct change *change, int code)
{
    change->code = code;
    return false;
}

struct span change_name(struct span name, unsigned *repetition_r)
{
    size_t open = name.size;
    uint64_t repetition;
    struct err err;

    *repetition_r = 1;
    if (!span_ends(name, ")"))
        return name;
    while (open > 0 && name.at[open - 1] != '(')
        open--;
    if (open < 2
        || !num_u64(span_first(span_from(name, open), name.size - open - 1), 1, 32000, &repetition,
                    &err))
        return name;
    *repetition_r = (unsigned)repetition;
    return span_first(name, open - 1);
}

/* Adds one value; false with `code` set. */
static bool change_add(struct change *change, const struct table *table, unsigned column,
                       unsigned repetition, const struct change_options *options, struct span text)
{
    const struct column *about = &table_plan(table)->columns[column];
    struct str *kept = &change->texts[change->count];
    int code;

    if (about->is_calculation || about->is_summary || about->auto_enter == AUTO_RECORD
        || (about->fixed && !options->script_prohibit))
        return change_refuse(change, CODE_FIELD_LOCKED);
    if (repetition > (about->repetitions ? about->repetitions : 1))
        return change_refuse(change, CODE_REPETITION_INVALID);
    if (change->count == CHANGE_CELLS_MAX)
        return change_refuse(change, CODE_PARAMETER_INVALID);
    *kept = (struct str)STR_MAX(VALUE_MAX);
    change->count++;
    code = value_accept(about->type, text, options->dates, kept);
    if (!code && !kept->size
        && (about->not_empty || (about->not_empty_entry && !options->script_entry)))
        code = CODE_VALUE_NEEDED;
    if (code)
        return change_refuse(change, code);
    change->cells[change->count - 1] = (struct cell){ column, repetition, str_span(kept), NULL };
    return true;
}

static const struct shown *shown_among(const struct shown *list, size_t count, struct span name)
{
    for (size_t i = 0; i < count; i++)
        if (!list[i].deleted && span_is(name, list[i].name))
            return &list[i];
    return NULL;
}

bool change_add_member(struct change *change, const struct table *table, const struct shown *list,
                       size_t count, const struct change_options *options,
                       const struct json_value *member)
{
    unsigned repetition;
    struct span name = change_name(member->name, &repetition);
    const struct shown *shown = shown_among(list, count, name);

    if (!shown && (shown = shown_among(list, count, member->name)) != NULL)
        repetition = 1;
    if (!shown)
        return change_refuse(change, CODE_FIELD_MISSING);
    if (shown->no_access)
        return change_refuse(change, CODE_FIELD_LOCKED);
    if (member->kind != JSON_TEXT && member->kind != JSON_NUMBER)
        return change_refuse(change, CODE_VALUE_INVALID);
    return change_add(change, table, shown->column, repetition, options, member->text);
}

static bool is_own(struct span name)
{
    return span_find(name, "::") == name.size && !span_is(name, "deleteRelated");
}

bool change_read(struct change *change, const struct table *table, const struct layout *layout,
                 const struct change_options *options, const struct json_value *fields)
{
    change->count = 0;
    change->code = 0;
    json_each (member, fields)
        if (is_own(member->name)
            && !change_add_member(change, table, layout->shown, layout->shown_count, options,
                                  member))
            return false;
    return true;
}

static bool has_value(const struct change *change, unsigned column)
{
    for (size_t i = 0; i < change->count; i++)
        if (change->cells[i].column == column && change->cells[i].text.size)
            return true;
    return false;
}

bool change_is_complete(struct change *change, const struct table *table,
                        const struct change_options *options)
{
    const struct table_plan *plan = table_plan(table);

    for (unsigned i = 0; i < plan->column_count; i++) {
        const struct column *column = &plan->columns[i];
        bool needed = column->not_empty || (column->not_empty_entry && !options->script_entry);

        if (needed && column->auto_enter == AUTO_NONE && !has_value(change, i))
            return change_refuse(change, CODE_VALUE_NEEDED);
    }
    return true;
}

void change_clear(struct change *change)
{
    for (size_t i = 0; i < change->count; i++)
        str_clear(&change->texts[i]);
    change->count = 0;
}

bool change_is_none(const struct change *change, const struct table *table, uint64_t ordinal)
{
    for (size_t i = 0; i < change->count; i++) {
        const struct cell *cell = &change->cells[i];
        auto_str value = STR_MAX(VALUE_MAX);

        table_value(table, ordinal, cell->column, cell->repetition, &value);
        if (!span_equal(str_span(&value), cell->text))
            return false;
    }
    return true;
}
