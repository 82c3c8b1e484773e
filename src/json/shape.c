/* Filling structs from objects by their declared shapes. */
#include "json/shape.h"

#include "base/num.h"

static const char *want_name(enum json_want want)
{
    switch (want) {
    case JSON_WANT_SPAN:
        return "a text";
    case JSON_WANT_SCALAR:
        return "a text or a number";
    case JSON_WANT_U64:
        return "a whole number";
    case JSON_WANT_FLAG:
        return "true or false";
    case JSON_WANT_OBJECT:
        return "an object";
    case JSON_WANT_ARRAY:
        return "an array";
    case JSON_WANT_ANY:
        return "a value";
    }
    abort();
}

static bool value_fits(const struct json_value *value, enum json_want want, void *place)
{
    struct err ignored;

    switch (want) {
    case JSON_WANT_SPAN:
        *(struct span *)place = value->text;
        return value->kind == JSON_TEXT;
    case JSON_WANT_SCALAR:
        *(struct span *)place = value->text;
        return value->kind == JSON_TEXT || value->kind == JSON_NUMBER || value->kind == JSON_BOOL;
    case JSON_WANT_U64:
        return (value->kind == JSON_NUMBER || value->kind == JSON_TEXT)
               && num_u64(value->text, 0, UINT64_MAX, place, &ignored);
    case JSON_WANT_FLAG:
        *(bool *)place = value->kind == JSON_BOOL && span_is(value->text, "true");
        return value->kind == JSON_BOOL;
    case JSON_WANT_OBJECT:
        *(const struct json_value **)place = value;
        return value->kind == JSON_OBJECT;
    case JSON_WANT_ARRAY:
        *(const struct json_value **)place = value;
        return value->kind == JSON_ARRAY;
    case JSON_WANT_ANY:
        *(const struct json_value **)place = value;
        return true;
    }
    abort();
}

static bool fill_failed(const struct json *json, const struct json_value *object,
                        const char *member, const char *complaint, struct err *err)
{
    auto_str path = STR_MAX(256);

    if (object != json_root(json) || !*member)
        json_path(json, object, &path);
    return err_set(err, ERR_DATA, 0, "%s%s%s %s", str_text(&path), path.size && *member ? "." : "",
                   member, complaint);
}

static bool member_fill(const struct json *json, const struct json_value *object,
                        const struct json_member *member, void *place, struct err *err)
{
    const struct json_value *value = json_get(object, member->name);
    char complaint[64];

    if (member->optional && (!value || value->kind == JSON_NULL))
        return true;
    if (!value)
        return fill_failed(json, object, member->name, "is missing", err);
    if (value_fits(value, member->want, place))
        return true;
    (void)snprintf(complaint, sizeof complaint, "is not %s", want_name(member->want));
    return fill_failed(json, object, member->name, complaint, err);
}

bool json_fill(const struct json *json, const struct json_value *object,
               const struct json_member *shape, void *target, struct err *err)
{
    if (!object)
        return err_set(err, ERR_DATA, 0, "the object is missing");
    if (object->kind != JSON_OBJECT)
        return fill_failed(json, object, "", "is not an object", err);
    for (; shape->name; shape++)
        if (!member_fill(json, object, shape, (char *)target + shape->offset, err))
            return false;
    return true;
}
