/*
 * Clusters: documents that failed and are neighbours in the order of records, and among them those
 * of each class. A thousand neighbours that fail have one cause, or a few. The status, the list of
 * failures and the report have this one grouping.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/time.h"
#include "document/failure_class.h"
#include "ledger/ledger.h"

/* The failures that a person asks for. A member that is NULL or 0 excludes none. */
struct failures_choice {
    const char *class, *type;
    int64_t first, last; /* records; both or none */
};

/* Whether a failure is among those asked for. */
bool failures_choice_has(const struct failures_choice *choice, struct span class, struct span type,
                         int64_t record_id);

enum failure_trait { TRAIT_AUTHOR, TRAIT_TYPE, TRAIT_STORAGE, TRAIT_FOLDER };
enum { FAILURE_TRAITS = TRAIT_FOLDER + 1, TRAIT_VALUES_MAX = 32 };

struct trait_value {
    char *text;
    int64_t count;
};

/* The values of one trait in a group, the most frequent first. Others than these are not counted. */
struct trait_values {
    struct trait_value items[TRAIT_VALUES_MAX];
    size_t count;
};

struct failure_group {
    int64_t documents, first, last; /* records */
    struct trait_values traits[FAILURE_TRAITS];
    bool has_days; /* when the records were created */
    struct time_civil first_day, last_day;
};

/* Neighbours, or the rest: what is left of all that failed. */
struct failure_cluster {
    struct failure_group all;
    struct failure_group *by_class[FAILURES]; /* NULL: none of that class */
};

enum { CLUSTERS_MAX = 64 };

struct clusters {
    struct failure_cluster items[CLUSTERS_MAX]; /* the largest first */
    size_t count;
    struct failure_cluster open, rest; /* the present neighbours, while reading; those apart */
    int64_t documents;
};

/*
 * Groups the failures of a source in one pass over them, in memory that does not grow with their
 * number.
 *   failed_r    the documents that failed
 *   waiting_r   those that wait for another try; NULL: not wanted
 * The caller clears both with clusters_clear(), also after a failure. Fails with ERR_DATABASE,
 * ERR_DATA.
 */
must_check bool clusters_read(struct ledger *ledger, const struct failures_choice *choice,
                              struct clusters *failed_r, struct clusters *waiting_r,
                              struct err *err);
void clusters_clear(struct clusters *clusters);

/* The value that nearly all documents of a group have; NULL: there is none. */
const char *failure_group_shared(const struct failure_group *group, enum failure_trait trait);
