/* Signs what is asked of a bucket: AWS Signature Version 4, for requests without a body. */
#pragma once

#include <stdbool.h>
#include <time.h>

enum { SIGNATURE_TIME_SIZE = 17, SIGNATURE_ROOM = 4096 };

/* The SHA-256 of no bytes: what a request without a body signs. */
#define SIGNATURE_NO_BODY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct audit_login {
    char *access_key, *secret_key;
    char *token; /* of credentials that do not last; NULL: none */
};

/* A GET. Path and query are encoded as they are sent; the query's names are in order. */
struct audit_request {
    const char *host, *path, *query; /* "s3.example.com:8443", "/bucket/a%20b", "a=1&b=2" */
    const char *region;
    time_t at;
};

/* Writes the time as the header x-amz-date has it. */
void signature_time(time_t at, char text_r[SIGNATURE_TIME_SIZE]);

/*
 * Writes the value of the header Authorization. Signed are host, x-amz-content-sha256 (which is
 * SIGNATURE_NO_BODY), x-amz-date and, where there is one, x-amz-security-token.
 * Returns false if it does not fit, or libcrypto refuses.
 */
bool request_sign(const struct audit_request *request, const struct audit_login *login,
                  char authorization_r[SIGNATURE_ROOM]);
