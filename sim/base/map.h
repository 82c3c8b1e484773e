/* A table from numbers to pointers, for what was changed: entries are added, never taken out. */
#pragma once

#include "base/base.h"

struct map;

struct map *map_new(void);

/* `release` is called with each value; NULL for none. `map` may be NULL. */
void map_free(struct map *map, void (*release)(void *value));

void *map_get(const struct map *map, uint64_t key); /* NULL if there is none */

/* Where the value of a key is kept, made with NULL if new. Valid until the next call. */
void **map_slot(struct map *map, uint64_t key);
