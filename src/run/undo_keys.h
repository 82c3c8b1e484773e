/* Which keys the application's rows name: an object whose key another row names stays. */
#pragma once

#include "registry/left.h"

struct undo_keys;

/* Reads all keys. Caller frees with undo_keys_free(). Fails with ERR_DATABASE. */
must_check bool undo_keys_read(struct registry *registry, struct undo_keys **keys_r,
                               struct err *err);
void undo_keys_free(struct undo_keys *keys); /* NULL is allowed */

/* Whether more rows than `own`, which is 0 or 1, named the key when they were read. */
bool undo_keys_has_more(const struct undo_keys *keys, const char *key, size_t own);
