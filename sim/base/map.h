/* A table from numbers to pointers. Entries are added and never removed. */
#pragma once

#include "base/base.h"

struct map;

/* An empty table. The caller frees. */
struct map *map_new(void);

/* Frees the map. `release` is called with each value and may be NULL, as `map` may. */
void map_free(struct map *map, void (*release)(void *value));

void *map_get(const struct map *map, uint64_t key); /* NULL if there is none */

/* The place where the value of a key is kept; a new one holds NULL. Valid until the next call. */
void **map_slot(struct map *map, uint64_t key);
