/* One row of OData as JSON: which columns it has, and the form of their values. */
#pragma once

#include "sim/api/odata_call.h"

enum { ODATA_SELECT_MAX = 64 };

/*
 * Reads $select; without it, all columns but containers.
 *   columns   room for ODATA_SELECT_MAX
 * False if it has been refused.
 */
bool odata_select(struct odata *o, int *columns, size_t *count_r);

/* Whether the column is a container field; ROWID and ROWMODID are none. */
bool odata_is_container(const struct odata *o, int column);

/* The value of a row's first field, by which OData names the row. */
void odata_key_text(const struct odata *o, uint64_t ordinal, struct str *to);

/*
 * A value as JSON: null if empty, dates as in ISO 8601, `?` for what should be a number and is
 * none.
 */
void odata_value_write(const struct odata *o, struct json_writer *w, int column, uint64_t ordinal);

/* The members of a row's object. */
void odata_row_write(struct odata *o, struct json_writer *w, uint64_t ordinal, const int *columns,
                     size_t count);
