/* Lists of layouts and scripts, and what stands on a layout. */
#include "sim/api/handlers.h"

#include "sim/api/codes.h"

/* --- lists with folders --------------------------------------------------------------------- */

/*
 * A list whose items may lie in folders ("Dev/Old"). Folders appear where the first of their items
 * stands.
 */
struct listing {
    struct json_writer *w;
    const char *inside; /* the member that holds a folder's items */
    size_t count;
    const void *items;
    const char *(*name)(const void *items, size_t index);
    const char *(*folder)(const void *items, size_t index);
    void (*rest)(const struct listing *listing);
    bool with_table;
};

/* The folder below `path` in which an item lies; SPAN_NONE if it lies right there or elsewhere. */
static struct span folder_below(const char *folder, struct span path, bool *here)
{
    struct span rest = span_of(folder);

    *here = span_equal(rest, path);
    if (path.size) {
        if (rest.size <= path.size || !span_equal(span_first(rest, path.size), path)
            || rest.at[path.size] != '/')
            return SPAN_NONE;
        rest = span_from(rest, path.size + 1);
    }
    return *here ? SPAN_NONE : span_cut(&rest, '/');
}

static struct span item_folder(const struct listing *l, size_t index, struct span path, bool *here)
{
    const char *folder = l->folder(l->items, index);

    return folder_below(folder ? folder : "", path, here);
}

static bool folder_came_before(const struct listing *l, size_t index, struct span path,
                               struct span folder)
{
    for (size_t i = 0; i < index; i++) {
        bool here;
        struct span other = item_folder(l, i, path, &here);

        if (other.size && span_equal(other, folder))
            return true;
    }
    return false;
}

static void folder_write(const struct listing *l, struct span path);

static void subfolder_write(const struct listing *l, struct span path, struct span name)
{
    auto_str below = STR_MAX(KIB(1));

    str_printf(&below, SPAN_FORMAT "%s" SPAN_FORMAT, SPAN_ARGS(path), path.size ? "/" : "",
               SPAN_ARGS(name));
    json_open_object(l->w);
    json_member_span(l->w, "name", name);
    json_member_flag(l->w, "isFolder", true);
    json_name(l->w, l->inside);
    folder_write(l, str_span(&below));
    json_close_object(l->w);
}

static void folder_write(const struct listing *l, struct span path)
{
    json_open_array(l->w);
    for (size_t i = 0; i < l->count; i++) {
        bool here;
        struct span folder = item_folder(l, i, path, &here);

        if (folder.size && !folder_came_before(l, i, path, folder))
            subfolder_write(l, path, folder);
        if (!here)
            continue;
        json_open_object(l->w);
        json_member_text(l->w, "name", l->name(l->items, i));
        l->rest(l);
        json_close_object(l->w);
    }
    json_close_array(l->w);
}

static const char *layout_name(const void *items, size_t index)
{
    return ((const struct layout *)items)[index].name;
}

static const char *layout_folder(const void *items, size_t index)
{
    return ((const struct layout *)items)[index].folder;
}

static void layout_rest(const struct listing *l)
{
    if (l->with_table)
        json_member_text(l->w, "table", "");
}

void handle_layouts(struct call *call)
{
    const struct solution *solution = call->sim->solution;
    struct json_writer w;
    struct listing l = { .w = &w,
                         .inside = "folderLayoutNames",
                         .count = solution->layout_count,
                         .items = solution->layouts,
                         .name = layout_name,
                         .folder = layout_folder,
                         .rest = layout_rest };

    l.with_table = switch_is(&call->sim->switches, LAYOUT_TABLE, PRESENT);
    answer_begin(call->answer, &w);
    json_name(&w, "layouts");
    folder_write(&l, span_of(""));
    answer_end(call->answer, &w);
}

static const char *script_name(const void *items, size_t index)
{
    return ((const struct script *)items)[index].name;
}

static const char *script_folder(const void *items, size_t index)
{
    return ((const struct script *)items)[index].folder;
}

static void script_rest(const struct listing *l)
{
    json_member_flag(l->w, "isFolder", false);
}

void handle_scripts(struct call *call)
{
    const struct solution *solution = call->sim->solution;
    struct json_writer w;
    struct listing l = { .w = &w,
                         .inside = "folderScriptNames",
                         .count = solution->script_count,
                         .items = solution->scripts,
                         .name = script_name,
                         .folder = script_folder,
                         .rest = script_rest };

    answer_begin(call->answer, &w);
    json_name(&w, "scripts");
    folder_write(&l, span_of(""));
    answer_end(call->answer, &w);
}

/* --- one layout ----------------------------------------------------------------------------- */

static const char *field_kind(const struct column *column)
{
    if (column->is_summary)
        return "summary";
    return column->is_calculation || column->auto_enter == AUTO_RECORD ? "calculation" : "normal";
}

static void invalid_field_write(struct json_writer *w, const struct shown *shown)
{
    json_member_text(w, "name", shown->no_access ? "<No Access>" : "");
    json_member_text(w, "type", "invalid");
    json_member_text(w, "displayType", "editText");
    json_member_text(w, "result", "invalid");
}

