/*
 * Fetches credentials that are handed out for a while: by a program, the container's host, the
 * machine's own service, or AWS's exchange of identities (STS).
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/str.h"
#include "store/aws/credentials.h"

/* Runs a command by /bin/sh and reads what it prints. Fails with ERR_USAGE, ERR_OS, ERR_DATA. */
must_check bool aws_fetch_process(const char *command, struct aws_credentials *credentials_r,
                                  struct err *err);

/*
 * Asks the container's host: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, or ..._FULL_URI, which must be
 * https, on loopback, or one of the hosts' own addresses.
 * Fails with ERR_USAGE, ERR_NET, ERR_REMOTE, ERR_DATA, ERR_CANCELED.
 */
must_check bool aws_fetch_container(const struct cancel *cancel,
                                    struct aws_credentials *credentials_r, struct err *err);

/* Asks the machine's own service (version 2 only). As aws_fetch_container(). */
must_check bool aws_fetch_machine(const struct cancel *cancel,
                                  struct aws_credentials *credentials_r, struct err *err);

struct aws_role {
    const char *arn, *session; /* `session` NULL: "fmferry"    */
    const char *region;        /* of the service that is asked */
    const char *ca_file;
    const struct http_route *route;
};

/* Exchanges the token in a file, read anew each time, for credentials of a role. */
must_check bool aws_fetch_web_identity(const struct aws_role *role, const char *token_file,
                                       const struct cancel *cancel,
                                       struct aws_credentials *credentials_r, struct err *err);

/* Exchanges credentials for those of a role. */
must_check bool aws_fetch_role(const struct aws_role *role, const struct aws_credentials *own,
                               const struct cancel *cancel, struct aws_credentials *credentials_r,
                               struct err *err);
