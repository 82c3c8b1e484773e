/*
 * A set of numbers, small where they are dense, as FileMaker's record ids are: ten million take
 * about two megabytes. One thread at a time.
 */
#pragma once

#include "base/base.h"

struct idset;

struct idset *idset_new(void);
void idset_free(struct idset *set); /* NULL is allowed */
void idset_clear(struct idset *set);

/* True if the id was not in the set before. */
bool idset_add(struct idset *set, uint64_t id);
bool idset_has(const struct idset *set, uint64_t id);

bool idset_remove(struct idset *set, uint64_t id); /* true if it was in the set */

/* The number of ids in the set. */
uint64_t idset_count(const struct idset *set);

/*
 * The set in ascending order, places counted from 1. Asking again without a change in between is
 * fast; the first time after a change takes a pass over the blocks.
 */
uint64_t idset_rank(struct idset *set, uint64_t id);   /* how many ids are at most `id`         */
uint64_t idset_nth(struct idset *set, uint64_t place); /* the id at a place, 1 .. idset_count() */
