/*
 * Preloaded: lets a test move the wall clock. CLOCK_FILE names a file of eight bytes, a number of
 * microseconds that is added to the machine's clock each time it is read. The monotonic clock stays
 * as it is: nothing times out because the wall clock was moved.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t none, *added = &none;

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("CLOCK_FILE");
    int fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    void *mapped = fd >= 0 ? mmap(NULL, sizeof *added, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

    if (mapped != MAP_FAILED)
        added = mapped;
    if (fd >= 0)
        close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static __typeof__(&clock_gettime) real;
    int64_t nanoseconds;

    if (!real)
        real = (__typeof__(&clock_gettime))dlsym(RTLD_NEXT, "clock_gettime");
    if (real(clock, now) < 0)
        return -1;
    if (clock != CLOCK_REALTIME)
        return 0;
    nanoseconds = now->tv_nsec + *added % 1000000 * 1000;
    now->tv_sec += *added / 1000000 + nanoseconds / 1000000000;
    now->tv_nsec = nanoseconds % 1000000000;
    return 0;
}
