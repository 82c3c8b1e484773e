/* A client's fieldData as cells of a record. */
#pragma once

#include "base/base.h"
#include "sim/base/switches.h"
#include "sim/file/solution.h"
#include "json/json.h"

enum { CHANGE_CELLS_MAX = 128 };

/* The options of a create or edit. */
struct change_options {
    enum value_date_form dates;
    bool script_entry;    /* entrymode: script    */
    bool script_prohibit; /* prohibitmode: script */
};

struct change {
    struct cell cells[CHANGE_CELLS_MAX];
    size_t count;
    struct str texts[CHANGE_CELLS_MAX]; /* what the cells point into */
    int code;                           /* if it cannot be done */
};

/*
 * Reads fieldData for the layout's own table; names of related fields and deleteRelated are skipped
 * (see rows.h).
 * False with `code` set; clear it either way.
 */
bool change_read(struct change *change, const struct table *table, const struct layout *layout,
                 const struct change_options *options, const struct json_value *fields);
void change_clear(struct change *change);

/* A name with a repetition: "Scan(2)". Without one the repetition is 1. */
struct span change_name(struct span name, unsigned *repetition_r);

/* Adds one member of an object: a field of `list`, whose table is `table`. False with `code` set.
 */
bool change_add_member(struct change *change, const struct table *table, const struct shown *list,
                       size_t count, const struct change_options *options,
                       const struct json_value *member);

/* Whether every field that must not be empty gets a value when a record is created. */
bool change_is_complete(struct change *change, const struct table *table,
                        const struct change_options *options);

/* Whether the record would be exactly as it is. */
bool change_is_none(const struct change *change, const struct table *table, uint64_t ordinal);
