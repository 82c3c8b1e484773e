/*
 * Documents that are taken away in the application, and brought back: the row stays, and says by its column
 * is_active that it is not to be shown. Threads as in registry.h; all fail with ERR_DATABASE.
 */
#pragma once

#include "registry/registry.h"

/*
 * In a change: takes a row away, or brings it back.
 *   there_r   false: there is no such row, or the application has no column is_active
 */
must_check bool registry_set_active(struct registry *registry, const struct uuid *row,
                                    bool is_active, bool *there_r, struct err *err);

/*
 * Calls `each` for rows that are taken away, by their ids.
 *   patient   whose alone, by the application's id; NULL: anybody's
 *   after     behind which row; NULL: from the first
 * An application without the column has none.
 */
must_check bool registry_each_away(struct registry *registry, const char *patient,
                                   const struct uuid *after, int64_t limit,
                                   void (*each)(void *arg, const struct uuid *row), void *arg,
                                   struct err *err);
