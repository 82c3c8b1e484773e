/* Editing related records. */
#include "sim/api/rows.h"

#include "sim/api/codes.h"
#include "sim/base/digits.h"

#include "base/mem.h"
#include "base/num.h"

enum { ROWS_MAX = 200 };

enum row_action { ROW_EDIT, ROW_CREATE, ROW_DELETE, ROW_FIRST };

struct portal_row {
    enum row_action action;
    const struct relation *relation;
    struct table *table;
    uint64_t record_id; /* of ROW_EDIT and ROW_DELETE */
    bool has_mod_id;
    uint64_t mod_id;
    struct change *change;
    uint64_t ordinal; /* of what ROW_CREATE made */
};

struct rows_edit {
    struct portal_row rows[ROWS_MAX];
    size_t count;
};

struct rows_edit *rows_edit_none(void)
{
    return mem_new(struct rows_edit);
}

void rows_edit_free(struct rows_edit *edit)
{
    for (size_t i = 0; edit && i < edit->count; i++) {
        change_clear(edit->rows[i].change);
        free(edit->rows[i].change);
    }
    free(edit);
}

/* --- reading -------------------------------------------------------------------------------- */

static struct portal_row *row_add(const struct call *call, struct rows_edit *edit,
                                  enum row_action action, const char *occurrence)
{
    const struct relation *relation = solution_relation(call->sim->solution, occurrence);
    struct portal_row *row;

    if (!relation || edit->count == ROWS_MAX)
        return NULL;
    row = &edit->rows[edit->count++];
    *row = (struct portal_row){ .action = action, .relation = relation };
    row->table = solution_table(call->sim->solution, relation->table);
    row->change = mem_new(struct change);
    return row;
}

static int row_member(const struct portal *portal, struct portal_row *row,
                      const struct change_options *options, const struct json_value *member)
{
    struct err err;

    if (span_is(member->name, "recordId")) {
        row->action = ROW_EDIT;
        return num_u64(member->text, 1, UINT64_MAX, &row->record_id, &err) ? 0
                                                                           : CODE_RECORD_MISSING;
    }
    if (span_is(member->name, "modId")) {
        row->has_mod_id = true;
        return num_u64(member->text, 0, UINT32_MAX, &row->mod_id, &err) ? 0
                                                                        : CODE_PARAMETER_INVALID;
    }
    return change_add_member(row->change, row->table, portal->shown, portal->shown_count, options,
                             member)
               ? 0
               : row->change->code;
}

static int portal_row_read(const struct call *call, struct rows_edit *edit,
                           const struct portal *portal, const struct change_options *options,
                           const struct json_value *object)
{
    struct portal_row *row = row_add(call, edit, ROW_CREATE, portal->relation);

    if (!row || object->kind != JSON_OBJECT)
        return CODE_PARAMETER_INVALID;
    json_each (member, object) {
        int code = row_member(portal, row, options, member);

        if (code)
            return code;
    }
    return 0;
}

static const struct portal *portal_named(const struct layout *layout, struct span name)
{
    for (size_t i = 0; i < layout->portal_count; i++) {
        const struct portal *portal = &layout->portals[i];

        if (span_is(name, portal->name ? portal->name : portal->relation))
            return portal;
    }
    return NULL;
}

static int portals_read(const struct call *call, struct rows_edit *edit,
                        const struct json_value *portals, const struct change_options *options)
{
    json_each (list, portals) {
        const struct portal *portal = portal_named(call->layout, list->name);

        if (!portal || list->kind != JSON_ARRAY)
            return portal ? CODE_PARAMETER_INVALID : CODE_FIELD_MISSING;
        json_each (object, list) {
            int code = portal_row_read(call, edit, portal, options, object);

            if (code)
                return code;
        }
    }
    return 0;
}

/* "ATTACH.3": the row with that record id. */
static int delete_read(const struct call *call, struct rows_edit *edit, struct span text)
{
    struct span id = text, name = span_cut(&id, '.');
    auto_free char *occurrence = span_text(name);
    struct portal_row *row = row_add(call, edit, ROW_DELETE, occurrence);
    struct err err;

    if (!row)
        return CODE_PARAMETER_INVALID;
    return num_u64(id, 1, UINT64_MAX, &row->record_id, &err) ? 0 : CODE_RECORD_MISSING;
}

static int deletes_read(const struct call *call, struct rows_edit *edit,
                        const struct json_value *value)
{
    if (value->kind == JSON_TEXT)
        return delete_read(call, edit, value->text);
    json_each (item, value) {
        int code = delete_read(call, edit, item->text);

        if (code)
            return code;
    }
    return value->kind == JSON_ARRAY ? 0 : CODE_PARAMETER_INVALID;
}

/* CONTACT::Name as a member of fieldData: the first related record. */
static int related_read(const struct call *call, struct rows_edit *edit,
                        const struct change_options *options, const struct json_value *member)
{
    struct span rest = member->name;
    auto_free char *occurrence = span_text(span_first(rest, span_find(rest, "::")));
    struct portal_row *row = row_add(call, edit, ROW_FIRST, occurrence);

    if (!row)
        return CODE_FIELD_MISSING;
    return change_add_member(row->change, row->table, call->layout->shown,
                             call->layout->shown_count, options, member)
               ? 0
               : row->change->code;
}

