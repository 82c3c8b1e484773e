/*
 * Which records are documents at all: conditions of the configuration, all of which must hold.
 * Applied to what the census has read, so that a change of the filter is seen.
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
 *   mark_field   may not be in it: the mark changes as we go
 *   filter_r     caller frees with filter_free()
 * Fails with ERR_USAGE.
 */
must_check bool filter_read(const char *text, const char *mark_field, struct filter **filter_r,
                            struct err *err);
void filter_free(struct filter *filter); /* NULL is allowed */

/* Case does not count, blanks around a value neither. A field that is not there is empty. */
bool filter_passes(const struct filter *filter, const struct filemaker_record *record);

/* The fields that the filter names, so that the layout can be looked at; NULL ends. */
const char *filter_field(const struct filter *filter, size_t index);

/*
 * A query of finds that misses no record that the filter lets through, to be counted with one find;
 * many more may match it. False: none can be made of such conditions.
 */
must_check bool filter_query(const struct filter *filter, struct str *query_r);
