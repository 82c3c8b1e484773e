/*
 * Doubts about patients with what both sides say, for people who settle them: as FileMaker and the
 * application were compared last, in the one form in which they are compared (lower case). Nothing
 * here changes anything. Threads as in registry.h; all fail with ERR_DATABASE.
 */
#pragma once

#include "registry/registry.h"

/* What one side says. Texts are borrowed for the call; empty where it says nothing. */
struct registry_told {
    bool is_there;
    struct span first_name, last_name;
    struct span dob; /* "1980-02-29" */
};

struct registry_case {
    struct registry_doubt doubt;
    struct registry_told filemaker, application;
};

typedef bool registry_review(void *arg, const struct registry_case *one, struct err *err);

/* Where a list of doubts goes on. */
struct registry_review_place {
    const char *filemaker_id, *document; /* of the last one that was listed; "": from the first */
};

/* Calls `each` for the first `limit` doubts behind a place, by FileMaker's id. Also fails as `each`. */
must_check bool registry_review_page(struct registry *registry,
                                     const struct registry_review_place *behind, int64_t limit,
                                     registry_review *each, void *arg, struct err *err);

/* As registry_review_page(), for the doubts about one of FileMaker's patients. */
must_check bool registry_review_one(struct registry *registry, const char *filemaker_id,
                                    registry_review *each, void *arg, struct err *err);

/*
 * Calls `each` for the application's patients that FileMaker's may be: of the same id, or of the same
 * name and date of birth.
 */
must_check bool registry_review_candidates(struct registry *registry, struct span filemaker_id,
                                           int64_t limit,
                                           void (*each)(void *arg, struct span patient,
                                                        const struct registry_told *told),
                                           void *arg, struct err *err);

/* One of FileMaker's patients, who may be in doubt or not. */
struct registry_in_roster {
    struct registry_told filemaker;
    struct span patient; /* the application's id, if it is known who this is; else empty */
    bool is_doubted;
};

/* Calls `one` for what is known of a FileMaker id, known or not. */
must_check bool registry_review_roster(struct registry *registry, struct span filemaker_id,
                                       void (*one)(void *arg,
                                                   const struct registry_in_roster *known),
                                       void *arg, struct err *err);
