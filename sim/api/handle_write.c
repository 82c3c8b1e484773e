/* Creating, editing, duplicating and deleting records. */
#include "sim/api/handlers.h"

#include "sim/api/change.h"
#include "sim/api/codes.h"
#include "sim/api/page.h"
#include "sim/api/reaction.h"
#include "sim/api/rows.h"
#include "sim/api/script.h"
#include "sim/base/digits.h"

#include "base/mem.h"
#include "base/num.h"

/* --- what a body may say -------------------------------------------------------------------- */

struct edit {
    struct json *json;
    const struct json_value *fields, *portals;
    struct change_options options;
    struct script_wishes scripts;
    bool is_create, has_mod_id;
    uint64_t mod_id;
    struct change *change;
    struct rows_edit *rows;
};

static bool refuse_text(struct call *call, int code, const char *text, struct span name)
{
    auto_str whole = STR_MAX(KIB(1));

    str_printf(&whole, "%s" SPAN_FORMAT, text, SPAN_ARGS(span_first(name, 100)));
    answer_code_text(call->answer, code, 0, str_text(&whole));
    return false;
}

static bool dates_read(struct call *call, struct edit *edit, const struct json_value *member)
{
    const struct switches *switches = &call->sim->switches;

    if (!switch_is(switches, DATEFORMATS, WRITES_TOO))
        return refuse_text(call, CODE_PARAMETER_INVALID, "Unknown parameter(s): ", member->name);
    return page_dates(switches, member->text, &edit->options.dates) == 0
           || refuse_text(call, CODE_PARAMETER_INVALID, "Invalid value of ", member->name);
}

static bool options_read(struct call *call, struct edit *edit, const struct json_value *object)
{
    json_each (member, object) {
        if (span_is(member->name, "entrymode"))
            edit->options.script_entry = span_is(member->text, "script");
        else if (span_is(member->name, "prohibitmode"))
            edit->options.script_prohibit = span_is(member->text, "script");
        else
            return refuse_text(call, CODE_PARAMETER_INVALID,
                               "Unknown parameter(s): ", member->name);
    }
    return true;
}

static bool object_read(struct call *call, const struct json_value *member,
                        const struct json_value **to)
{
    *to = member;
    return member->kind == JSON_OBJECT
           || refuse_text(call, CODE_PARAMETER_INVALID, "Invalid value of ", member->name);
}

static bool member_read(struct call *call, struct edit *edit, const struct json_value *member)
{
    struct err err;

    if (span_is(member->name, "fieldData"))
        return object_read(call, member, &edit->fields);
    if (span_is(member->name, "portalData"))
        return object_read(call, member, &edit->portals);
    if (span_is(member->name, "modId") && !edit->is_create) {
        edit->has_mod_id = true;
        return num_u64(member->text, 0, UINT32_MAX, &edit->mod_id, &err)
               || refuse_text(call, CODE_PARAMETER_INVALID, "Invalid value of ", member->name);
    }
    if (span_is(member->name, "dateformats"))
        return dates_read(call, edit, member);
    if (span_is(member->name, "options"))
        return options_read(call, edit, member);
    return script_wish_read(&edit->scripts, member->name, member->text)
           || refuse_text(call, CODE_PARAMETER_INVALID, "Unknown parameter(s): ", member->name);
}

/* Checks everything that can be refused without the record. */
static int edit_prepare(struct call *call, struct edit *edit)
{
    int code = script_wishes_check(call->sim->solution, &edit->scripts);

    if (code)
        return code;
    if (!change_read(edit->change, call->table, call->layout, &edit->options, edit->fields))
        return edit->change->code;
    if (edit->is_create && !change_is_complete(edit->change, call->table, &edit->options))
        return edit->change->code;
    return rows_edit_read(call, edit->fields, edit->portals, &edit->options, &edit->rows);
}

static bool edit_read(struct call *call, struct edit *edit)
{
    int code;

    edit->change = mem_new(struct change);
    edit->json = call_body(call);
    if (!edit->json)
        return false;
    json_each (member, json_root(edit->json))
        if (!member_read(call, edit, member))
            return false;
    if (!edit->fields && (edit->is_create || !edit->portals))
        return refuse_text(call, CODE_PARAMETER_MISSING,
                           "Parameter missing: ", span_of("fieldData"));
    code = edit_prepare(call, edit);
    if (code)
        answer_code(call->answer, code);
    return code == 0;
}

