/* Locks the process, before it is given the first byte of a document. */
#pragma once

#include <stdbool.h>

/* What a process keeps. Both lists end with NULL, and what they name need not be there. */
struct lock_plan {
    const char *const *readable; /* folders, with all that is beneath                         */
    const char *const *programs; /* files that it may become, and their loader; NULL: no list */
    int seconds;                 /* of work, before the kernel ends it                        */
};

/* How far the kernel locks. */
struct lock_state {
    int landlock; /* version of the kernel's interface that was used; 0: the kernel has none */
    bool seccomp; /* the kernel filters system calls */
};

/*
 * Gives up for good whatever the plan does not name. From here on the process can read the folders
 * of the plan and the descriptors it is given, write to the socket or pipe it has, and make threads;
 * it can open nothing to write, no socket, and start no program. With a list of programs it may
 * become one of these, which is locked in the same way. A kernel without Landlock would let it
 * become any program: whoever has a list looks at `state_r->landlock`.
 * False: not even what every kernel has could be set, or threads were started before; then the
 * process must end.
 */
bool lock_down(const struct lock_plan *plan, struct lock_state *state_r);
