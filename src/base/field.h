/*
 * A setting as a row of a table: the struct's member that it fills, and the values that it may
 * have. Command line options and configuration keys are both made of these. The compiler checks
 * that the member has the right type.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum field_type {
    FIELD_TEXT,    /* const char *                            */
    FIELD_NAME,    /* const char *; NULL if the text is empty */
    FIELD_INT,     /* int, min .. max                         */
    FIELD_SCALED,  /* int64_t or uint64_t: units of `unit`    */
    FIELD_BYTES,   /* uint64_t, min .. max; "48M"             */
    FIELD_FLAG,    /* bool; yes/no, true/false, on/off, 1/0   */
    FIELD_CHOICE,  /* int, enum or bool: one of `choices`     */
    FIELD_DECIMAL, /* double, min .. max; "0.023"             */
    FIELD_LIST,    /* struct field_list: gets one more        */
};

enum { FIELD_LIST_MAX = 128 };

/* The texts of a setting that may be given several times, in the order in which they came. */
struct field_list {
    const char *texts[FIELD_LIST_MAX];
    size_t count;
};

struct field {
    enum field_type type;
    size_t offset;
    int64_t min, max;           /* in the text's own units            */
    int64_t unit;               /* the value of one unit in the text  */
    const char *const *choices; /* ended by NULL                      */
    const int *meanings;        /* the choices' values; NULL: indexes */
    bool is_flag;               /* the choice is kept as a bool       */
};

#define FIELD_OF_TEXT(object, member)                                                              \
    {                                                                                              \
        .type = FIELD_TEXT, .offset = offset_of_typed(object, member, const char *)                \
    }
#define FIELD_OF_NAME(object, member)                                                              \
    {                                                                                              \
        .type = FIELD_NAME, .offset = offset_of_typed(object, member, const char *)                \
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
#define FIELD_OF_SCALED(object, member, least, most, one)                                          \
    {                                                                                              \
        .type = FIELD_SCALED,                                                                      \
        .offset = offsetof(object, member)                                                         \
                  + 0 * _Generic(((object *)NULL)->member, int64_t : 1, uint64_t : 1),             \
        .min = least, .max = most, .unit = one                                                     \
    }
#define FIELD_OF_CHOICE_AS(object, member, list, values)                                           \
    {                                                                                              \
        .type = FIELD_CHOICE, .offset = offsetof(object, member), .choices = list,                 \
        .meanings = values,                                                                        \
        .is_flag = _Generic(((object *)NULL)->member, bool                                         \
                            : true, int                                                            \
                            : false, unsigned                                                      \
                            : false)                                                               \
    }
#define FIELD_OF_CHOICE(object, member, list) FIELD_OF_CHOICE_AS(object, member, list, NULL)
#define FIELD_OF_DECIMAL(object, member, least, most)                                              \
    {                                                                                              \
        .type = FIELD_DECIMAL, .offset = offset_of_typed(object, member, double), .min = least,    \
        .max = most                                                                                \
    }
#define FIELD_OF_LIST(object, member)                                                              \
    {                                                                                              \
        .type = FIELD_LIST, .offset = offset_of_typed(object, member, struct field_list)           \
    }

/*
 * Fills the member from a text.
 *   object   the struct that the field belongs to
 *   text     FIELD_TEXT, FIELD_NAME and FIELD_LIST keep it, without a copy: it must outlive
 *            `object`
 * Fails with ERR_USAGE saying what is allowed; the caller adds which setting it was.
 */
must_check bool field_set(void *object, const struct field *field, const char *text,
                          struct err *err);
