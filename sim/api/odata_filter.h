/*
 * $filter of OData: parsed once, evaluated for each record. Evaluation needs the solution's lock.
 */
#pragma once

#include "base/base.h"
#include "sim/file/table.h"

struct odata_filter;

enum { ODATA_PROBLEM_SIZE = 200 };

/* The reason why a query is refused. */
struct odata_problem {
    char code[12];
    char text[ODATA_PROBLEM_SIZE];
};

/*
 * Parses: comparisons (eq ne gt ge lt le), and, or, not, parentheses, contains, startswith,
 * endswith; texts in single quotes, numbers, dates, timestamps, null, true, false; field names bare
 * or in double quotes.
 *   filter_r   caller frees with odata_filter_free()
 * False with `problem` set.
 */
bool odata_filter_read(struct span text, const struct table *table, struct odata_filter **filter_r,
                       struct odata_problem *problem);
void odata_filter_free(struct odata_filter *filter); /* NULL is allowed */

bool odata_filter_keeps(const struct odata_filter *filter, uint64_t ordinal);

/* A field by name, with or without double quotes, or ROWID and ROWMODID; -1 if there is none. */
enum { ODATA_ROWID = 100000, ODATA_ROWMODID };
int odata_column(const struct table *table, struct span name);

/* Sets the problem that the server reports for an unknown field. */
void odata_unknown_field(struct odata_problem *problem, struct span name);