static int fields_read(const struct call *call, struct rows_edit *edit,
                       const struct json_value *fields, const struct change_options *options)
{
    json_each (member, fields) {
        int code = 0;

        if (span_is(member->name, "deleteRelated"))
            code = deletes_read(call, edit, member);
        else if (span_find(member->name, "::") < member->name.size)
            code = related_read(call, edit, options, member);
        if (code)
            return code;
    }
    return 0;
}

int rows_edit_read(const struct call *call, const struct json_value *fields,
                   const struct json_value *portals, const struct change_options *options,
                   struct rows_edit **edit_r)
{
    struct rows_edit *edit = mem_new(struct rows_edit);
    int code = fields_read(call, edit, fields, options);

    *edit_r = edit;
    return code ? code : portals_read(call, edit, portals, options);
}

/* --- doing ---------------------------------------------------------------------------------- */

/* Finds the record of a row that exists already. */
static bool row_find(const struct call *call, const struct portal_row *row, uint64_t ordinal,
                     uint64_t *other_r)
{
    switch (row->action) {
    case ROW_EDIT:
    case ROW_DELETE:
        return table_find_id(row->table, row->record_id, other_r);
    case ROW_FIRST:
        return relation_record(call->sim->solution, row->relation, call->table, ordinal, 0,
                               other_r);
    case ROW_CREATE:
        return false;
    }
    abort();
}

int rows_edit_check(const struct call *call, const struct rows_edit *edit, uint64_t ordinal)
{
    for (size_t i = 0; i < edit->count; i++) {
        const struct portal_row *row = &edit->rows[i];
        uint64_t other;

        if (row->action == ROW_CREATE)
            continue;
        if (!row_find(call, row, ordinal, &other))
            return CODE_RECORD_MISSING;
        if (table_is_held(row->table, other))
            return CODE_RECORD_IN_USE;
        if (row->has_mod_id && row->mod_id != table_mod_id(row->table, other))
            return CODE_MODID_MISMATCH;
    }
    return 0;
}

static void row_tell(const struct call *call, const struct portal_row *row, const char *effect,
                     uint64_t ordinal)
{
    journal_write(call->sim->journal,
                  &(struct effect){ .name = effect,
                                    .layout = row->relation->occurrence,
                                    .record_id = table_record_id(row->table, ordinal),
                                    .status = 200,
                                    .has_mod_id = true,
                                    .mod_id = table_mod_id(row->table, ordinal),
                                    .session = session_serial(call->session),
                                    .request = call->request->number });
}

/* Makes a row; it is related by the key of its record. */
static void row_create(const struct call *call, struct portal_row *row, uint64_t ordinal)
{
    auto_str key = STR_MAX(KIB(64));
    struct cell cell = { .column = row->relation->other, .repetition = 1 };
    const char *account = session_account(call->session);

    table_value(call->table, ordinal, row->relation->own, 1, &key);
    cell.text = str_span(&key);
    row->ordinal = table_create(row->table, account, false);
    table_commit(row->table, row->ordinal,
                 &(struct commit){
                     .cells = row->change->cells, .count = row->change->count, .silent = true });
    table_commit(row->table, row->ordinal,
                 &(struct commit){ .cells = &cell, .count = 1, .silent = true });
    row_tell(call, row, "create", row->ordinal);
}

static void row_apply(const struct call *call, struct portal_row *row, uint64_t ordinal)
{
    uint64_t other;

    if (row->action == ROW_CREATE) {
        row_create(call, row, ordinal);
    } else if (!row_find(call, row, ordinal, &other)) {
        return;
    } else if (row->action == ROW_DELETE) {
        row_tell(call, row, "delete", other);
        table_delete(row->table, other);
    } else {
        table_commit(row->table, other,
                     &(struct commit){ .account = session_account(call->session),
                                       .cells = row->change->cells,
                                       .count = row->change->count });
        row_tell(call, row, "patch", other);
    }
}

void rows_edit_apply(const struct call *call, struct rows_edit *edit, uint64_t ordinal)
{
    for (size_t i = 0; i < edit->count; i++)
        row_apply(call, &edit->rows[i], ordinal);
}

void rows_edit_write(const struct rows_edit *edit, struct json_writer *w)
{
    bool any = false;

    for (size_t i = 0; i < edit->count; i++)
        any = any || edit->rows[i].action == ROW_CREATE;
    if (!any)
        return;
    json_name(w, "newPortalRecordInfo");
    json_open_array(w);
    for (size_t i = 0; i < edit->count; i++) {
        const struct portal_row *row = &edit->rows[i];

        if (row->action != ROW_CREATE)
            continue;
        json_open_object(w);
        json_member_text(w, "tableName", row->relation->occurrence);
        digits_member(w, "recordId", table_record_id(row->table, row->ordinal));
        digits_member(w, "modId", table_mod_id(row->table, row->ordinal));
        json_close_object(w);
    }
    json_close_array(w);
}
