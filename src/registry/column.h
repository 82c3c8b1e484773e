/*
 * A column of the application's, and the form that values take in it. Private to registry/.
 */
#pragma once

#include "registry/template.h"
#include "sql/sql.h"

enum { COLUMN_TEXT_SIZE = 40 };

enum column_kind {
    COLUMN_OTHER, /* the database must find its way with a text */
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
    char *plain_name, *quoted_name; /* as it is, and in quotes    */
    char *template_text;            /* the template, as written   */
    struct template template;
    bool read_only; /* the application's to fill  */
    bool is_there, not_null, is_unique;
    char *type; /* in the database's own words */
    enum column_kind kind;
    size_t most_chars;   /* of a text; 0: any number   */
    int64_t most_number; /* of a number                */
};

void column_clear(struct registry_column *column);

/* Takes note of a column's type, in the database's own words. */
void column_type_read(struct registry_column *column, struct span type);

/* What a column should be to take what its template gives; NULL: it is. */
const char *column_wants(const struct registry_column *column);

/* A value as the column takes it; borrowed from the value, or from `text`. */
struct sql_value column_value(const struct registry_column *column, const struct value *value,
                              char text[COLUMN_TEXT_SIZE]);
struct sql_value column_uuid(const struct registry_column *column, const struct uuid *uuid,
                             char text[COLUMN_TEXT_SIZE]);
struct sql_value column_id(const struct registry_column *column, struct span id,
                           char text[COLUMN_TEXT_SIZE]);
