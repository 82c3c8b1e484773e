/* Uploads into containers, global fields, and scripts that are run alone. */
#include "sim/api/handlers.h"

#include "sim/api/change.h"
#include "sim/api/codes.h"
#include "sim/api/multipart.h"
#include "sim/api/page.h"
#include "sim/api/script.h"
#include "sim/base/digits.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/num.h"

/* --- uploads -------------------------------------------------------------------------------- */

struct upload {
    struct multipart_part part;
    unsigned column, repetition;
    bool has_mod_id;
    uint64_t mod_id;
    char sha256[SHA256_HEX_SIZE];
};

static int container_find(struct call *call, struct upload *upload)
{
    const struct route *route = &call->request->route;
    struct span name = route->field;
    const struct shown *shown;
    const struct column *column;
    uint64_t repetition = 1;
    struct err err;

    shown = layout_shown(call->layout, name);
    if (!shown || shown->relation || shown->no_access)
        return CODE_FIELD_MISSING;
    column = &table_plan(call->table)->columns[shown->column];
    if (column->type != COLUMN_CONTAINER)
        return CODE_FIELD_TYPE;
    if (route->repetition.at && !num_u64(route->repetition, 1, 32000, &repetition, &err))
        return CODE_PARAMETER_INVALID;
    if (repetition > (column->repetitions ? column->repetitions : 1))
        return CODE_REPETITION_INVALID;
    upload->column = shown->column;
    upload->repetition = (unsigned)repetition;
    return 0;
}

static bool upload_read(struct call *call, struct upload *upload)
{
    const struct http_param *mod_id = http_param(&call->request->params, "modId");
    struct sha256 sha256;
    struct err err;
    int code = container_find(call, upload);

    if (!code && mod_id) {
        upload->has_mod_id = true;
        if (!num_u64(mod_id->value, 0, UINT32_MAX, &upload->mod_id, &err))
            code = CODE_PARAMETER_INVALID;
    }
    if (code) {
        answer_code(call->answer, code);
        return false;
    }
    if (!multipart_find(str_span(&call->request->body),
                        http_header_value(&call->request->head, "Content-Type"), "upload",
                        &upload->part)) {
        answer_code_text(call->answer, CODE_PARAMETER_INVALID, 0,
                         "Upload payload must contain a part named 'upload'.");
        return false;
    }
    sha256 = sha256_of(upload->part.bytes);
    (void)sha256_hex(&sha256, upload->sha256);
    return true;
}

static void upload_commit(struct call *call, const struct upload *upload, uint64_t ordinal)
{
    auto_content before = { 0 };
    auto_content content = { .store = STORE_EMBEDDED, .from = FROM_BLOB };
    struct cell cell = { upload->column, upload->repetition, SPAN_NONE, &content };

    table_content(call->table, ordinal, upload->column, upload->repetition, &before);
    content.version = before.version + 1;
    content.type = file_type_of_name(upload->part.file_name);
    content.blob = blob_new(upload->part.bytes);
    (void)snprintf(content.name, sizeof content.name, SPAN_FORMAT,
                   SPAN_ARGS(span_first(upload->part.file_name, sizeof content.name - 1)));
    table_commit(
        call->table, ordinal,
        &(struct commit){ .account = session_account(call->session), .cells = &cell, .count = 1 });
}

static void upload_tell(struct call *call, const struct upload *upload, uint64_t ordinal)
{
    journal_write(call->sim->journal,
                  &(struct effect){ .name = "upload",
                                    .layout = call->layout->name,
                                    .record_id = table_record_id(call->table, ordinal),
                                    .field = table_plan(call->table)->columns[upload->column].name,
                                    .repetition = upload->repetition,
                                    .status = 200,
                                    .sha256 = upload->sha256,
                                    .has_size = true,
                                    .size = upload->part.bytes.size,
                                    .has_mod_id = true,
                                    .mod_id = table_mod_id(call->table, ordinal),
                                    .session = session_serial(call->session),
                                    .request = call->request->number });
}

