/* Where Claris ID's user pool is, how it is asked, and where a sign-in is kept. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "http/route.h"

struct claris_settings {
    const char *pool, *client; /* the ids of the user pool and of Claris's program in it        */
    const char *url;           /* where the pool is asked; NULL or "": at Amazon, in its region */
    const char *token_file;    /* where the refresh token is kept                               */
    const char *ca_file;       /* NULL: the system's certificates                               */
    struct http_route route;   /* without a certificate of our own                              */
};

/* Whether pool, program and address are of their form. Fails with ERR_USAGE, which names the key. */
must_check bool claris_settings_good(const struct claris_settings *settings, struct err *err);
