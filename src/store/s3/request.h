/*
 * One request to S3: signed, sent, its answer classed. If the answer tells the server's region or
 * time, or that our credentials have expired, the request is signed and sent anew.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/digest.h"
#include "base/err.h"
#include "http/http.h"
#include "store/s3/access.h"
#include "store/s3/errors.h"
#include "store/s3/sigv4.h"

/* A client of one thread. */
struct s3_client {
    struct store_settings settings;
    const struct cancel *cancel;
    struct store_access *access;
    struct http_settings http_settings;
    struct http *http;
    struct s3_signer signer;
};

enum { S3_REQUEST_PAIRS_MAX = 24 }; /* most headers and arguments that a request may bring */

struct s3_request {
    const char *method;
    const char *key; /* NULL: the bucket */
    const struct sigv4_pair *query, *headers;
    size_t query_count, header_count;
    struct span body;
    bool sends_body;
    bool of_object;                 /* a fine answer has an ETag, or it is not from S3        */
    const struct sha256 *body_hash; /* NULL: computed here                                    */
    bool once;                      /* must not arrive twice: then failures may be ERR_UNSURE */
};

enum { S3_CODE_SIZE = 64, S3_SAID_SIZE = 200, S3_TOKEN_SIZE = 80 };

struct s3_answer {
    int status;
    enum s3_class class;
    char code[S3_CODE_SIZE]; /* "" if none was told */
    char said[S3_SAID_SIZE]; /* the message, or "" */
    char request_id[S3_TOKEN_SIZE];
    struct http_answer *http; /* open, for class S3_FINE only */
};

void s3_answer_close(struct s3_answer *answer);
#define auto_s3_answer __attribute__((cleanup(s3_answer_close))) struct s3_answer

/*
 * Sends a request. True: there is an answer, whatever it says.
 * Fails with ERR_NET (not answered), ERR_UNSURE (a request that is sent `once`), ERR_CANCELED, and
 * as s3_access_sign().
 */
must_check bool s3_request_send(struct s3_client *client, const struct s3_request *request,
                                struct s3_answer *answer_r, struct err *err);

/*
 * Sends a request until an answer comes that will not change by itself, or the tries are used up.
 * For requests that do no harm when they arrive twice. Fails as s3_request_send(), or by the last
 * answer's s3_answer_error() if the tries are used up.
 */
must_check bool s3_request_with_retries(struct s3_client *client, const struct s3_request *request,
                                        struct s3_answer *answer_r, struct err *err);

/* Counts tries, and so the waits between them. Begins as `{ 0 }`. */
struct s3_backoff {
    int tries;
};

/*
 * Waits before the next try.
 *   why   the failure of the last one; becomes `err` when the tries are used up
 * False: they are (`err` is `why`), or we are asked to stop.
 */
must_check bool s3_backoff_wait(struct s3_client *client, struct s3_backoff *patience,
                                enum s3_class class, const struct err *why, struct err *err);

/* Whether waiting may help. */
bool s3_class_is_transient(enum s3_class class);

/* Sets `err`, in the kinds of store.h, for an answer that is not fine. Returns false. */
bool s3_answer_error(const struct s3_answer *answer, struct err *err);

/* A header of a fine answer; NULL if it has none. */
const char *s3_answer_header(const struct s3_answer *answer, const char *name);

/* Reads the body of a fine answer, and closes the answer. */
must_check bool s3_answer_body(struct s3_answer *answer, struct str *to, struct err *err);
