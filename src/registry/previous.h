/*
 * Rows that others may have written: those of an earlier importer, and ours as the application has
 * them now.
 */
#pragma once

#include "registry/registry.h"

/*
 * A row that an earlier importer made for a document, under another id than ours.
 *   ours    the id of our row
 *   key_r   the file's key in it, caller frees; NULL: there is no such row, or the application has
 *           no column for FileMaker's id or for the key
 */
must_check bool registry_previous(struct registry *registry, const struct uuid *filemaker_id,
                                  const struct uuid *ours, char **key_r, struct err *err);

/*
 * In a change: gives such a row our id, so that registry_put_document() brings it up to date and
 * what people wrote into it stays. Does nothing if there is none.
 */
must_check bool registry_take_over_previous(struct registry *registry,
                                            const struct uuid *filemaker_id,
                                            const struct uuid *ours, struct err *err);

/*
 * Our row of a document.
 *   is_there_r   whether the application has it
 *   key_r        the file's key in it, caller frees; NULL: it has none
 */
must_check bool registry_find_document(struct registry *registry, const struct uuid *id,
                                       bool *is_there_r, char **key_r, struct err *err);

/*
 * Calls `each` for every row of a document that came from FileMaker; both spans are borrowed.
 * Ends, and fails, when `each` fails.
 */
must_check bool registry_each_document(struct registry *registry,
                                       bool (*each)(void *arg, struct span filemaker_id,
                                                    struct span key, struct err *err),
                                       void *arg, struct err *err);
