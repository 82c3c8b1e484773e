/* The files that `fmferry init` makes: all of them, or none. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/secret.h"
#include "cmd/draft.h"

/* A file that holds one secret. */
struct init_secret {
    const char *path;
    const struct secret *secret;
};

struct init_files {
    const char *config;
    const char *signing_key; /* made with its ".pub", unless it is there already */
    struct init_secret secrets[4];
    size_t secret_count;
};

/* Checks that there is no configuration yet, and that one can be made. Fails with ERR_USAGE. */
must_check bool init_files_check(const char *config, struct err *err);

/*
 * Makes the files, each readable by its owner alone; the configuration comes last, because it names
 * the others. What is there already is never written over, except that a signing key is kept.
 * Fails with ERR_USAGE, ERR_OS; then none of them is left.
 */
must_check bool init_files_write(const struct init_files *files, const struct draft *draft,
                                 struct err *err);

/* Makes the key that signs certificates and its public half; one that is there is refused. */
must_check bool init_signing_key(const char *path, struct err *err);
