/*
 * How a column is filled: "{row_id}", "s3://{bucket}/{key}", "once [] ". Names in braces stand for
 * what is known of a document or a patient; docs/registry.md lists them. Private to registry/.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"
#include "base/uuid.h"

enum template_name {
    NAME_ROW_ID,
    NAME_PATIENT,
    NAME_CONTENT_TYPE,
    NAME_FILE_NAME,
    NAME_ORIGINAL_NAME,
    NAME_SIZE,
    NAME_MIME,
    NAME_BUCKET,
    NAME_KEY,
    NAME_CATEGORY,
    NAME_TYPE,
    NAME_AUTHOR,
    NAME_DATE,
    NAME_NOW,
    NAME_SHA256,
    NAME_RECORD_ID,
    NAME_MOD_ID,
    NAME_METADATA,
    NAME_IDENTITY,
    NAME_CONTAINER,
    NAME_REPETITION,
    NAME_FILEMAKER_UUID,
    NAME_FILEMAKER_ID,
    NAME_FIRST_NAME,
    NAME_LAST_NAME,
    NAME_DOB,
    NAME_MRN,
    NAME_FIELD, /* {field:X}: what the record says in a field */
    NAME_TEXT,  /* what stands between the names              */
};

/* Of which rows a template speaks. */
enum template_table { TEMPLATE_DOCUMENTS = 1, TEMPLATE_PATIENTS = 2 };

enum value_type {
    VALUE_NOTHING,
    VALUE_TEXT,
    VALUE_NUMBER,
    VALUE_UUID,
    VALUE_ID, /* a text: of a patient, in whatever form the application has */
    VALUE_STAMP,
    VALUE_DAY,   /* a text: "2026-11-23"                                   */
    VALUE_JSON,  /* a text                                                 */
    VALUE_FIELD, /* a text as the record says it; perhaps a moment         */
};

/* A value on its way into a column. Texts are borrowed. */
struct value {
    enum value_type type;
    struct span text;
    int64_t number; /* of a stamp: microseconds since 1970 UTC */
    struct uuid uuid;
    bool is_number; /* of a field: `text` is a JSON number */
    bool is_moment; /* of a field: it can be read as a date or a stamp */
    struct time_civil moment;
};

struct template_piece {
    enum template_name name;
    char *text; /* of NAME_FIELD and NAME_TEXT */
};

struct template
{
    bool once; /* only when the row is made */
    struct template_piece *pieces;
    size_t count; /* 0: an empty text */
};

/* Reads a template. Fails with ERR_USAGE: a name that there is not, a brace without its other. */
must_check bool template_read(const char *text, enum template_table table,
                              struct template *template_r, struct err *err);
void template_clear(struct template *template);

/* Whether it is this one name and nothing else. */
bool template_is(const struct template *template, enum template_name name);

/* The type of its value, where it is one name; VALUE_NOTHING, which may go anywhere, else. */
enum value_type template_type(const struct template *template);

/* Whether its value changes when a document gets another patient. */
bool template_follows_patient(const struct template *template);

/* Whether it can be told of a document whose record is not at hand. */
bool template_needs_no_record(const struct template *template);

/* Whether a part of its value would be of no use, or false: a key, an id, a hash, a person's name.
 */
bool template_is_whole(const struct template *template);

/* Who knows the values. */
struct template_values {
    struct value (*of)(const void *arg, const struct template_piece *piece);
    const void *arg;
};

/* The template's value; `text` is where it is put together, if it is not one name. */
struct value template_value(const struct template *template, const struct template_values *values,
                            struct str *text);
