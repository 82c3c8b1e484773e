/* Reactions of the solution. Each is a commit of its own; the journal has it as "answer". */
#include "sim/api/reaction.h"

#include "base/mem.h"
#include "base/time.h"

static void cells_commit(struct call *call, uint64_t ordinal, const struct cell *cells,
                         size_t count)
{
    const struct table_plan *plan = table_plan(call->table);

    table_commit(call->table, ordinal,
                 &(struct commit){ .account = "robot", .cells = cells, .count = count });
    journal_write(call->sim->journal,
                  &(struct effect){ .name = "answer",
                                    .layout = call->layout->name,
                                    .record_id = table_record_id(call->table, ordinal),
                                    .field = count ? plan->columns[cells->column].name : NULL,
                                    .repetition = count ? cells->repetition : 0,
                                    .value = count && !cells->content ? cells->text : SPAN_NONE,
                                    .has_mod_id = true,
                                    .mod_id = table_mod_id(call->table, ordinal) });
}

/* Replaces the file of the first container with the same bytes or with others. */
static void file_put(struct call *call, uint64_t ordinal, bool others)
{
    const struct table_plan *plan = table_plan(call->table);
    auto_content content = { 0 };
    struct cell cell = { .repetition = 1, .content = &content };

    while (cell.column < plan->column_count && plan->columns[cell.column].type != COLUMN_CONTAINER)
        cell.column++;
    if (cell.column == plan->column_count)
        return;
    table_content(call->table, ordinal, cell.column, 1, &content);
    if (others && content.from == FROM_FILLER) {
        content.seed++;
        content.version++;
    }
    cells_commit(call, ordinal, &cell, 1);
}

/* Gives the fields that were written another value that is valid for them, or none. */
static void fields_alter(struct call *call, uint64_t ordinal, const struct cell *cells,
                         size_t count, bool clear)
{
    for (size_t i = 0; i < count; i++) {
        const struct column *column = &table_plan(call->table)->columns[cells[i].column];
        struct cell cell = cells[i];

        if (cell.content || !cell.text.size)
            continue;
        if (clear)
            cell.text = span_of("");
        else if (column->type == COLUMN_TIMESTAMP)
            cell.text = span_of("01/02/2000 03:04:05");
        else
            cell.text = span_first(cell.text, cell.text.size - 1);
        cells_commit(call, ordinal, &cell, 1);
    }
}

static void reaction_apply(struct call *call, enum twist_reaction reaction, uint64_t ordinal,
                           const struct cell *cells, size_t count)
{
    switch (reaction) {
    case REACTION_NONE:
        return;
    case REACTION_EDIT:
        cells_commit(call, ordinal, NULL, 0);
        return;
    case REACTION_TOUCH:
    case REACTION_REPLACE:
        file_put(call, ordinal, reaction == REACTION_REPLACE);
        return;
    case REACTION_CLEAR:
    case REACTION_ALTER:
        fields_alter(call, ordinal, cells, count, reaction == REACTION_CLEAR);
        return;
    }
}

void reaction_to_edit(struct call *call, uint64_t ordinal, const struct cell *cells, size_t count)
{
    static const enum twist_reaction by_switch[] = { REACTION_NONE, REACTION_EDIT, REACTION_TOUCH };
    enum twist_reaction reaction = call->request->twist.reaction;

    if (!reaction)
        reaction = by_switch[switch_of(&call->sim->switches, SWITCH_EDIT_ANSWER)];
    reaction_apply(call, reaction, ordinal, cells, count);
}

void reaction_to_reading(struct call *call)
{
    enum twist_reaction reaction = call->request->twist.reaction;
    uint64_t ordinal;

    if (!reaction)
        return;
    solution_write_lock(call->sim->solution);
    if (table_find_id(call->table, call->request->record_id, &ordinal))
        reaction_apply(call, reaction, ordinal, NULL, 0);
    solution_unlock(call->sim->solution);
}
