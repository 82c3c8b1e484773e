/*
 * Opens a store by its settings, and makes the access that its handles share. Tells a store's name
 * and prefix without opening it.
 */
#pragma once

#include "base/cancel.h"
#include "base/err.h"
#include "store/store.h"

/*
 * Opens a store. A missing folder is made, unless its traits are known: then it was used before,
 * and if it is missing or empty now, its disk is not mounted. A server is not asked yet.
 *   settings   copied; its texts must outlive the store
 *   store_r    caller closes with store_close() (or auto_store)
 * Fails with ERR_USAGE (no such kind of URL, settings that do not go together), ERR_OS.
 */
must_check bool store_open(const struct store_settings *settings, const struct cancel *cancel,
                           struct store **store_r, struct err *err);

/*
 * Makes the access that the handles of one store share, and finds its credentials. Call it before
 * threads start: the environment is read, and secrets are removed from it.
 *   settings   copied; its texts must outlive the access
 *   access_r   NULL for a folder; the caller frees with store_access_free() after the last handle
 * Fails with ERR_USAGE, ERR_OS.
 */
must_check bool store_access_new(const struct store_settings *settings, const struct cancel *cancel,
                                 struct store_access **access_r, struct err *err);
void store_access_free(struct store_access *access); /* NULL is allowed */

/*
 * The name of a store, the same as store_name() of an open one: its traits are kept under it. The
 * caller frees. Fails with ERR_USAGE.
 */
must_check bool store_name_of(const struct store_settings *settings, char **name_r,
                              struct err *err);

/*
 * The prefix in a store's URL, in front of every key: "" or ending in "/". The caller frees.
 * Fails with ERR_USAGE.
 */
must_check bool store_prefix(const struct store_settings *settings, char **prefix_r,
                             struct err *err);
