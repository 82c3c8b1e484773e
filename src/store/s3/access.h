/*
 * What all handles of one bucket share: who we are, where the bucket is, and what time it is there.
 * Safe from any thread.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "store/s3/endpoint.h"
#include "store/s3/sigv4.h"
#include "store/settings.h"

/* What one client signs with: a copy, so that signing takes no lock. */
struct s3_signer {
    uint64_t generation; /* of what it was copied from; 0: never */
    char date[SIGV4_DATE_SIZE];
    char *access_key, *region;
    struct secret *token;
    struct sigv4_key key;
};

/* As store_access_new() and store_access_free() (store/open.h), of a bucket. */
must_check bool s3_access_new(const struct store_settings *settings, const struct cancel *cancel,
                              struct store_access **access_r, struct err *err);
void s3_access_free(struct store_access *access); /* NULL is allowed */

/* Where a bucket is, by the settings and what stands in for those that are not set. */
must_check bool s3_access_locate(const struct store_settings *settings, struct s3_endpoint *place_r,
                                 struct err *err);

void s3_signer_clear(struct s3_signer *signer);

const struct s3_endpoint *s3_access_endpoint(const struct store_access *access);

/* Now, on the clock of the server as far as we know it. */
int64_t s3_access_now_us(const struct store_access *access);

/*
 * Brings a signer up to date for a request at `at_us`, fetching credentials if they are about to
 * expire.
 * Fails as aws_chain_fetch().
 */
must_check bool s3_access_sign(struct store_access *access, int64_t at_us, struct s3_signer *signer,
                               struct err *err);

/* What a server taught us. Each says whether a request signed before is worth signing anew. */
bool s3_access_learn_region(struct store_access *access, struct span region);
bool s3_access_learn_time(struct store_access *access, int64_t server_us); /* a day off at most */

/*
 * The credentials of a signer were refused: fetches others.
 *   changed_r   whether there are any
 */
must_check bool s3_access_renew(struct store_access *access, const struct s3_signer *signer,
                                bool *changed_r, struct err *err);

/*
 * How many requests may be under way at once: halved when the server asks for less, and slowly
 * restored. Enter waits for a place; every enter is followed by a leave.
 */
must_check bool s3_access_enter(struct store_access *access, const struct cancel *cancel,
                                struct err *err);
void s3_access_leave(struct store_access *access, bool was_told_to_slow_down);
