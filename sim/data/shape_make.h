/* How the values of a described field are made up. */
#pragma once

#include "base/base.h"
#include "sim/file/solution.h"

enum recipe_kind {
    RECIPE_EMPTY,
    RECIPE_UUID,
    RECIPE_SERIAL,
    RECIPE_CONST,
    RECIPE_CHOICE,
    RECIPE_WORDS,
    RECIPE_FIRST,
    RECIPE_LAST,
    RECIPE_STREET,
    RECIPE_NUMBER,
    RECIPE_DECIMAL,
    RECIPE_BIG,   /* 30 digits */
    RECIPE_MIXED, /* "25abc"   */
    RECIPE_DATE,
    RECIPE_TIMESTAMP,
    RECIPE_CREATED, /* a timestamp that rises with the records */
    RECIPE_ACCOUNT,
    RECIPE_REF, /* the key of a record of another table */
    RECIPE_CONTAINER,
};

struct recipe {
    enum recipe_kind kind;
    uint64_t seed;        /* of this field */
    int64_t low, high;    /* numbers, days, the first serial */
    char *text;           /* RECIPE_CONST */
    char *const *choices; /* RECIPE_CHOICE */
    size_t choice_count;
    unsigned sometimes; /* percent of the records that have a value; 100: all */

    /* RECIPE_REF */
    const struct recipe *target;
    uint64_t target_count;

    /* RECIPE_CONTAINER */
    enum file_type type;
    enum content_store store;
    uint64_t size;
    unsigned missing; /* percent whose file is gone */
};

/* Sets make, fill, find, order and unique of a column from its recipe (in `args`). */
void recipe_apply(const struct recipe *recipe, struct column *column);
