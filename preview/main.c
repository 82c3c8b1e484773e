/*
 * fmferry-preview: makes pictures and text of one document for the console, and ends. It is started
 * by `fmferry serve` and by nobody else, talks through the socket it inherits (wire.h), and has
 * locked itself (lock.c) before it gets the first byte. It is a program of its own, so that a
 * document which breaks Poppler or libvips breaks this process alone.
 */
#include "job.h"
#include "lock.h"
#include "start.h"
#include "wire.h"

#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

int main(void)
{
    struct wire_hello hello = { .magic = WIRE_MAGIC };
    struct lock_state state;

    if (!preview_start(&state)) {
        (void)fputs("fmferry-preview: it cannot be locked; it is started by fmferry serve\n",
                    stderr);
        return 1;
    }
    hello.landlock = state.landlock;
    hello.seccomp = state.seccomp;
    if (send(WIRE_FD, &hello, sizeof hello, MSG_NOSIGNAL) == sizeof hello)
        job_serve(WIRE_FD);
    _exit(0); /* the libraries have nothing to put away */
}
