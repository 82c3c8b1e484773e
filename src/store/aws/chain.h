/*
 * The chain of places that credentials for S3 come from. The first place that has any is used, in
 * the order that other programs keep: the configuration, the environment, a web identity, the
 * shared files, the container, the machine. Credentials that expire are fetched anew from there.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "store/aws/credentials.h"
#include "store/settings.h"

struct aws_chain;

/*
 * Finds the place that credentials come from. Nothing is asked over the network yet.
 *   settings   its texts must outlive the chain
 *   region     of the service that exchanges identities for credentials; borrowed for the call
 *   chain_r    caller frees with aws_chain_free()
 * Fails with ERR_USAGE: a place is named and does not hold what it should.
 */
must_check bool aws_chain_new(const struct store_settings *settings, const char *region,
                              const struct cancel *cancel, struct aws_chain **chain_r,
                              struct err *err);
void aws_chain_free(struct aws_chain *chain); /* NULL is allowed */

/*
 * Fetches credentials. One thread at a time.
 *   credentials_r   the caller clears
 * Fails with ERR_USAGE (there are none anywhere), ERR_REMOTE, ERR_NET, ERR_DATA, ERR_CANCELED.
 */
must_check bool aws_chain_fetch(struct aws_chain *chain, struct aws_credentials *credentials_r,
                                struct err *err);

/* The place that the credentials come from, for people. */
const char *aws_chain_source(const struct aws_chain *chain);

/*
 * A setting of the profile in the shared files, "region" or "endpoint_url"; NULL if it has none.
 * The caller frees. Files that cannot be read hold nothing.
 */
char *aws_profile_setting(const char *profile, const char *name);
