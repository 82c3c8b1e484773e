/* What the view and its documents share. Private to source/odata*.c. */
#pragma once

#include "source/odata.h"
#include "source/odata_rows.h"

/* Where a container's value leads: this, then the path of the field, then "/$value", perhaps with a file's name. */
#define ODATA_LEADS_TO "https://odata"
#define ODATA_VALUE "/$value"

/* What is known of the container of the record that was read last. */
struct odata_known {
    uint64_t record_id, mod_id; /* 0: none was read */
    char *path;                 /* of the field */
    char *name;                 /* of its file; "" if it is not known */
    bool is_empty;
};

struct odata_view {
    struct filemaker *filemaker;
    const char *container; /* the one that is looked into; "" for none */
    struct metadata metadata;
    bool has_metadata;
    struct odata_columns columns; /* of the table that was read last */
    struct odata_known known;
};

/* The path of the container's field in a row. Fails with ERR_DATA. */
must_check bool odata_field_path(const struct odata_view *view, const struct odata_row *row,
                                 const char *field, struct str *path_r, struct err *err);

/*
 * Asks whether a row's container is empty and what its file is called, unless that is known for this count of changes.
 * Where addresses are made of a field's value, it first proves that the row's leads to this record and no other.
 */
must_check bool odata_look_inside(struct odata_view *view, const struct odata_row *row,
                                  struct err *err);

void odata_known_clear(struct odata_known *known);
