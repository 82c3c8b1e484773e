/*
 * Runs programs that the configuration names, to ask them for a secret or to tell them something. No shell is involved: words
 * are split at blanks, quotes and backslashes work as in a shell, and syntax that only a shell
 * understands is refused. The environment is clean: it has what the program needs to find itself
 * and its own settings, and none of the other secrets that may be in ours.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

#include <sys/types.h>

struct child {
    pid_t pid;
    int out; /* where its output is read */
};

/*
 * Starts a program.
 *   what      for messages: "the FileMaker password"
 *   child_r   caller ends it with child_end()
 * Fails with ERR_USAGE: no such program, a quote that does not end, syntax of a shell.
 */
must_check bool child_start(const char *command, const char *what, struct child *child_r,
                            struct err *err);

/* Closes its output, waits for it to end, and returns its status as waitpid() gives it. */
int child_end(struct child *child);

/*
 * Runs a program to its end with a text as its input. What it prints is thrown away.
 *   what       as for child_start()
 *   limit_us   then it is killed, with all that it started
 * Fails with ERR_USAGE as child_start(); ERR_OS: it ended badly, or not in time.
 */
must_check bool child_feed(const char *command, const char *what, struct span input,
                           int64_t limit_us, struct err *err);

/*
 * Checks that nobody but us and root can change a file that names a program to run: the file, its
 * folder and those above.
 *   what   the key that names the program: "password_command"
 * Fails with ERR_USAGE, which says whose permission to take away.
 */
must_check bool child_may_be_named_by(const char *path, const char *what, struct err *err);
