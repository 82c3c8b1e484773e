/*
 * The application's patients as they are now, for whoever lists them: nothing here changes
 * anything. Threads as in registry.h; all fail with ERR_DATABASE.
 */
#pragma once

#include "registry/registry.h"

/* A patient. Texts are borrowed for the call; empty where the application has none. */
struct registry_listed {
    struct span patient; /* the application's id: a UUID with hyphens, any other as it is */
    struct span last_name, first_name, mrn;
    struct span dob; /* "1980-02-29" */
};

typedef bool registry_list(void *arg, const struct registry_listed *listed, struct err *err);

/*
 * Calls `each` for the first `limit` patients behind one, in the order of their ids. Where the
 * application has no table of patients, there is none.
 *   after   an id as `each` got it; NULL: from the first one
 * Also fails as `each` does.
 */
must_check bool registry_each_person(struct registry *registry, const char *after, int64_t limit,
                                     registry_list *each, void *arg, struct err *err);

/* As registry_each_person(), for the patient with this id alone, if there is one. */
must_check bool registry_find_person(struct registry *registry, const char *patient,
                                     registry_list *each, void *arg, struct err *err);
