/* The classes of failure: why a document did not arrive, and what is done about it. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum failure_kind {
    FAILURE_CONTAINER_EMPTY,
    FAILURE_CONTAINER_REFERENCE,
    FAILURE_CONTAINER_NO_ACCESS,
    FAILURE_CONTAINER_UNAVAILABLE,
    FAILURE_CONTAINER_TRUNCATED,
    FAILURE_CONTAINER_LONGER,
    FAILURE_CONTAINER_NOT_A_FILE,
    FAILURE_CONTAINER_ZERO,
    FAILURE_CONTAINER_DIFFERS,
    FAILURE_CONTAINER_UNPROVEN,
    FAILURE_BACKUP_MISSING,
    FAILURE_BACKUP_ENCRYPTED,
    FAILURE_SOURCE_LOCKED,
    FAILURE_SOURCE_CHANGED,
    FAILURE_SOURCE_REACTS,
    FAILURE_SOURCE_REJECTED,
    FAILURE_SOURCE_MARKED,
    FAILURE_SOURCE_FILLED,
    FAILURE_MARK_WAITS,
    FAILURE_RECORD_INCOMPLETE,
    FAILURE_SOURCE_AWAY,
    FAILURE_STORE_REJECTED,
    FAILURE_STORE_CONFLICT,
    FAILURE_STORE_AWAY,
    FAILURE_REGISTRY_REJECTED,
    FAILURE_INTEGRITY,
    FAILURE_UPLOAD_INTERRUPTED,
    FAILURE_INTERNAL,
};
enum { FAILURES = FAILURE_INTERNAL + 1 };

struct failure_class {
    const char *name;      /* "container-empty" */
    const char *briefly;   /* after a number: "264 empty" */
    const char *meaning;   /* a sentence for people: what happened */
    const char *advice;    /* what people can do about it */
    int tries;             /* in one run; 0: it waits, and never fails by itself */
    bool is_retried_later; /* a later run tries anew */
    bool one_try_later;    /* and takes one try, while nothing has changed since it failed */
    bool stops_run;        /* when the tries are used up, the whole run stops */
};

const struct failure_class *failure_class_of(enum failure_kind failure);

/* Whether an earlier importer's work may be the cause, so that adopting it may help. */
bool failure_class_is_previous(enum failure_kind failure);

/* The class of that name; false if there is none. */
must_check bool failure_class_read(struct span name, enum failure_kind *failure_r);

/*
 * How long to wait before a document's next try.
 *   tries      made so far in this run, from 1
 *   first_us   the first wait; each later one is twice as long, for a class that never fails by
 *              itself three times, 5 min at most
 */
int64_t failure_class_wait_us(const struct failure_class *class, int tries, int64_t first_us);
