/*
 * Rows of documents as we left them, for whoever takes them back. Threads as in registry.h; all fail
 * with ERR_DATABASE.
 */
#pragma once

#include "registry/registry.h"

/* What became of a document's row since we wrote it last. */
enum registry_left {
    REGISTRY_LEFT_GONE, /* the application has no such row                    */
    REGISTRY_LEFT_AS_IT_WAS,
    REGISTRY_LEFT_CHANGED, /* people have changed it                             */
    REGISTRY_LEFT_UNKNOWN, /* it was there before us, or people had changed it before we wrote it
                            * again, or an older fmferry wrote it                 */
    REGISTRY_LEFT_POINTED, /* as it was, and a row of another table points to it */
};

/*
 * Finds out what became of the row. Nothing is written.
 *   print   as registry_put_document() gave it
 */
must_check bool registry_left(struct registry *registry, const struct uuid *id, int64_t print,
                              enum registry_left *left_r, struct err *err);

/*
 * In a change: removes the row if it is as we left it and nothing points to it; then it is forgotten
 * that we ever made it. Comparing and removing are one statement.
 *   left_r   REGISTRY_LEFT_AS_IT_WAS: it was removed; else why not
 */
must_check bool registry_left_remove(struct registry *registry, const struct uuid *id,
                                     int64_t print, enum registry_left *left_r, struct err *err);

/*
 * Calls `each` for the key of every row, ours or not, that has one; borrowed. An application that keeps
 * no key in a column of its own has none.
 */
must_check bool registry_left_keys(struct registry *registry,
                                   void (*each)(void *arg, struct span key), void *arg,
                                   struct err *err);
