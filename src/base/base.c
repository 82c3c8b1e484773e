/* The cleanups behind auto_free and auto_close. */
#include "base/base.h"

#include <stdlib.h>
#include <unistd.h>

void auto_free_cleanup(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}

void auto_close_cleanup(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}
