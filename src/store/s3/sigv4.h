/*
 * AWS Signature Version 4, as S3 wants it: signs a request's canonical text into a header, or into
 * the query of a URL that is handed on. Pure functions: time and keys are arguments.
 *
 * S3 encodes a path once and never normalises it. The builder of a request encodes its path with
 * sigv4_path() and uses the same text for the URL and here. (Other services encode a path twice;
 * those we ask live at "/", where that makes no difference.)
 */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "base/str.h"

enum { SIGV4_TIME_SIZE = 17, SIGV4_DATE_SIZE = 9, SIGV4_PAIRS_MAX = 40 };

/* The payload of a request whose body is not covered by the signature. */
#define SIGV4_UNSIGNED "UNSIGNED-PAYLOAD"

/* A header, or an argument of a query; neither is encoded yet. */
struct sigv4_pair {
    struct span name, value;
};

struct sigv4_request {
    const char *method;
    struct span path; /* as on the wire */
    const struct sigv4_pair *query;
    size_t query_count; /* at most SIGV4_PAIRS_MAX, as `header_count` */
    const struct sigv4_pair *headers;
    size_t header_count;
    struct span payload; /* 64 hex digits of the body's SHA-256, or SIGV4_UNSIGNED */
};

/* The key that signs, and the region, service and time it signs for. */
struct sigv4_scope {
    const char *access_key;
    struct span token; /* SPAN_NONE for a lasting key */
    const char *region, *service;
    int64_t at_us;
};

/* The key derived for one secret key, day, region and service: worth keeping. */
struct sigv4_key {
    uint8_t bytes[SHA256_SIZE];
};

/* "20130524T000000Z" and "20130524". Each returns `text`. */
const char *sigv4_time(int64_t at_us, char text[SIGV4_TIME_SIZE]);
const char *sigv4_date(int64_t at_us, char text[SIGV4_DATE_SIZE]);

struct sigv4_key sigv4_key_of(struct span secret_key, const struct sigv4_scope *scope);

/* Appends a path in the form of the wire: every byte but A-Z a-z 0-9 - . _ ~ and / as %XX. */
void sigv4_path(struct str *to, struct span raw);

/* Appends arguments as they stand in a URL and in the canonical form: encoded, sorted, joined. */
void sigv4_query(struct str *to, const struct sigv4_pair *query, size_t count);

/*
 * Appends the canonical request. Left out are headers that a proxy may change on the way:
 * Connection, Expect, User-Agent and their like.
 */
void sigv4_canonical(struct str *to, const struct sigv4_request *request);

/* Appends the text that is signed: the time, the scope and the canonical request's hash. */
void sigv4_text(struct str *to, const struct sigv4_scope *scope, struct span canonical);

/*
 * Appends the value of the header Authorization.
 *   request   its headers already hold Host, X-Amz-Date and, with a token, X-Amz-Security-Token
 */
void sigv4_header(struct str *to, const struct sigv4_request *request,
                  const struct sigv4_scope *scope, const struct sigv4_key *key);

/*
 * Appends the query of a URL that anybody may use for a while: a secret. The token, if there is
 * one, becomes part of it.
 *   expires_s   1 .. 604800
 */
void sigv4_presigned(struct str *to, const struct sigv4_request *request,
                     const struct sigv4_scope *scope, const struct sigv4_key *key,
                     unsigned expires_s);
