/*
 * What the people who use FileMaker do meanwhile: documents come, go and change. They work on the
 * documents layout, their choices follow from the seed, and each deed stands in the journal.
 */
#pragma once

#include "base/base.h"
#include "sim/sim.h"

/* Which records: those of a range of record ids, or `some` of all, picked by chance. */
struct people_records {
    uint64_t first, last;
    uint64_t some; /* if not 0, instead */
};

void people_insert(struct sim *sim, uint64_t count);
void people_delete(struct sim *sim, struct people_records records);
/* Writes another value into a field, as somebody correcting it. */
void people_edit(struct sim *sim, struct people_records records);
/* Puts another file into the container. */
void people_replace(struct sim *sim, struct people_records records);
/* Keeps records open for a while: writing to them is refused with 301. */
void people_hold(struct sim *sim, struct people_records records, int64_t wait_us);
/* The patients who were not there yet. */
void people_arrive(struct sim *sim);

/* Puts containers into a state. `field` NULL: the first container of the layout. */
void people_content(struct sim *sim, struct people_records records, const char *field,
                    unsigned repetition, const struct content_state *content);

/* Changes a minute, of each sort. */
struct people_rates {
    int inserts, deletes, edits, replaces;
};

/* Lets people work at these rates until the end. */
void people_start(struct sim *sim, const struct people_rates *rates);
