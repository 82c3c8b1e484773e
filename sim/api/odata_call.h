/*
 * A request for OData on its way: what its path says, and the answers that every part of it gives.
 * OData is read as far as an exporter needs it: rows with $select, $filter, $orderby, $top, $skip,
 * $count; $count alone; one row; one field; a container's bytes. Nothing can be written.
 */
#pragma once

#include "sim/api/answer.h"
#include "sim/api/odata_filter.h"
#include "sim/sim.h"
#include "json/writer.h"

struct odata {
    struct sim *sim;
    struct request *request;
    struct answer *answer;
    struct str parts_text;
    struct span parts[6]; /* database, table(key), field, $value */
    size_t part_count;
    const struct layout *layout; /* the first layout of the table occurrence */
    struct table *table;
    struct span key; /* SPAN_NONE: the whole table */
    struct str base; /* https://host/fmi/odata/v4/Clinic */
    bool numbers_as_text, special_columns;
};

/* Answers with an error instead of what was begun. */
void odata_error(struct odata *o, int status, const char *code, const char *text);
/* The same; the text ends in a name that the client used. */
void odata_error_about(struct odata *o, int status, const char *code, const char *text,
                       struct span name);
void odata_problem_error(struct odata *o, const struct odata_problem *problem);

/* Writes a member that is about the answer: "@id", or "@odata.id". */
void odata_about(struct odata *o, struct json_writer *w, const char *name, struct span value);

/* Writes "@context", whose address ends in `rest`. */
void odata_context(struct odata *o, struct json_writer *w, const char *rest);
