/*
 * Preloaded: a program that is killed, or stands still, at a moment that nothing on the machine can
 * move. It concerns files below folders whose names end with ".partial".
 *
 *   STOP_BYTES=70000   with this many bytes written, in the middle of a write if it falls there
 *   STOP_RENAMES=2     after this many files or folders have another name
 *   STOP_SIGNAL=19     by this signal; else by SIGKILL
 *   STOP_WHILE=hold    or not at all: the thread that writes waits as long as this file is there, ten
 *                      minutes at most, and the others go on
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static atomic_long bytes, renames;

static bool is_partial(int fd)
{
    char link[64], path[4096];
    ssize_t size;

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    size = readlink(link, path, sizeof path - 2);
    if (size <= 0)
        return false;
    path[size] = '/';
    path[size + 1] = '\0';
    return strstr(path, ".partial/") != NULL;
}

/* A limit that was asked for; 0: none. */
static long limit_of(const char *name)
{
    const char *digits = getenv(name);
    long limit = 0;

    for (; digits && *digits >= '0' && *digits <= '9'; digits++)
        limit = limit * 10 + (*digits - '0');
    return limit;
}

static void stop(void)
{
    long number = limit_of("STOP_SIGNAL");
    const char *held = getenv("STOP_WHILE");

    for (int looks = 0; held && looks < 60000 && access(held, F_OK) == 0; looks++)
        (void)usleep(10000);
    if (held)
        return;
    (void)kill(getpid(), number ? (int)number : SIGKILL);
}

ssize_t write(int fd, const void *from, size_t size)
{
    long limit = limit_of("STOP_BYTES"), before;
    ssize_t part = 0;

    if (!limit || !is_partial(fd))
        return REAL(write)(fd, from, size);
    before = atomic_fetch_add(&bytes, (long)size);
    if (before < limit && before + (long)size >= limit) {
        part = REAL(write)(fd, from, (size_t)(limit - before));
        stop();
    }
    return part > 0 && (size_t)part == size
               ? part
               : part + REAL(write)(fd, (const char *)from + part, size - (size_t)part);
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    int result = REAL(renameat2)(from, old, to, new, flags);
    long limit = limit_of("STOP_RENAMES");

    if (limit && is_partial(to) && atomic_fetch_add(&renames, 1) + 1 == limit)
        stop();
    return result;
}
