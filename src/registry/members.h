/*
 * Rows of documents with all their columns, by the names that the application has for them, and the
 * lists in which they stand: for programs that know its tables. Nothing here changes anything. Threads
 * as in registry.h; all fail with ERR_DATABASE.
 */
#pragma once

#include "registry/registry.h"

/*
 * Calls `each` for the documents of a patient that nobody took away, those with the latest date first,
 * and those without one last.
 *   patient    the application's id
 *   category   of these alone, as the column has it; NULL: of all
 */
must_check bool registry_each_of_patient(struct registry *registry, const char *patient,
                                         const char *category, int64_t limit,
                                         void (*each)(void *arg, const struct uuid *row), void *arg,
                                         struct err *err);

/*
 * Calls `each` for those of the rows that the application has, in any order, with the columns that the
 * configuration names as an object of JSON: UUIDs have hyphens, stamps are RFC 3339, numbers, truth and
 * JSON are what they are, all else is text.
 *   count           at most REGISTRY_ROWS_MOST
 *   with_metadata   also the column that holds FileMaker's fields
 */
must_check bool registry_each_members(struct registry *registry, const struct uuid *ids,
                                      size_t count, bool with_metadata,
                                      void (*each)(void *arg, const struct uuid *row,
                                                   struct span members),
                                      void *arg, struct err *err);