static void field_traits(struct json_writer *w, const struct column *column, unsigned first,
                         unsigned last)
{
    json_member_flag(w, "global", column && column->is_global);
    json_member_flag(w, "autoEnter",
                     column && column->auto_enter != AUTO_NONE
                         && column->auto_enter != AUTO_RECORD);
    json_member_flag(w, "fourDigitYear", false);
    json_member_u64(w, "maxRepeat", column && column->repetitions ? column->repetitions : 1);
    json_member_u64(w, "maxCharacters", 0);
    json_member_flag(w, "notEmpty", column && (column->not_empty || column->not_empty_entry));
    json_member_flag(w, "numeric", false);
    json_member_flag(w, "timeOfDay", false);
    json_member_u64(w, "repetitionStart", first);
    json_member_u64(w, "repetitionEnd", last);
}

static void field_write(struct json_writer *w, const struct shown *shown,
                        const struct column *column)
{
    json_open_object(w);
    if (shown->deleted || shown->no_access) {
        invalid_field_write(w, shown);
        field_traits(w, NULL, 1, 1);
    } else {
        json_member_text(w, "name", shown->name);
        json_member_text(w, "type", field_kind(column));
        json_member_text(w, "displayType", shown->display ? shown->display : "editText");
        json_member_text(w, "result", column_type_name(column->type));
        if (shown->value_list)
            json_member_text(w, "valueList", shown->value_list);
        field_traits(w, column, shown_first(shown), shown_last(shown, column));
    }
    json_close_object(w);
}

static void fields_write(const struct call *call, struct json_writer *w, const struct shown *list,
                         size_t count)
{
    json_open_array(w);
    for (size_t i = 0; i < count; i++) {
        const struct table *table =
            shown_table(call->sim->solution, call->layout, list[i].relation);

        field_write(w, &list[i], &table_plan(table)->columns[list[i].column]);
    }
    json_close_array(w);
}

static void value_list_write(const struct call *call, struct json_writer *w, const char *name)
{
    const struct value_list *list = solution_value_list(call->sim->solution, name);
    bool shown = !list->by_field || http_param(&call->request->params, "recordId");

    json_open_object(w);
    json_member_text(w, "name", list->name);
    json_member_text(w, "type", list->by_field ? "byField" : "customList");
    json_name(w, "values");
    json_open_array(w);
    for (size_t i = 0; shown && i < list->count; i++) {
        json_open_object(w);
        json_member_text(w, "displayValue", list->values[i]);
        json_member_text(w, "value", list->values[i]);
        json_close_object(w);
    }
    json_close_array(w);
    json_close_object(w);
}

static bool list_came_before(const struct layout *layout, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (layout->shown[i].value_list
            && strcmp(layout->shown[i].value_list, layout->shown[index].value_list) == 0)
            return true;
    return false;
}

static void value_lists_write(const struct call *call, struct json_writer *w)
{
    const struct layout *layout = call->layout;
    bool any = switch_is(&call->sim->switches, VALUE_LISTS, EMPTY);

    for (size_t i = 0; i < layout->shown_count; i++)
        any = any || layout->shown[i].value_list;
    if (!any)
        return;
    json_name(w, "valueLists");
    json_open_array(w);
    for (size_t i = 0; i < layout->shown_count; i++)
        if (layout->shown[i].value_list && !list_came_before(layout, i))
            value_list_write(call, w, layout->shown[i].value_list);
    json_close_array(w);
}

static void portals_write(const struct call *call, struct json_writer *w)
{
    json_name(w, "portalMetaData");
    json_open_object(w);
    for (size_t i = 0; i < call->layout->portal_count; i++) {
        const struct portal *portal = &call->layout->portals[i];

        json_name(w, portal->name ? portal->name : portal->relation);
        fields_write(call, w, portal->shown, portal->shown_count);
    }
    json_close_object(w);
}

/* The older form of layout metadata, still served under …/metadata. */
static void old_metadata_write(const struct call *call, struct json_writer *w)
{
    json_name(w, "metaData");
    json_open_array(w);
    for (size_t i = 0; i < call->layout->shown_count; i++) {
        const struct shown *shown = &call->layout->shown[i];
        const struct column *column =
            &table_plan(shown_table(call->sim->solution, call->layout, shown->relation))
                 ->columns[shown->column];

        json_open_object(w);
        json_member_text(w, "name", shown->name);
        json_member_text(w, "type", field_kind(column));
        json_member_text(w, "result", column_type_name(column->type));
        json_member_text(w, "global", column->is_global ? "true" : "false");
        if (shown->value_list)
            json_member_text(w, "valueList", shown->value_list);
        json_member_u64(w, "repetitions", shown_last(shown, column));
        json_close_object(w);
    }
    json_close_array(w);
}

static bool params_are_known(struct call *call)
{
    const struct http_params *params = &call->request->params;

    for (size_t i = 0; i < params->count; i++) {
        auto_str text = STR_MAX(KIB(1));

        if (span_is(params->items[i].name, "recordId"))
            continue;
        str_printf(&text, "Unknown parameter(s): " SPAN_FORMAT,
                   SPAN_ARGS(span_first(params->items[i].name, 100)));
        answer_code_text(call->answer, CODE_PARAMETER_INVALID, 0, str_text(&text));
        return false;
    }
    return true;
}

void handle_layout(struct call *call)
{
    struct json_writer w;

    if (!params_are_known(call))
        return;
    answer_begin(call->answer, &w);
    if (call->request->route.old_metadata) {
        old_metadata_write(call, &w);
    } else {
        json_name(&w, "fieldMetaData");
        fields_write(call, &w, call->layout->shown, call->layout->shown_count);
        portals_write(call, &w);
        value_lists_write(call, &w);
    }
    answer_end(call->answer, &w);
}
