/* A set of records in an order. Needs the solution's lock. */
#pragma once

#include "sim/api/query.h"

struct found;

/* All records of the table. The caller frees. */
struct found *found_all(const struct table *table);

/* A set of one living record. */
struct found *found_one(const struct table *table, uint64_t ordinal);

/* The records that a query finds. */
struct found *found_by(const struct solution *solution, const struct table *table,
                       const struct query *query);

/* The records of a set that `keep` keeps, in creation order. Frees the set. */
struct found *found_filter(struct found *found, bool (*keep)(void *arg, uint64_t ordinal),
                           void *arg);

void auto_found_cleanup(struct found **found);
#define auto_found __attribute__((cleanup(auto_found_cleanup))) struct found

uint64_t found_count(const struct found *found);

/* The record at a place from 0; calls in ascending order are the quickest. */
uint64_t found_at(struct found *found, uint64_t place);

const struct table *found_table(const struct found *found);

/* Reorders the set; takes `order`, an ordinal for each place. */
void found_reorder(struct found *found, uint64_t *order);
/* Reverses the order. */
void found_turn(struct found *found);

void found_sort(struct found *found, const struct solution *solution, const struct layout *layout,
                const struct page_sort *sorts, size_t count);
