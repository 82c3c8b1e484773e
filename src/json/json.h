/*
 * Reads JSON. The bytes are kept as they came, and a document is an index into them. A number is
 * its token, whatever its size; a record can be handed on, hashed or stored exactly as received.
 *
 * Rules for foreign documents. A text may hold NUL. Bytes that are not UTF-8, lone surrogates and
 * raw control characters do not make a document unreadable: the first two become U+FFFD in the
 * decoded text and the value says `repaired`, control characters stay as they are. A bare `?` where
 * a number should be (OData servers send it) is read as null. Duplicate members are all kept. Depth
 * and number of values are capped.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum { JSON_DEPTH_MAX = 64, JSON_VALUES_MAX = 1000 * 1000 };

/* Why a document could not be read: the `code` of ERR_DATA. */
enum json_cause {
    JSON_BROKEN = 1, /* something in it is not JSON            */
    JSON_CUT,        /* it ends in the middle                  */
    JSON_TOO_MUCH,   /* it is too deep, or has too many values */
};

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_ARRAY, JSON_OBJECT };

struct json_value {
    enum json_kind kind;
    bool repaired;    /* the decoded text is not exactly what was sent          */
    uint32_t extent;  /* values in this subtree, itself included                */
    uint32_t count;   /* of an array or object: its elements or members         */
    struct span raw;  /* the bytes as they came                                 */
    struct span name; /* as a member: its decoded name; otherwise SPAN_NONE     */
    struct span text; /* JSON_TEXT: decoded; JSON_NUMBER, JSON_BOOL: the token  */
};

struct json;

/*
 * Reads one document.
 *   text     must outlive `json_r`, which points into it
 *   json_r   caller frees with json_free() (or auto_json)
 * Fails with ERR_DATA (enum json_cause), saying at which byte and where in the document: not JSON,
 * deeper than JSON_DEPTH_MAX, more than JSON_VALUES_MAX values, something after the end.
 */
must_check bool json_read(struct span text, struct json **json_r, struct err *err);
void json_free(struct json *json); /* NULL is allowed */
void auto_json_cleanup(struct json **json);
#define auto_json __attribute__((cleanup(auto_json_cleanup))) struct json

const struct json_value *json_root(const struct json *json);

/* The first element or member, and the one after; NULL at the end or if there is nothing inside. */
const struct json_value *json_first(const struct json_value *parent);
const struct json_value *json_next(const struct json_value *parent, const struct json_value *child);

#define json_each(child, parent)                                                                   \
    for (const struct json_value *child = json_first(parent); child;                               \
         child = json_next(parent, child))

/* The first member of that name; NULL if there is none, or `object` is NULL or no object. */
const struct json_value *json_get(const struct json_value *object, const char *name);
const struct json_value *json_get_span(const struct json_value *object, struct span name);

/* Whether two members of this object have the same name. */
bool json_has_duplicates(const struct json_value *object);

/* Appends the place of a value, for messages: "records[3].size"; "the document" for the root. */
void json_path(const struct json *json, const struct json_value *value, struct str *to);
