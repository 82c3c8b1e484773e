/* The query of a find, read. Needs the solution's lock. */
#pragma once

#include "base/base.h"
#include "sim/api/page.h"
#include "sim/file/find.h"
#include "sim/file/solution.h"
#include "json/json.h"

enum { QUERY_REQUESTS_MAX = 64, QUERY_CRITERIA_MAX = 32 };

struct query_criterion {
    const struct shown *shown;
    const struct column *column;
    const struct relation *relation; /* NULL: a field of the table itself */
    const struct table *table;       /* where the column is               */
    struct criterion criterion;
};

struct query_request {
    bool omit;
    struct query_criterion *criteria;
    size_t count;
};

struct query {
    struct query_request *requests;
    size_t count;
    int code; /* if it cannot be done */
    char problem[PAGE_PROBLEM_SIZE];
};

/* Reads the member `query` of a find's body. False with `code` set; clear it either way. */
bool query_read(struct query *query, const struct solution *solution,
                const struct switches *switches, const struct layout *layout,
                const struct json_value *array);
void query_clear(struct query *query);