static void edit_clear(struct edit *edit)
{
    change_clear(edit->change);
    free(edit->change);
    rows_edit_free(edit->rows);
    json_free(edit->json);
}

/* --- doing it ------------------------------------------------------------------------------- */

static void edit_journal(struct call *call, const char *effect, uint64_t ordinal,
                         const struct cell *cell)
{
    const struct table_plan *plan = table_plan(call->table);

    journal_write(call->sim->journal,
                  &(struct effect){ .name = effect,
                                    .layout = call->layout->name,
                                    .record_id = table_record_id(call->table, ordinal),
                                    .field = cell ? plan->columns[cell->column].name : NULL,
                                    .repetition = cell ? cell->repetition : 0,
                                    .value = cell && !cell->text.at ? span_of("")
                                             : cell                 ? cell->text
                                                                    : SPAN_NONE,
                                    .status = 200,
                                    .has_mod_id = true,
                                    .mod_id = table_mod_id(call->table, ordinal),
                                    .session = session_serial(call->session),
                                    .request = call->request->number });
}

/* Answers with modId and, for a new record, its record id. */
static void written_answer(struct call *call, const struct edit *edit, uint64_t ordinal,
                           bool is_new)
{
    uint32_t mod_id = table_mod_id(call->table, ordinal);
    struct json_writer w;

    answer_begin(call->answer, &w);
    script_wishes_run(call->sim, &edit->scripts, call->table, &ordinal, &w);
    if (is_new)
        digits_member(&w, "recordId", table_record_id(call->table, ordinal));
    digits_member(&w, "modId", mod_id + (call->request->twist.wrong_mod_id ? 7 : 0));
    rows_edit_write(edit->rows, &w);
    answer_end(call->answer, &w);
}

/* 0, or FileMaker's code if the record cannot be written. */
static int edit_refusal(const struct call *call, uint64_t ordinal, const struct edit *edit)
{
    if (table_is_held(call->table, ordinal))
        return CODE_RECORD_IN_USE;
    if (edit->has_mod_id && edit->mod_id != table_mod_id(call->table, ordinal))
        return CODE_MODID_MISMATCH;
    return rows_edit_check(call, edit->rows, ordinal);
}

static void edit_commit(struct call *call, struct edit *edit, uint64_t ordinal)
{
    bool keeps = switch_is(&call->sim->switches, MOD_ID_SAME_VALUE, KEEPS);

    if (!(keeps && change_is_none(edit->change, call->table, ordinal))) {
        table_commit(call->table, ordinal,
                     &(struct commit){ .account = session_account(call->session),
                                       .cells = edit->change->cells,
                                       .count = edit->change->count });
        for (size_t i = 0; i < edit->change->count; i++)
            edit_journal(call, "patch", ordinal, &edit->change->cells[i]);
        reaction_to_edit(call, ordinal, edit->change->cells, edit->change->count);
    }
    rows_edit_apply(call, edit->rows, ordinal);
}

static void edit_run(struct call *call, struct edit *edit)
{
    uint64_t ordinal;
    int code = CODE_RECORD_MISSING;

    if (table_find_id(call->table, call->request->record_id, &ordinal))
        code = edit_refusal(call, ordinal, edit);
    if (code) {
        answer_code(call->answer, code);
        return;
    }
    edit_commit(call, edit, ordinal);
    written_answer(call, edit, ordinal, false);
}

void handle_patch(struct call *call)
{
    struct edit edit = { .json = NULL };

    if (edit_read(call, &edit)) {
        script_wishes_wait(call->sim, &edit.scripts);
        solution_write_lock(call->sim->solution);
        edit_run(call, &edit);
        solution_unlock(call->sim->solution);
    }
    edit_clear(&edit);
}

static void create_run(struct call *call, struct edit *edit)
{
    uint64_t ordinal = table_create(call->table, session_account(call->session), false);

    table_commit(call->table, ordinal,
                 &(struct commit){
                     .cells = edit->change->cells, .count = edit->change->count, .silent = true });
    edit_journal(call, "create", ordinal, NULL);
    rows_edit_apply(call, edit->rows, ordinal);
    written_answer(call, edit, ordinal, true);
}

