/*
 * Processes that read documents, of both kinds: how they are started, given a document, and waited
 * for. Private to the previews.
 */
#pragma once

#include "base/cancel.h"
#include "base/err.h"
#include "base/str.h"

#include <sys/types.h>

enum {
    PROCESS_FDS = 4,        /* what a process can be given: input, output, errors, and one more */
    PROCESS_FD_LOWEST = 10, /* what is given lies at this or above, or is no standard descriptor,
                             * so that no place is taken before it is moved                     */
};

/*
 * Memory of which nobody can change the size, to be read from its beginning; sealed by `more` (of
 * fcntl(2)'s F_SEAL_...), not even what stands in it.
 *   size   at least that of the bytes
 * Returns a descriptor that the caller closes; -1 with errno.
 */
int process_memory(const char *name, struct span bytes, off_t size, int more);

/*
 * Starts a program with all signals as usual.
 *   argument       its only one; NULL: none
 *   surroundings   its whole environment, ended by NULL
 *   fds            what becomes its descriptors 0 to 3; -1: /dev/null, and no descriptor 3
 *   pid_r          the caller waits for it
 * Fails with ERR_OS.
 */
must_check bool process_spawn(const char *program, const char *argument, char *const surroundings[],
                              const int fds[PROCESS_FDS], pid_t *pid_r, struct err *err);

/* Waits until there is something at it, or its end: 1 there is; 0 it took too long; -1 asked to stop. */
int process_wait(int fd, const struct cancel *cancel, int64_t until_us);
