/*
 * Causes: the documents of one class in one cluster of neighbours are one cause, however many they
 * are. Each is told once, with the evidence of its first document.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/read.h"
#include "report/clusters.h"

/* What was seen in the last try of a cause's first document. */
struct cause_evidence {
    char *step, *message;            /* NULL: nothing was read yet */
    int64_t record_id, at_us, bytes; /* bytes -1: not known        */
    int http_status, filemaker_code, tries;
};

struct failure_cause {
    enum failure_kind class;
    int64_t documents, first, last; /* records */
    int64_t alike;                  /* documents whose evidence says the same, but for numbers */
    char *types;                    /* "190 Referral, 65 File Notes, 484 others" */
    struct cause_evidence evidence;
};

/* Neighbours, or those that lie apart, with their causes. */
struct cause_group {
    bool is_waiting; /* for another try: they have not failed yet */
    bool is_apart;   /* scattered: `first` and `last` are only their ends */
    int64_t documents, first, last;
    char *shared;                 /* ", created 3–9 March 2015 by Admin", or "" */
    struct failure_cause *causes; /* the largest first */
    size_t count;
};

struct failure_causes {
    struct cause_group *groups; /* failed before waiting, the largest first, those apart last */
    size_t count;
    int64_t failed, waiting; /* documents */
};

/*
 * Finds the causes of all failures that a person asks for, within a reading transaction of the
 * caller's. Memory does not grow with the number of failures.
 *   causes_r   the caller clears with failure_causes_clear() (or auto_failure_causes)
 * Fails with ERR_DATABASE, ERR_DATA.
 */
must_check bool failure_causes_read(struct ledger *ledger, const struct failures_choice *choice,
                                    struct failure_causes *causes_r, struct err *err);

/* The group and the cause of a failure; false: it came after they were read. */
struct cause_place {
    const struct cause_group *group;
    const struct failure_cause *cause;
};
must_check bool failure_causes_place(const struct failure_causes *causes,
                                     const struct ledger_failure *failure,
                                     struct cause_place *place_r);
void failure_causes_clear(struct failure_causes *causes);
#define auto_failure_causes __attribute__((cleanup(failure_causes_clear))) struct failure_causes
