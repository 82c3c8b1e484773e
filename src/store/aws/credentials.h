/* Credentials for AWS, and the two forms in which programs and services hand them out. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

struct aws_credentials {
    char *access_key;
    struct secret *secret_key;
    struct secret *token; /* NULL: a lasting key          */
    int64_t expires_us;   /* wall clock; INT64_MAX: never */
};

void aws_credentials_clear(struct aws_credentials *credentials);
#define auto_credentials __attribute__((cleanup(aws_credentials_clear))) struct aws_credentials

/*
 * Reads credentials from JSON, as programs and the two services give them:
 *   { "AccessKeyId": text, "SecretAccessKey": text, "Token" or "SessionToken": text | absent,
 *     "Expiration": "2026-11-23T08:15:02Z" | absent }
 * Fails with ERR_DATA.
 */
must_check bool aws_credentials_read(struct span json, struct aws_credentials *credentials_r,
                                     struct err *err);

/* The same from an answer of STS in XML, of whichever call. */
must_check bool aws_credentials_read_sts(struct span xml, struct aws_credentials *credentials_r,
                                         struct err *err);
