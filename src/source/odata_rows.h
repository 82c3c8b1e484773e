/*
 * Rows of a table by OData: several requests where the names of its fields are too many for one address, or where the
 * server gives fewer rows at once than were asked for.
 */
#pragma once

#include "filemaker/odata.h"

/* A table occurrence, and the fields to ask for, shared out among as many addresses as they need. */
struct odata_columns {
    const struct metadata_table *table;
    char **selects; /* "ROWID,ROWMODID,id,Type" */
    size_t count;
};

/* Caller clears columns_r with odata_columns_clear(). */
void odata_columns_make(const struct metadata_table *table, struct odata_columns *columns_r);
void odata_columns_clear(struct odata_columns *columns);

struct odata_row {
    uint64_t record_id, mod_id;
    struct span address;              /* "@id", as it came */
    const struct json_value **values; /* for each of the selects: the object with its fields */
};

struct odata_rows {
    struct odata_row *rows;
    size_t count;
    uint64_t found; /* how many rows the query has in all; UINT64_MAX: the server is silent */
    struct odata_answer *answers;
    size_t answer_count;
};

/*
 * Reads rows.
 *   query     the rest of the query, encoded: "$skip=0&$top=100"
 *   limit     the most rows that it can have
 *   rows_r    caller clears with odata_rows_clear() (or auto_odata_rows)
 * Fails as odata_get(); with ERR_DATA if the answers do not fit each other.
 */
must_check bool odata_rows_read(struct filemaker *filemaker, const struct odata_columns *columns,
                                const char *query, uint64_t limit, struct odata_rows *rows_r,
                                struct err *err);
void odata_rows_clear(struct odata_rows *rows);
#define auto_odata_rows __attribute__((cleanup(odata_rows_clear))) struct odata_rows

/* The value of a field in a row, or NULL. */
const struct json_value *odata_row_value(const struct odata_columns *columns,
                                         const struct odata_row *row, const char *field);
