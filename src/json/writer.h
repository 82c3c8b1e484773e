/*
 * Writes JSON: compact, members in the order they are given, text as UTF-8 (repaired where it is
 * not), `/` not escaped. Commas and quotes are added by themselves; ask the str once, at the end,
 * whether all of it fitted. A bracket too many, a name without a value and more than 63 levels are
 * bugs: the process ends.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "json/json.h"

struct json_writer {
    struct str *to;
    uint64_t has_members; /* one bit per open level */
    unsigned depth;
    bool after_name;
    bool shown; /* for people: harmful characters are written as their numbers (base/foreign.h) */
};

#define JSON_WRITER(str_pointer)                                                                   \
    {                                                                                              \
        .to = (str_pointer)                                                                        \
    }

#define JSON_WRITER_SHOWN(str_pointer)                                                             \
    {                                                                                              \
        .to = (str_pointer), .shown = true                                                         \
    }

/* Open and close an object or an array. */
void json_open_object(struct json_writer *w);
void json_open_array(struct json_writer *w);
void json_close_object(struct json_writer *w);
void json_close_array(struct json_writer *w);

/* Writes the name of the member whose value comes next. */
void json_name(struct json_writer *w, const char *name);
void json_name_span(struct json_writer *w, struct span name);

/* Write a value: the next of an array, or the one whose name was just written. */
void json_write_text(struct json_writer *w, const char *text); /* NULL gives null */
void json_write_span(struct json_writer *w, struct span text);
void json_write_i64(struct json_writer *w, int64_t n);
void json_write_u64(struct json_writer *w, uint64_t n);
void json_write_flag(struct json_writer *w, bool flag);
void json_write_null(struct json_writer *w);

/* Writes bytes that are JSON already. */
void json_write_raw(struct json_writer *w, struct span json);

/* Write a name and its value. */
#define json_member_text(w, name, text) (json_name(w, name), json_write_text(w, text))
#define json_member_span(w, name, text) (json_name(w, name), json_write_span(w, text))
#define json_member_i64(w, name, n) (json_name(w, name), json_write_i64(w, n))
#define json_member_u64(w, name, n) (json_name(w, name), json_write_u64(w, n))
#define json_member_flag(w, name, flag) (json_name(w, name), json_write_flag(w, flag))
