/*
 * What an answer of S3 means: each code of an error has a class, and a class says what to do.
 * Codes that nobody told us of are classed by the status that came with them.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum s3_class {
    S3_FINE,
    S3_ABSENT,      /* no such key, or upload                                      */
    S3_EXISTS,      /* the condition does not hold: something is there already     */
    S3_AGAIN,       /* the server's trouble, which passes                          */
    S3_SLOWER,      /* so it does, if we ask for less                              */
    S3_DAMAGED,     /* our bytes did not arrive as they left                       */
    S3_CLOCK,       /* our clock is wrong, or theirs                               */
    S3_CREDENTIALS, /* a key that is no longer, or not yet, good                   */
    S3_REGION,      /* the bucket is elsewhere                                     */
    S3_STOP,        /* no document will do any better                              */
    S3_REFUSED,     /* this object will never do                                   */
};

/* `code` "": there was none, as with HEAD. */
enum s3_class s3_class_of(int status, const char *code);

/* How to mend what a code complains of, or NULL. */
const char *s3_advice(int status, const char *code);
