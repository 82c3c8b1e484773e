/*
 * Classes of answers: each error code of S3 has a class, and the class says what to do. Unknown
 * codes are classed by the status that came with them.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum s3_class {
    S3_FINE,
    S3_ABSENT,      /* no such key, or upload                                  */
    S3_EXISTS,      /* the condition does not hold: something is there already */
    S3_AGAIN,       /* a failure of the server that passes                     */
    S3_SLOWER,      /* a failure that passes if we ask for less                */
    S3_DAMAGED,     /* our bytes did not arrive as they left                   */
    S3_CLOCK,       /* our clock is wrong, or theirs                           */
    S3_CREDENTIALS, /* the key is no longer valid, or not yet                  */
    S3_REGION,      /* the bucket is in another region                         */
    S3_STOP,        /* no document will do any better                          */
    S3_REFUSED,     /* this object will always be refused                      */
};

/*
 * The class of an answer.
 *   code   "" if there was none, as with HEAD
 */
enum s3_class s3_class_of(int status, const char *code);

/* Whether a code says that there is no room: the disk is full, or a quota is used up. */
bool s3_is_full(const char *code);

/* Advice on how to mend the cause of an error, or NULL. */
const char *s3_advice(int status, const char *code);
