/*
 * Rows of documents as the application has them now, by their ids: for whoever shows documents.
 * Nothing here changes anything. Threads as in registry.h; all fail with ERR_DATABASE.
 */
#pragma once

#include "registry/registry.h"

enum { REGISTRY_ROWS_MOST = 200 };

/* Whether the connection still answers. */
bool registry_answers(struct registry *registry);

/* A row of a document. Texts are borrowed for the call; SPAN_NONE where the application has none. */
struct registry_seen {
    struct uuid id;
    /* Of the column is_active, by which the application takes a document away; true without one. */
    bool is_active;
    struct span patient; /* the application's id, in whatever form; SPAN_NONE: not linked */
    struct span key, type, name, mime;
    struct span day; /* "2024-03-01" */
    int64_t size;
};

/*
 * Calls `each` for those of the rows that the application has, in any order.
 *   count   at most REGISTRY_ROWS_MOST
 */
must_check bool registry_each_seen(struct registry *registry, const struct uuid *ids, size_t count,
                                   void (*each)(void *arg, const struct registry_seen *row),
                                   void *arg, struct err *err);

/* How many documents of a patient the application has that were not taken away. */
must_check bool registry_count_of_patient(struct registry *registry, const char *patient,
                                          int64_t *count_r, struct err *err);

/* Whether two ids of patients are the same, with hyphens or without; SPAN_NONE is nobody's. */
bool registry_same_patient(struct span a, struct span b);
