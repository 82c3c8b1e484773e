/*
 * Templates of columns: "{row_id}", "s3://{bucket}/{key}", "once [] ". Names in braces stand for
 * facts about a document or a patient; docs/registry.md lists them. Private to registry/.
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
    NAME_FIELD, /* {field:X}: the value of a field of the record */
    NAME_TEXT,  /* the text between the names                    */
};

/* The rows that a template is for. */
enum template_table { TEMPLATE_DOCUMENTS = 1, TEMPLATE_PATIENTS = 2 };

enum value_type {
    VALUE_NOTHING,
    VALUE_TEXT,
    VALUE_NUMBER,
    VALUE_UUID,
    VALUE_ID, /* a text: a patient's id, in the application's form */
    VALUE_STAMP,
    VALUE_DAY,   /* a text: "2026-11-23"                                   */
    VALUE_JSON,  /* a text                                                 */
    VALUE_FIELD, /* a text as the record has it; perhaps a moment          */
};

/* A value on its way into a column. Texts are borrowed. */
struct value {
    enum value_type type;
    struct span text;
    int64_t number; /* of a stamp: microseconds since 1970 UTC */
    struct uuid uuid;
    bool is_number; /* of a field: `text` is a JSON number */
    bool is_moment; /* of a field: `moment` is its date or stamp */
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

/* Reads a template. Fails with ERR_USAGE: an unknown name, or a brace without its partner. */
must_check bool template_read(const char *text, enum template_table table,
                              struct template *template_r, struct err *err);
void template_clear(struct template *template);

/* Whether a template is this one name and nothing else. */
bool template_is(const struct template *template, enum template_name name);

/* The type of its value if it is one name; else VALUE_NOTHING, which may go anywhere. */
enum value_type template_type(const struct template *template);

/* Whether its value changes when a document gets another patient. */
bool template_follows_patient(const struct template *template);

/* Whether its value is known for a document whose record is not at hand. */
bool template_needs_no_record(const struct template *template);

/* Whether its value must not be cut: half a key, id, hash or person's name is useless or false. */
bool template_is_whole(const struct template *template);

/* The source of the values of names. */
struct template_values {
    struct value (*of)(const void *arg, const struct template_piece *piece);
    const void *arg;
};

/* The template's value; unless it is one name, the value is put together in `text`. */
struct value template_value(const struct template *template, const struct template_values *values,
                            struct str *text);
