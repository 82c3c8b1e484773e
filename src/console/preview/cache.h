/*
 * Pictures that were made once, on disk and encrypted by a key that is in memory alone: whoever has
 * the disk has nothing, and after the end of the process nobody has. Who may see a picture is asked
 * before it is looked for here.
 */
#pragma once

#include "base/digest.h"
#include "base/err.h"
#include "base/str.h"

struct cache;

/* What an entry is of. Its file's name tells nothing of that. */
struct cache_name {
    struct sha256 sha256; /* of the document's bytes */
    int page, width;
};

/*
 * Empties the folder `cache` within `state`, makes a key, and begins.
 *   most_bytes   the oldest entries go when it is full; 0: nothing is kept
 *   cache_r      caller closes with cache_close()
 * Fails with ERR_OS.
 */
must_check bool cache_open(const char *state, int64_t most_bytes, struct cache **cache_r,
                           struct err *err);

/* Empties it, and forgets the key. NULL is allowed; nobody uses it any more. */
void cache_close(struct cache *cache);

bool cache_has(struct cache *cache, const struct cache_name *name);

/* Appends what was put; false: it is not there, or is not as it was written. */
bool cache_get(struct cache *cache, const struct cache_name *name, struct str *to);

/* Keeps an entry, if there is room; one that cannot be written is made anew another time. */
void cache_put(struct cache *cache, const struct cache_name *name, struct span bytes);
