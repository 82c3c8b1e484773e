/* How often a document is tried, and when it is tried again. */
#pragma once

#include "transfer/state.h"

/* The record's modId as it was read for this try; where it could not be read, as it was counted. */
uint64_t tries_mod_id(const struct transfer *t);

/* Whether a container that does not give its file now has no further try in this run. */
bool tries_is_last(const struct transfer *t);

/* Whether source or store is away as a whole: such a try does not count. */
bool tries_is_away(enum failure_kind failure);

/*
 * Whether a document has no try left that its class allows. One that failed in an earlier run has
 * one try, if its class says so, nothing has changed since, and it fails with the same class and
 * status. A try that ends otherwise than most before it may have met a failure of its own: then its
 * class is not what the document fails with.
 */
bool tries_are_over(const struct transfer *t, const struct failure_class *class);

/* When the next try is due, after the present one failed. */
int64_t tries_next_us(const struct transfer *t, const struct failure_class *class);
