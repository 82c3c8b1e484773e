/* What kept a document from arriving this time, and what it means for document and run. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "document/failure_class.h"

struct failure {
    enum failure_kind kind;
    const char *step; /* "fetch", "put", "record", "mark" */
    struct err why;
    int64_t bytes;       /* of the container seen before; -1: none */
    int64_t due_us;      /* when it can be tried again; 0: as the class says */
    bool run_wide;       /* no document will do better: the run stops */
    bool record_is_gone; /* the record is not there any more */
    bool claim_is_lost;  /* the claim has passed to somebody else, who will see to it */
};

/* Each always returns false, so that `return trouble_...` reads as a sentence. */

/* A failure whose class is known; `why` may be NULL if `format` says it all. */
bool failure_set(struct failure *failure, enum failure_kind kind, const char *step,
                 const struct err *why);
bool failure_say(struct failure *failure, enum failure_kind kind, const char *step,
                 const char *format, ...) printf_like(4, 5);

/* A failed call to FileMaker about this record. */
bool failure_of_source(struct failure *failure, const char *step, const struct err *why);

/* A failed stream; `bytes` came before. */
bool failure_of_stream(struct failure *failure, int64_t bytes, const struct err *why);

/* A failed call to the store. */
bool failure_of_store(struct failure *failure, const struct err *why);

/* A failed piece of work at the desk. */
bool failure_of_writer(struct failure *failure, const char *step, const struct err *why);
