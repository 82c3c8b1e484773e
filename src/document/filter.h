/*
 * The filter: conditions of the configuration that a record must all meet to be a document. It is
 * applied to records that the census has read, so that a change of the filter is noticed.
 *
 *     Type = Letter | Report, Archived !=
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "filemaker/filemaker.h"

struct filter;

/*
 * Reads a filter; "" lets everything through.
 *   mark_field   must not be in it: the mark changes while documents are moved
 *   filter_r     caller frees with filter_free()
 * Fails with ERR_USAGE.
 */
must_check bool filter_read(const char *text, const char *mark_field, struct filter **filter_r,
                            struct err *err);
void filter_free(struct filter *filter); /* NULL is allowed */

/* Neither case nor blanks around a value count. A field that is not there is empty. */
bool filter_passes(const struct filter *filter, const struct filemaker_record *record);

/* The field of the condition `index`, for a check of the layout; NULL after the last. */
const char *filter_field(const struct filter *filter, size_t index);

/*
 * Makes the query of one find, for a count. It matches every record that the filter lets through,
 * and perhaps many more. False: none can be made of these conditions.
 */
must_check bool filter_query(const struct filter *filter, struct str *query_r);
