/*
 * The access to a bucket, which all its handles share: credentials, endpoint, region, the server's
 * clock and the pace. Safe from any thread.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "store/s3/endpoint.h"
#include "store/s3/sigv4.h"
#include "store/settings.h"

/* One client's copy of what signing needs, so that signing takes no lock. */
struct s3_signer {
    uint64_t generation; /* of the access when it was copied; 0: never */
    char date[SIGV4_DATE_SIZE];
    char *access_key, *region;
    struct secret *token;
    struct sigv4_key key;
};

/* As store_access_new() and store_access_free() (store/open.h), of a bucket. */
must_check bool s3_access_new(const struct store_settings *settings, const struct cancel *cancel,
                              struct store_access **access_r, struct err *err);
void s3_access_free(struct store_access *access); /* NULL is allowed */

/* Finds where a bucket is, by the settings and, if they are not set, environment and profile. */
must_check bool s3_access_locate(const struct store_settings *settings, struct s3_endpoint *place_r,
                                 struct err *err);

void s3_signer_clear(struct s3_signer *signer);

const struct s3_endpoint *s3_access_endpoint(const struct store_access *access);

/* The present time by the server's clock, as far as we know it. */
int64_t s3_access_now_us(const struct store_access *access);

/*
 * Brings a signer up to date for a request at `at_us`, fetching credentials if those at hand are
 * about to expire. Fails as aws_chain_fetch().
 */
must_check bool s3_access_sign(struct store_access *access, int64_t at_us, struct s3_signer *signer,
                               struct err *err);

/* Learn the server's region or time. True: a request signed before is worth signing anew. */
bool s3_access_learn_region(struct store_access *access, struct span region);
bool s3_access_learn_time(struct store_access *access, int64_t server_us); /* a day off at most */

/*
 * Fetches credentials again because a signer's were refused.
 *   changed_r   whether others came
 */
must_check bool s3_access_renew(struct store_access *access, const struct s3_signer *signer,
                                bool *changed_r, struct err *err);

/*
 * Limit the requests under way at once: the limit is halved when the server asks for less, and
 * slowly restored. Enter waits for a place; every enter is followed by a leave.
 */
must_check bool s3_access_enter(struct store_access *access, const struct cancel *cancel,
                                struct err *err);
void s3_access_leave(struct store_access *access, bool was_told_to_slow_down);