void handle_create(struct call *call)
{
    struct edit edit = { .is_create = true };

    if (edit_read(call, &edit)) {
        script_wishes_wait(call->sim, &edit.scripts);
        solution_write_lock(call->sim->solution);
        create_run(call, &edit);
        solution_unlock(call->sim->solution);
    }
    edit_clear(&edit);
}

/* --- duplicating: what is entered by itself is entered anew --------------------------------- */

static void column_copy(struct table *table, unsigned column, uint64_t from, uint64_t to)
{
    const struct column *about = &table_plan(table)->columns[column];
    unsigned last = about->repetitions ? about->repetitions : 1;

    for (unsigned repetition = 1; repetition <= last; repetition++) {
        auto_str value = STR_MAX(MIB(64));
        auto_content content = { 0 };
        struct cell cell = { .column = column, .repetition = repetition };

        if (about->type == COLUMN_CONTAINER) {
            table_content(table, from, column, repetition, &content);
            cell.content = &content;
        } else {
            table_value(table, from, column, repetition, &value);
            cell.text = str_span(&value);
        }
        table_commit(table, to, &(struct commit){ .cells = &cell, .count = 1, .silent = true });
    }
}

static void duplicate_run(struct call *call, const struct edit *edit)
{
    const struct table_plan *plan = table_plan(call->table);
    uint64_t from, to;

    if (!table_find_id(call->table, call->request->record_id, &from)) {
        answer_code(call->answer, CODE_RECORD_MISSING);
        return;
    }
    to = table_create(call->table, session_account(call->session), false);
    for (unsigned i = 0; i < plan->column_count; i++)
        if (plan->columns[i].auto_enter == AUTO_NONE && !plan->columns[i].is_calculation)
            column_copy(call->table, i, from, to);
    edit_journal(call, "duplicate", to, NULL);
    written_answer(call, edit, to, true);
}

/* Reads the body, which may be empty or name scripts. */
static bool duplicate_read(struct call *call, struct edit *edit)
{
    int code;

    edit->change = mem_new(struct change);
    edit->rows = rows_edit_none();
    if (span_trim(str_span(&call->request->body)).size) {
        edit->json = call_body(call);
        if (!edit->json)
            return false;
        json_each (member, json_root(edit->json))
            if (!script_wish_read(&edit->scripts, member->name, member->text))
                return refuse_text(call, CODE_PARAMETER_INVALID,
                                   "Unknown parameter(s): ", member->name);
    }
    code = script_wishes_check(call->sim->solution, &edit->scripts);
    if (code)
        answer_code(call->answer, code);
    return code == 0;
}

void handle_duplicate(struct call *call)
{
    struct edit edit = { .is_create = true };

    if (duplicate_read(call, &edit)) {
        script_wishes_wait(call->sim, &edit.scripts);
        solution_write_lock(call->sim->solution);
        duplicate_run(call, &edit);
        solution_unlock(call->sim->solution);
    }
    edit_clear(&edit);
}

/* --- deleting ------------------------------------------------------------------------------- */

static void delete_run(struct call *call, const struct script_wishes *scripts)
{
    struct json_writer w;
    uint64_t ordinal;

    if (!table_find_id(call->table, call->request->record_id, &ordinal)) {
        answer_code(call->answer, CODE_RECORD_MISSING);
    } else if (table_is_held(call->table, ordinal)) {
        answer_code(call->answer, CODE_RECORD_IN_USE);
    } else {
        edit_journal(call, "delete", ordinal, NULL);
        table_delete(call->table, ordinal);
        answer_begin(call->answer, &w);
        script_wishes_run(call->sim, scripts, call->table, NULL, &w);
        answer_end(call->answer, &w);
    }
}

void handle_delete(struct call *call)
{
    struct script_wishes scripts = { 0 };

    if (!call_scripts(call, &scripts))
        return;
    script_wishes_wait(call->sim, &scripts);
    solution_write_lock(call->sim->solution);
    delete_run(call, &scripts);
    solution_unlock(call->sim->solution);
}