static int upload_apply(struct call *call, const struct upload *upload, uint64_t *ordinal_r)
{
    if (!table_find_id(call->table, call->request->record_id, ordinal_r))
        return CODE_RECORD_MISSING;
    if (table_is_held(call->table, *ordinal_r))
        return CODE_RECORD_IN_USE;
    if (upload->has_mod_id && upload->mod_id != table_mod_id(call->table, *ordinal_r))
        return CODE_MODID_MISMATCH;
    upload_commit(call, upload, *ordinal_r);
    upload_tell(call, upload, *ordinal_r);
    return 0;
}

void handle_upload(struct call *call)
{
    bool silent = switch_is(&call->sim->switches, UPLOAD_ANSWER, EMPTY);
    struct upload upload = { .column = 0 };
    struct json_writer w;
    uint64_t ordinal;
    uint32_t mod_id = 0;
    int code;

    if (!upload_read(call, &upload))
        return;
    solution_write_lock(call->sim->solution);
    code = upload_apply(call, &upload, &ordinal);
    if (!code)
        mod_id = table_mod_id(call->table, ordinal);
    solution_unlock(call->sim->solution);
    if (code) {
        answer_code(call->answer, code);
        return;
    }
    answer_begin(call->answer, &w);
    if (!silent)
        digits_member(&w, "modId", mod_id);
    answer_end(call->answer, &w);
}

/* --- globals -------------------------------------------------------------------------------- */

/* TO::g_text or TO::g_rep(2): full names only, and only of global fields. */
static int global_find(struct call *call, struct span name)
{
    const struct solution *solution = call->sim->solution;
    unsigned repetition;
    struct span field = change_name(name, &repetition);
    size_t colons = span_find(field, "::");
    auto_free char *occurrence = span_text(span_first(field, colons));

    if (colons == field.size)
        return CODE_FIELD_MISSING;
    for (size_t i = 0; i < solution->layout_count; i++) {
        const struct layout *layout = &solution->layouts[i];
        const struct table *table = solution_table(solution, layout->table);
        int column = table_column(table, span_from(field, colons + 2));

        if (strcmp(layout->occurrence, occurrence) != 0 || column < 0)
            continue;
        return table_plan(table)->columns[column].is_global ? 0 : CODE_FIELD_TYPE;
    }
    return CODE_FIELD_MISSING;
}

void handle_globals(struct call *call)
{
    bool lasts = switch_is(&call->sim->switches, GLOBALS, SESSION);
    auto_json *json = call_body(call);
    const struct json_value *fields = json ? json_get(json_root(json), "globalFields") : NULL;
    int code = 0;

    if (!json)
        return;
    if (!fields || fields->kind != JSON_OBJECT) {
        answer_code(call->answer, CODE_PARAMETER_MISSING);
        return;
    }
    json_each (member, fields)
        if (!code)
            code = global_find(call, member->name);
    if (code) {
        answer_code(call->answer, code);
        return;
    }
    json_each (member, fields)
        if (lasts)
            session_global_set(call->session, member->name, member->text);
    journal_write(call->sim->journal, &(struct effect){ .name = "globals",
                                                        .status = 200,
                                                        .session = session_serial(call->session),
                                                        .request = call->request->number });
    answer_empty(call->answer);
}

/* --- scripts -------------------------------------------------------------------------------- */

void handle_script(struct call *call)
{
    struct solution *solution = call->sim->solution;
    const struct script *script = solution_script(solution, call->request->route.script);
    const struct http_param *param = http_param(&call->request->params, "script.param");
    bool usual = switch_is(&call->sim->switches, SCRIPT_MISSING_STATUS, 500);
    uint64_t ordinal = 0;
    struct json_writer w;
    bool any;

    if (!script) {
        answer_code_text(call->answer, CODE_SCRIPT_MISSING, usual ? 500 : 404,
                         code_text(CODE_SCRIPT_MISSING));
        return;
    }
    script_wait(call->sim, script);
    answer_begin(call->answer, &w);
    solution_read_lock(solution);
    any = table_count(call->table) > 0;
    if (any)
        ordinal = table_select(call->table, 0);
    script_run(call->sim, script, call->table, any ? &ordinal : NULL,
               param ? param->value : SPAN_NONE, "", &w);
    solution_unlock(solution);
    answer_end(call->answer, &w);
}
