/*
 * A password or key. It is never printed: there is no format for it, and code that needs the text
 * must call secret_reveal(). Wiped when freed, locked in memory and left out of core dumps as far
 * as the system lets us.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

struct secret;

/* Takes a copy of `text`. The caller frees with secret_free() (or auto_secret). */
struct secret *secret_new(struct span text);
void secret_free(struct secret *secret); /* NULL is allowed */

void auto_secret_cleanup(struct secret **secret);
#define auto_secret __attribute__((cleanup(auto_secret_cleanup))) struct secret

/* The text, for the one place that sends it; borrowed until secret_free(). */
struct span secret_reveal(const struct secret *secret);

/*
 * Where a secret comes from; exactly one is set, the others are NULL or "". One that a person has
 * just typed is given as it is. A file must be a plain
 * one, belong to this user and be readable by nobody else. An environment variable is removed once
 * read. A command is run without a shell (base/child.h). The first line of a file, or of a
 * command's output, is the secret. It must be plain UTF-8: a byte order mark, UTF-16 and control
 * characters are reported, since nobody would see them.
 */
struct secret_source {
    const char *env;
    const char *file;
    const char *command;
    const struct secret *given; /* borrowed; before all others */
};

bool secret_source_is_set(const struct secret_source *source);

/*
 * Reads a secret.
 *   what       what it is, for messages: "the FileMaker password"
 *   secret_r   caller frees
 * Fails with ERR_USAGE (none or several named, missing, empty, longer than 4096 bytes, file open to
 * others, command that ends badly) and ERR_OS.
 */
must_check bool secret_read(const struct secret_source *source, const char *what,
                            struct secret **secret_r, struct err *err);
