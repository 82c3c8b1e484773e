/*
 * What went wrong with a request, as a value (RFC 9457): to programs as application/problem+json,
 * to people as a page that says how to mend it.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "console/server/answer.h"

/* Each has a type, a title, a status and a sentence about how to mend it (problem.c). */
enum problem_type {
    PROBLEM_BAD_REQUEST,
    PROBLEM_NO_SESSION,
    PROBLEM_NO_RIGHT,
    PROBLEM_NOT_THERE, /* also what one may not see */
    PROBLEM_WRONG_METHOD,
    PROBLEM_WRONG_HOST,
    PROBLEM_FOREIGN, /* the request came from another site's page */
    PROBLEM_STALE,
    PROBLEM_NO_VERSION, /* a change without If-Match */
    PROBLEM_CHANGED,    /* another number of documents than expected */
    PROBLEM_KEY_USED,   /* an Idempotency-Key of another request      */
    PROBLEM_UNDER_WAY,  /* ... of one that has not been answered yet  */
    PROBLEM_TOO_LARGE,
    PROBLEM_KIND_REFUSED, /* an uploaded file of a kind that is not taken */
    PROBLEM_DUPLICATE,    /* an uploaded file that is there already       */
    PROBLEM_RANGE,        /* a part of a file that it does not have */
    PROBLEM_TOO_MANY,
    PROBLEM_NOT_MET,
    PROBLEM_STORE_AWAY,
    PROBLEM_DATABASE_AWAY,
    PROBLEM_BUSY,
    PROBLEM_INTERNAL,
    PROBLEM_TYPES
};

struct problem {
    enum problem_type type;
    char detail[512];      /* this time; may be "" */
    unsigned wait_seconds; /* for Retry-After; 0: none */
    const char *allow;     /* for Allow, of PROBLEM_WRONG_METHOD */
};

/* Describes a problem. Returns false, so that `return problem_set(...)` reads as a sentence. */
bool problem_set(struct problem *problem, enum problem_type type, const char *format, ...)
    printf_like(3, 4);

/* The problem that an error of ours is to the one who asked. Its words stay ours alone. */
void problem_of_err(const struct err *err, struct problem *problem_r);

const char *problem_name(enum problem_type type);  /* "not-there" */
const char *problem_title(enum problem_type type); /* "this is not there" */
const char *problem_mend(enum problem_type type);  /* a sentence */

/* Turns an answer into application/problem+json. `id` is the request's. */
void problem_json(const struct problem *problem, const char *id, struct answer *answer);

/* Sets the answer's status and the headers that belong to the problem. */
void problem_head(const struct problem *problem, struct answer *answer);
