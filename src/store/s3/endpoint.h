/*
 * Turns a store's URL and an endpoint's into the host and path of a request.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "store/store.h"

struct s3_endpoint {
    char *bucket;
    char *prefix;    /* in front of every key; "" or ending in "/"                  */
    char *scheme;    /* "https" or "http"                                           */
    char *authority; /* host, with a port that is not the scheme's own; NULL: AWS's */
    bool is_aws;
    bool in_host; /* the bucket's name is part of the host's (virtual-hosted)       */
};

/*
 * Reads a store's URL ("s3://BUCKET[/PREFIX]") and an endpoint.
 *   endpoint   an http or https URL without a path; NULL or "": AWS, by region
 *   place_r    cleared by the caller with s3_endpoint_clear()
 * Fails with ERR_USAGE.
 */
must_check bool s3_endpoint_read(const char *url, const char *endpoint,
                                 enum store_addressing addressing, struct s3_endpoint *place_r,
                                 struct err *err);
void s3_endpoint_clear(struct s3_endpoint *place);

/* Appends the host of a request, with its port, as in the header Host. */
void s3_endpoint_host(const struct s3_endpoint *place, const char *region, struct str *to);

/* Appends the path of an object, or of the bucket (`key` NULL), encoded for the wire. */
void s3_endpoint_path(const struct s3_endpoint *place, const char *key, struct str *to);

/* The region in the name of an AWS endpoint, or SPAN_NONE. */
struct span s3_endpoint_region(const struct s3_endpoint *place);
