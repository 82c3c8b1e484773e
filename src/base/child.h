/*
 * Programs that the configuration names, to be asked for a secret. No shell stands between: words
 * are split at blanks, quotes and backslashes do as in a shell, and what only a shell understands
 * is refused. The program finds a clean environment: what it needs to find itself and its own
 * settings, and none of the other secrets that may stand in ours.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"

#include <sys/types.h>

struct child {
    pid_t pid;
    int out; /* what it prints, to be read */
};

/*
 * Starts a program.
 *   what      for messages: "the FileMaker password"
 *   child_r   to be ended with child_end()
 * Fails with ERR_USAGE: no such program, a quote that does not end, a shell's words.
 */
must_check bool child_start(const char *command, const char *what, struct child *child_r,
                            struct err *err);

/* Hangs up, waits for its end, and tells its status as waitpid() does. */
int child_end(struct child *child);

/*
 * Whether nobody but us and root can change a file that names a program to be run: the file, its
 * folder and those above. Fails with ERR_USAGE, which says whose permission is to be taken away.
 *   what   what names it: "password_command"
 */
must_check bool child_may_be_named_by(const char *path, const char *what, struct err *err);
