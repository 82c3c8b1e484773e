/* What is kept of a sign-in, in a file of its own that nobody else may read. Private to claris/. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/secret.h"

struct claris_kept {
    char *account, *pool, *client, *device; /* `device` "": none */
    struct secret *refresh;
    int64_t signed_in_us; /* wall clock */
};

void claris_kept_clear(struct claris_kept *kept);
#define auto_claris_kept __attribute__((cleanup(claris_kept_clear))) struct claris_kept

/* Writes the file whole, or leaves what is there. Fails with ERR_OS. */
must_check bool claris_kept_write(const char *path, const struct claris_kept *kept,
                                  struct err *err);

/*
 * Reads it.
 * Fails with ERR_REMOTE, 401: there is none; ERR_USAGE: others may read it, or it is none of ours; ERR_OS.
 */
must_check bool claris_kept_read(const char *path, struct claris_kept *kept_r, struct err *err);
