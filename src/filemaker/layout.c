/* Reads the server's product and a layout's fields. */
#include "filemaker/session.h"

#include "base/mem.h"
#include "json/shape.h"

/* --- the product ---------------------------------------------------------------------------- */

struct product_info {
    struct span name, version, date_format, stamp_format;
};

bool filemaker_product(struct filemaker *filemaker, struct filemaker_product *product_r,
                       struct err *err)
{
    static const struct json_member shape[] = {
        JSON_SPAN(struct product_info, name, "name"),
        JSON_MAYBE_SPAN(struct product_info, version, "version"),
        JSON_MAYBE_SPAN(struct product_info, date_format, "dateFormat"),
        JSON_MAYBE_SPAN(struct product_info, stamp_format, "timeStampFormat"),
        JSON_SHAPE_END,
    };
    struct filemaker_call call = { .method = "GET",
                                   .path = "/fmi/data/vLatest/productInfo",
                                   .auth = FILEMAKER_AUTH_NONE,
                                   .reads = true };
    auto_filemaker_answer answer = { 0 };
    struct product_info info = { 0 };
    struct filemaker_product product;

    if (!filemaker_call(filemaker, &call, &answer, err)
        || !json_fill(answer.json, json_get(answer.response, "productInfo"), shape, &info, err))
        return err_ctx(err, "asking what server this is");
    (void)snprintf(product.name, sizeof product.name, SPAN_FORMAT, SPAN_ARGS(info.name));
    (void)snprintf(product.version, sizeof product.version, SPAN_FORMAT, SPAN_ARGS(info.version));
    (void)snprintf(product.date_format, sizeof product.date_format, SPAN_FORMAT,
                   SPAN_ARGS(info.date_format));
    (void)snprintf(product.stamp_format, sizeof product.stamp_format, SPAN_FORMAT,
                   SPAN_ARGS(info.stamp_format));
    *product_r = product;
    return true;
}

/* --- a layout ------------------------------------------------------------------------------- */

struct field_info {
    struct span name, type, result;
    bool global, auto_enter, not_empty, numeric;
    uint64_t max_characters, max_repeat, first_shown, last_shown;
};

static bool field_read(const struct json *json, const struct json_value *from,
                       struct filemaker_field *field_r, struct err *err)
{
    static const struct json_member shape[] = {
        JSON_SPAN(struct field_info, name, "name"),
        JSON_SPAN(struct field_info, type, "type"),
        JSON_SPAN(struct field_info, result, "result"),
        JSON_MAYBE_FLAG(struct field_info, global, "global"),
        JSON_MAYBE_FLAG(struct field_info, auto_enter, "autoEnter"),
        JSON_MAYBE_FLAG(struct field_info, not_empty, "notEmpty"),
        JSON_MAYBE_FLAG(struct field_info, numeric, "numeric"),
        JSON_MAYBE_U64(struct field_info, max_characters, "maxCharacters"),
        JSON_MAYBE_U64(struct field_info, max_repeat, "maxRepeat"),
        JSON_MAYBE_U64(struct field_info, first_shown, "repetitionStart"),
        JSON_MAYBE_U64(struct field_info, last_shown, "repetitionEnd"),
        JSON_SHAPE_END,
    };
    struct field_info info = { .max_repeat = 1, .first_shown = 1, .last_shown = 1 };

    if (!json_fill(json, from, shape, &info, err))
        return false;
    *field_r = (struct filemaker_field){
        .name = span_text(info.name),
        .type = span_text(info.type),
        .result = span_text(info.result),
        .global = info.global,
        .auto_enter = info.auto_enter,
        .not_empty = info.not_empty,
        .digits_only = info.numeric,
        .characters_max = info.max_characters,
        .repetitions = (unsigned)info.max_repeat,
        .repetitions_shown = info.last_shown >= info.first_shown
                                 ? (unsigned)(info.last_shown - info.first_shown + 1)
                                 : 1,
    };
    return true;
}

static bool fields_read(const struct json *json, const struct json_value *list,
                        struct filemaker_layout *layout, struct err *err)
{
    layout->fields = mem_zero(list->count * sizeof *layout->fields);
    json_each (from, list) {
        if (!field_read(json, from, &layout->fields[layout->count], err))
            return false;
        layout->count++;
    }
    return true;
}

struct layout_info {
    const struct json_value *fields, *portals;
};

bool filemaker_layout(struct filemaker *filemaker, const char *name,
                      struct filemaker_layout *layout_r, struct err *err)
{
    static const struct json_member shape[] = {
        JSON_LIST(struct layout_info, fields, "fieldMetaData"),
        JSON_MAYBE_INSIDE(struct layout_info, portals, "portalMetaData"),
        JSON_SHAPE_END,
    };
    auto_str path = STR_MAX(KIB(4));
    auto_filemaker_answer answer = { 0 };
    auto_layout layout = { 0 };
    struct layout_info info = { 0 };
    struct filemaker_call call = { .method = "GET", .auth = FILEMAKER_AUTH_SESSION, .reads = true };

    filemaker_path(&path, filemaker, (const char *const[]){ "layouts", name, NULL });
    call.path = str_text(&path);
    if (!filemaker_call(filemaker, &call, &answer, err)
        || !json_fill(answer.json, answer.response, shape, &info, err)
        || !fields_read(answer.json, info.fields, &layout, err))
        return err_ctx(err, "asking for the layout '%s'", name);
    layout.portals = info.portals ? info.portals->count : 0;
    *layout_r = layout;
    layout = (struct filemaker_layout){ 0 };
    return true;
}

void filemaker_layout_clear(struct filemaker_layout *layout)
{
    for (size_t i = 0; i < layout->count; i++) {
        free(layout->fields[i].name);
        free(layout->fields[i].type);
        free(layout->fields[i].result);
    }
    free(layout->fields);
    *layout = (struct filemaker_layout){ 0 };
}

const struct filemaker_field *filemaker_field(const struct filemaker_layout *layout,
                                              const char *name)
{
    for (size_t i = 0; i < layout->count; i++)
        if (strcmp(layout->fields[i].name, name) == 0)
            return &layout->fields[i];
    return NULL;
}

bool filemaker_is_moment(const struct filemaker_field *field)
{
    return strcmp(field->result, "date") == 0 || strcmp(field->result, "timeStamp") == 0;
}
