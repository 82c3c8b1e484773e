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

/* How a container is to be found from now on, as if it had always been so. */
struct people_content {
    enum content_store store;
    enum content_fate fate;
    bool keep_store; /* only the fate changes */
};

/* Reads "empty", "missing", "reference", ...; false if there is no such word. */
bool people_content_read(struct span word, struct people_content *content_r);

/* `field` NULL: the first container of the layout. */
void people_content(struct sim *sim, struct people_records records, const char *field,
                    unsigned repetition, const struct people_content *content);

/* Changes a minute, of each sort. */
struct people_rates {
    int inserts, deletes, edits, replaces;
};

/* Lets people work at these rates until the end. */
void people_start(struct sim *sim, const struct people_rates *rates);
