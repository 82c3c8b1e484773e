/*
 * Declared shapes: the members that an object must have, and the places in a struct for their
 * values. An object that does not fit is an error that names the member's path.
 */
#pragma once

#include "json/json.h"

enum json_want {
    JSON_WANT_SPAN,   /* struct span: the decoded text of a JSON text               */
    JSON_WANT_SCALAR, /* struct span: a text's, number's or boolean's decoded text  */
    JSON_WANT_U64,    /* uint64_t: a whole number, as number or as text of digits   */
    JSON_WANT_FLAG,   /* bool                                                       */
    JSON_WANT_OBJECT, /* const struct json_value *                                  */
    JSON_WANT_ARRAY,  /* const struct json_value *                                  */
    JSON_WANT_ANY,    /* const struct json_value *                                  */
};

/* One member of a shape: its place and its kind. An optional one may be absent or null. */
struct json_member {
    const char *name;
    enum json_want want;
    bool optional;
    size_t offset;
};

#define JSON_MEMBER(object, member, name, want, optional, type)                                    \
    {                                                                                              \
        name, want, optional, offset_of_typed(object, member, type)                                \
    }
#define JSON_SPAN(object, member, name)                                                            \
    JSON_MEMBER(object, member, name, JSON_WANT_SPAN, false, struct span)
#define JSON_SCALAR(object, member, name)                                                          \
    JSON_MEMBER(object, member, name, JSON_WANT_SCALAR, false, struct span)
#define JSON_U64(object, member, name)                                                             \
    JSON_MEMBER(object, member, name, JSON_WANT_U64, false, uint64_t)
#define JSON_FLAG(object, member, name)                                                            \
    JSON_MEMBER(object, member, name, JSON_WANT_FLAG, false, bool)
#define JSON_INSIDE(object, member, name)                                                          \
    JSON_MEMBER(object, member, name, JSON_WANT_OBJECT, false, const struct json_value *)
#define JSON_LIST(object, member, name)                                                            \
    JSON_MEMBER(object, member, name, JSON_WANT_ARRAY, false, const struct json_value *)
#define JSON_ANY(object, member, name)                                                             \
    JSON_MEMBER(object, member, name, JSON_WANT_ANY, false, const struct json_value *)
#define JSON_MAYBE_SPAN(object, member, name)                                                      \
    JSON_MEMBER(object, member, name, JSON_WANT_SPAN, true, struct span)
#define JSON_MAYBE_SCALAR(object, member, name)                                                    \
    JSON_MEMBER(object, member, name, JSON_WANT_SCALAR, true, struct span)
#define JSON_MAYBE_U64(object, member, name)                                                       \
    JSON_MEMBER(object, member, name, JSON_WANT_U64, true, uint64_t)
#define JSON_MAYBE_FLAG(object, member, name)                                                      \
    JSON_MEMBER(object, member, name, JSON_WANT_FLAG, true, bool)
#define JSON_MAYBE_INSIDE(object, member, name)                                                    \
    JSON_MEMBER(object, member, name, JSON_WANT_OBJECT, true, const struct json_value *)
#define JSON_MAYBE_LIST(object, member, name)                                                      \
    JSON_MEMBER(object, member, name, JSON_WANT_ARRAY, true, const struct json_value *)
#define JSON_MAYBE_ANY(object, member, name)                                                       \
    JSON_MEMBER(object, member, name, JSON_WANT_ANY, true, const struct json_value *)
#define JSON_SHAPE_END                                                                             \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/*
 * Fills the members of `target` from an object; unknown members are ignored.
 *   shape    ended by JSON_SHAPE_END
 *   target   an absent optional member leaves its place untouched; the values point into the
 *            document
 * Fails with ERR_DATA naming the path: "response.data[3].recordId is missing"; also if `object` is
 * NULL or not an object.
 */
must_check bool json_fill(const struct json *json, const struct json_value *object,
                          const struct json_member *shape, void *target, struct err *err);
