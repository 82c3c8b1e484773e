/*
 * A failure: why a document did not arrive this time, and what that means for it and for the run.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "document/failure_class.h"

struct failure {
    enum failure_kind kind;
    const char *step; /* "fetch", "put", "record", "mark" */
    struct err why;
    int64_t bytes;       /* of the container, read before it failed; -1: none */
    int64_t due_us;      /* when it can be tried again; 0: as its class says */
    bool run_wide;       /* no document can do better: the run stops */
    bool record_is_gone; /* the record is no longer there */
    bool claim_is_lost;  /* the claim has passed to another mover, which goes on with it */
};

/* Each always returns false, so that `return failure_...` reads as a sentence. */

/* A failure whose kind is known: with an error, or in words. */
bool failure_set(struct failure *failure, enum failure_kind kind, const char *step,
                 const struct err *why);
bool failure_say(struct failure *failure, enum failure_kind kind, const char *step,
                 const char *format, ...) printf_like(4, 5);

/* A failed call to FileMaker about this record. */
bool failure_of_source(struct failure *failure, const char *step, const struct err *why);

/* A failed stream; `bytes` were read before. */
bool failure_of_stream(struct failure *failure, int64_t bytes, const struct err *why);

/* A failed call to the store. */
bool failure_of_store(struct failure *failure, const struct err *why);

/* A failed write. */
bool failure_of_writer(struct failure *failure, const char *step, const struct err *why);
