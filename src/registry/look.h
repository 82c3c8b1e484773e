/* Counts of the application's documents, for status and report. Nothing here changes anything. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sql/sql.h"

/* The rows that the application has of one source. */
struct registry_rows {
    int64_t rows;
    int64_t with_fields; /* with all fields of the record in the metadata */
    int64_t dated, linked;
};

/*
 * Counts the rows of a source; reads every row of the table.
 *   source   its name, as in the rows' metadata
 * Fails with ERR_DATABASE.
 */
must_check bool registry_count(struct sql *sql, const char *source, struct registry_rows *rows_r,
                               struct err *err);

/*
 * Calls `each` for every year that has documents, in order.
 * Fails with ERR_DATABASE.
 */
must_check bool registry_each_year(struct sql *sql, const char *source,
                                   void (*each)(void *arg, int year, int64_t rows), void *arg,
                                   struct err *err);
