/* Reading fieldData. */
#include "sim/change.h"

#include "sim/codes.h"
#include "sim/page.h"

#include "base/num.h"

enum { VALUE_MAX = 1 << 24 };

static bool refuse(struct change *change, int code)
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

bool change_add(struct change *change, const struct table *table, unsigned column,
                unsigned repetition, const struct change_options *options, struct span text)
{
    const struct column *about = &table_plan(table)->columns[column];
    struct str *kept = &change->texts[change->count];
    int code;

    if (about->is_calculation || about->is_summary || about->auto_enter == AUTO_RECORD
        || (about->fixed && !options->script_prohibit))
        return refuse(change, CODE_FIELD_LOCKED);
    if (repetition > (about->repetitions ? about->repetitions : 1))
        return refuse(change, CODE_REPETITION_INVALID);
    if (change->count == CHANGE_CELLS_MAX)
        return refuse(change, CODE_PARAMETER_INVALID);
    *kept = (struct str)STR_MAX(VALUE_MAX);
    change->count++;
    code = value_accept(about->type, text, options->dates, kept);
    if (!code && !kept->size
        && (about->not_empty || (about->not_empty_entry && !options->script_entry)))
        code = CODE_VALUE_NEEDED;
    if (code)
        return refuse(change, code);
    change->cells[change->count - 1] = (struct cell){ column, repetition, str_span(kept), NULL };
    return true;
}

static bool field_read(struct change *change, const struct table *table,
                       const struct layout *layout, const struct change_options *options,
                       const struct json_value *member)
{
    unsigned repetition;
    struct span name = change_name(member->name, &repetition);
    const struct shown *shown = layout_shown(layout, name);

    if (!shown)
        shown = layout_shown(layout, member->name);
    if (!shown || shown->relation || shown->deleted)
        return refuse(change, CODE_FIELD_MISSING);
    if (shown->no_access)
        return refuse(change, CODE_FIELD_LOCKED);
    if (member->kind != JSON_TEXT && member->kind != JSON_NUMBER)
        return refuse(change, CODE_VALUE_INVALID);
    return change_add(change, table, shown->column, repetition, options, member->text);
}

bool change_read(struct change *change, const struct table *table, const struct layout *layout,
                 const struct change_options *options, const struct json_value *fields)
{
    change->count = 0;
    change->code = 0;
    json_each (member, fields)
        if (!field_read(change, table, layout, options, member))
            return false;
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
