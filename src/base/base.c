/* The cleanups behind auto_free and auto_close. */
#include "base/base.h"

#include <stdlib.h>
#include <unistd.h>

/* Copied out, because the variable is a pointer of another type than void *. */
void auto_free_cleanup(void *pointer_to_pointer)
{
    void *pointer;

    memcpy(&pointer, pointer_to_pointer, sizeof pointer);
    free(pointer);
}

void auto_close_cleanup(int *fd)
{
    int code = errno;

    if (*fd >= 0)
        (void)close(*fd);
    errno = code;
}
