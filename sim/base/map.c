/* A hash table with open addressing, at most half full. */
#include "sim/base/map.h"

#include "base/mem.h"

struct map_entry {
    uint64_t key;
    void *value;
    bool used;
};

struct map {
    struct map_entry *entries;
    size_t room, count; /* `room` is a power of two */
};

struct map *map_new(void)
{
    struct map *map = mem_new(struct map);

    map->room = 16;
    map->entries = mem_zero(map->room * sizeof *map->entries);
    return map;
}

void map_free(struct map *map, void (*release)(void *value))
{
    if (!map)
        return;
    for (size_t i = 0; release && i < map->room; i++)
        if (map->entries[i].value)
            release(map->entries[i].value);
    free(map->entries);
    free(map);
}

static struct map_entry *entry_for(const struct map *map, uint64_t key)
{
    uint64_t hash = key * 0x9E3779B97F4A7C15u;
    size_t at = (size_t)(hash ^ hash >> 32) & (map->room - 1);

    while (map->entries[at].used && map->entries[at].key != key)
        at = (at + 1) & (map->room - 1);
    return &map->entries[at];
}

void *map_get(const struct map *map, uint64_t key)
{
    return map->count ? entry_for(map, key)->value : NULL;
}

static void map_grow(struct map *map)
{
    struct map bigger = { .room = map->room * 2, .count = map->count };

    bigger.entries = mem_zero(bigger.room * sizeof *bigger.entries);
    for (size_t i = 0; i < map->room; i++)
        if (map->entries[i].used)
            *entry_for(&bigger, map->entries[i].key) = map->entries[i];
    free(map->entries);
    *map = bigger;
}

void **map_slot(struct map *map, uint64_t key)
{
    struct map_entry *entry;

    if ((map->count + 1) * 2 > map->room)
        map_grow(map);
    entry = entry_for(map, key);
    if (!entry->used) {
        *entry = (struct map_entry){ .key = key, .used = true };
        map->count++;
    }
    return &entry->value;
}
