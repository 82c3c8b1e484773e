/*
 * Reading HTTP/1.1 requests from bytes alone: no socket is used here, so that tests can try any
 * bytes. Spans point into the bytes that were read.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum { HTTP_HEAD_MAX = 65536, HTTP_HEADERS_MAX = 100, HTTP_PARAMS_MAX = 64 };

struct http_header {
    struct span name, value;
};

struct http_head {
    struct span method, target, path, query; /* path and query as sent, without `?` */
    struct http_header headers[HTTP_HEADERS_MAX];
    size_t header_count;
    uint64_t content_length;
    bool has_length, chunked, keep_alive, expects_continue;
    bool is_old; /* HTTP/1.0, which knows no chunks */
};

enum http_parse { HTTP_MORE, HTTP_DONE, HTTP_BAD };

/*
 * Reads the head of a request at the front of `bytes`.
 *   size_r   with HTTP_DONE: where the body begins
 */
enum http_parse http_head_read(struct span bytes, struct http_head *head_r, size_t *size_r);

/* The value of a header, or SPAN_NONE. Names compare without case. */
struct span http_header_value(const struct http_head *head, const char *name);

/* Whether a comma-separated header names a word, without case: Accept-Encoding: gzip, br */
bool http_header_lists(const struct http_head *head, const char *name, const char *word);

/* Reads the line in front of a chunk: "1a3;ext\r\n". `size_r`: of the line. */
enum http_parse http_chunk_read(struct span bytes, uint64_t *chunk_r, size_t *size_r);

/* Appends `text` with %41 turned into A; a `+` stays one. False if an escape is broken. */
bool http_decode(struct span text, struct str *to);

/* Appends `text` with everything but letters, digits and -._~ escaped. */
void http_encode(struct span text, struct str *to);

struct http_param {
    struct span name, value;
};

/* The decoded parameters of a query string, in their order. */
struct http_params {
    struct str text; /* what they point into */
    struct http_param items[HTTP_PARAMS_MAX];
    size_t count;
};

/* False if there are too many or an escape is broken. Clear with http_params_clear() either way. */
bool http_params_read(struct span query, struct http_params *params_r);
void http_params_clear(struct http_params *params);

/* The first of that name; NULL if there is none. */
const struct http_param *http_param(const struct http_params *params, const char *name);

/* The usual words for a status: "OK", "Internal Server Error". */
const char *http_reason(int status);
