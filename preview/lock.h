/* Locks the process, before it is given the first byte of a document. */
#pragma once

#include <stdbool.h>

/* How far the kernel locks. */
struct lock_state {
    int landlock; /* version of the kernel's interface that was used; 0: the kernel has none */
    bool seccomp; /* the kernel filters system calls */
};

/*
 * Gives up for good whatever drawing does not need. From here on the process can read fonts and the
 * two descriptors it is given, write to the socket it has, and make threads; it can open nothing to
 * write, no socket, and start no program.
 * False: not even what every kernel has could be set, or threads were started before; then the
 * process must end.
 */
bool lock_down(struct lock_state *state_r);
