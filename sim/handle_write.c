/* Changing records. */
#include "sim/handle.h"

#include "sim/change.h"
#include "sim/codes.h"
#include "sim/page.h"

#include "base/mem.h"
#include "base/num.h"

/* --- what a body may say -------------------------------------------------------------------- */

struct edit {
    const struct json_value *fields;
    struct change_options options;
    bool has_mod_id;
    uint64_t mod_id;
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

    if (switch_of(switches, SWITCH_DATE_FORMATS) != DATE_FORMATS_WRITES)
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

static bool member_read(struct call *call, struct edit *edit, const struct json_value *member)
{
    struct err err;

    if (span_is(member->name, "fieldData")) {
        edit->fields = member;
        return member->kind == JSON_OBJECT
               || refuse_text(call, CODE_PARAMETER_INVALID, "Invalid value of ", member->name);
    }
    if (span_is(member->name, "modId")) {
        edit->has_mod_id = true;
        return num_u64(member->text, 0, UINT32_MAX, &edit->mod_id, &err)
               || refuse_text(call, CODE_PARAMETER_INVALID, "Invalid value of ", member->name);
    }
    if (span_is(member->name, "dateformats"))
        return dates_read(call, edit, member);
    if (span_is(member->name, "options"))
        return options_read(call, edit, member);
    return refuse_text(call, CODE_PARAMETER_INVALID, "Unknown parameter(s): ", member->name);
}

static bool edit_read(struct call *call, struct edit *edit, const struct json_value *body)
{
    json_each (member, body)
        if (!member_read(call, edit, member))
            return false;
    return edit->fields
           || refuse_text(call, CODE_PARAMETER_MISSING,
                          "Parameter missing: ", span_of("fieldData"));
}

/* --- editing a record ----------------------------------------------------------------------- */

static void journal_cells(struct call *call, const char *effect, uint64_t ordinal,
                          const struct change *change)
{
    const struct table_plan *plan = table_plan(call->table);

    for (size_t i = 0; i < change->count; i++)
        journal_write(call->sim->journal,
                      &(struct effect){ .name = effect,
                                        .layout = call->layout->name,
                                        .record_id = table_record_id(call->table, ordinal),
                                        .field = plan->columns[change->cells[i].column].name,
                                        .repetition = change->cells[i].repetition,
                                        .value = change->cells[i].text,
                                        .status = 200,
                                        .has_mod_id = true,
                                        .mod_id = table_mod_id(call->table, ordinal),
                                        .session = session_serial(call->session),
                                        .request = call->request->number });
}

static void mod_id_answer(struct call *call, uint64_t ordinal)
{
    struct json_writer w;
    char digits[16];

    (void)snprintf(digits, sizeof digits, "%u",
                   table_mod_id(call->table, ordinal)
                       + (call->request->twist.wrong_mod_id ? 7 : 0));
    answer_begin(call->answer, &w);
    json_member_text(&w, "modId", digits);
    answer_end(call->answer, &w);
}

/* 0, or why a record cannot be written to. */
static int edit_refusal(const struct call *call, uint64_t ordinal, const struct edit *edit)
{
    if (table_is_held(call->table, ordinal))
        return CODE_RECORD_IN_USE;
    if (edit->has_mod_id && edit->mod_id != table_mod_id(call->table, ordinal))
        return CODE_MODID_MISMATCH;
    return 0;
}

static int edit_apply(struct call *call, const struct edit *edit, uint64_t *ordinal_r)
{
    struct change *change = mem_new(struct change);
    bool keeps = switch_of(&call->sim->switches, SWITCH_MOD_ID_SAME_VALUE) == SWITCHED_YES;
    int code = CODE_RECORD_MISSING;

    if (table_find_id(call->table, call->request->record_id, ordinal_r))
        code = edit_refusal(call, *ordinal_r, edit);
    if (!code && !change_read(change, call->table, call->layout, &edit->options, edit->fields))
        code = change->code;
    if (!code && !(keeps && change_is_none(change, call->table, *ordinal_r))) {
        table_commit(call->table, *ordinal_r,
                     &(struct commit){ .account = session_account(call->session),
                                       .cells = change->cells,
                                       .count = change->count });
        journal_cells(call, "patch", *ordinal_r, change);
    }
    change_clear(change);
    free(change);
    return code;
}

static void edit_run(struct call *call, const struct edit *edit)
{
    struct solution *solution = call->sim->solution;
    uint64_t ordinal = 0;
    int code;

    solution_write_lock(solution);
    code = edit_apply(call, edit, &ordinal);
    if (code)
        answer_code(call->answer, code);
    else
        mod_id_answer(call, ordinal);
    solution_unlock(solution);
}

void handle_patch(struct call *call)
{
    auto_json *json = call_body(call);
    struct edit edit = { .fields = NULL };

    if (json && edit_read(call, &edit, json_root(json)))
        edit_run(call, &edit);
}
