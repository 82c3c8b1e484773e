/*
 * A setting as a row of a table: which member of which struct it fills, what it may hold. Command
 * line options and configuration keys are both made of these. That the member has the right type
 * is checked when the table is compiled.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum field_type {
    FIELD_TEXT,    /* const char *                            */
    FIELD_INT,     /* int, min .. max                         */
    FIELD_BYTES,   /* uint64_t, min .. max; "48M"             */
    FIELD_FLAG,    /* bool; yes/no, true/false, on/off, 1/0   */
    FIELD_CHOICE,  /* int, the index in `choices`             */
    FIELD_DECIMAL, /* double, min .. max; "0.023"             */
};

struct field {
    enum field_type type;
    size_t offset;
    int64_t min, max;
    const char *const *choices; /* ended by NULL */
};

#define FIELD_OF_TEXT(object, member)                                                              \
    {                                                                                              \
        .type = FIELD_TEXT, .offset = offset_of_typed(object, member, const char *)                \
    }
#define FIELD_OF_INT(object, member, least, most)                                                  \
    {                                                                                              \
        .type = FIELD_INT, .offset = offset_of_typed(object, member, int), .min = least,           \
        .max = most                                                                                \
    }
#define FIELD_OF_BYTES(object, member, least, most)                                                \
    {                                                                                              \
        .type = FIELD_BYTES, .offset = offset_of_typed(object, member, uint64_t), .min = least,    \
        .max = most                                                                                \
    }
#define FIELD_OF_FLAG(object, member)                                                              \
    {                                                                                              \
        .type = FIELD_FLAG, .offset = offset_of_typed(object, member, bool)                        \
    }
#define FIELD_OF_CHOICE(object, member, list)                                                      \
    {                                                                                              \
        .type = FIELD_CHOICE, .offset = offset_of_typed(object, member, int), .choices = list      \
    }
#define FIELD_OF_DECIMAL(object, member, least, most)                                              \
    {                                                                                              \
        .type = FIELD_DECIMAL, .offset = offset_of_typed(object, member, double), .min = least,    \
        .max = most                                                                                \
    }

/*
 * Fills the member from a text.
 *   object   the struct that the field belongs to
 *   text     for FIELD_TEXT kept as it is: it must outlive `object`
 * Fails with ERR_USAGE saying what is allowed; the caller adds which setting it was.
 */
must_check bool field_set(void *object, const struct field *field, const char *text,
                          struct err *err);
