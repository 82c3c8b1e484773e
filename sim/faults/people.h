/*
 * People who work in FileMaker meanwhile: they add, delete and change documents. They work on the
 * documents layout, their choices follow from the seed, and the journal has all that they do.
 */
#pragma once

#include "base/base.h"
#include "sim/sim.h"

/* A choice of records: a range of record ids, or `some` of all, picked at random. */
struct people_records {
    uint64_t first, last;
    uint64_t some; /* if not 0, instead of the range */
};

/* Adds documents. */
void people_insert(struct sim *sim, uint64_t count);
/* Deletes documents. */
void people_delete(struct sim *sim, struct people_records records);
/* Writes another value into a field, as somebody who corrects it. */
void people_edit(struct sim *sim, struct people_records records);
/* Puts another file into the container. */
void people_replace(struct sim *sim, struct people_records records);
/* Keeps records open for a while: writing to them is refused with 301. */
void people_hold(struct sim *sim, struct people_records records, int64_t wait_us);
/* Lets the patients arrive who were not there yet. */
void people_arrive(struct sim *sim);

/* Puts containers into a state. `field` NULL: the first container of the layout. */
void people_content(struct sim *sim, struct people_records records, const char *field,
                    unsigned repetition, const struct content_state *content);

/* Changes of each sort in a minute. */
struct people_rates {
    int inserts, deletes, edits, replaces;
};

/* Lets people work at these rates until the end. */
void people_start(struct sim *sim, const struct people_rates *rates);
