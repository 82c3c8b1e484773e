/*
 * A column of one of the application's tables, and the form that values take in it. Private to
 * registry/.
 */
#pragma once

#include "registry/template.h"
#include "sql/sql.h"

enum { COLUMN_TEXT_SIZE = 40 };

enum column_kind {
    COLUMN_OTHER, /* of another type: it is given a text */
    COLUMN_TEXT,
    COLUMN_NUMBER,
    COLUMN_UUID,
    COLUMN_STAMP, /* with a zone   */
    COLUMN_LOCAL, /* without a zone */
    COLUMN_DATE,
    COLUMN_TRUTH,
    COLUMN_JSON,
};

struct registry_column {
    char *plain_name, *quoted_name; /* without and with quotes    */
    char *template_text;            /* the template, as written   */
    struct template template;
    bool read_only; /* the application fills it   */
    bool is_there, not_null, is_unique;
    char *type; /* in the database's words */
    enum column_kind kind;
    size_t most_chars;   /* of a text; 0: no limit     */
    int64_t most_number; /* of a number                */
};

void column_clear(struct registry_column *column);

/* Sets a column's type, given in the database's words. */
void column_type_read(struct registry_column *column, struct span type);

/* The type that a column needs to take its template's value, in words; NULL: it has one. */
const char *column_wants(const struct registry_column *column);

/* A value in the form that the column takes; borrowed from the value, or from `text`. */
struct sql_value column_value(const struct registry_column *column, const struct value *value,
                              char text[COLUMN_TEXT_SIZE]);
struct sql_value column_uuid(const struct registry_column *column, const struct uuid *uuid,
                             char text[COLUMN_TEXT_SIZE]);
struct sql_value column_id(const struct registry_column *column, struct span id,
                           char text[COLUMN_TEXT_SIZE]);

/* Whether a documents' column can hold the ids of a patients' column. */
bool column_may_hold_ids(const struct registry_column *document,
                         const struct registry_column *patient);
