/* A file that somebody writes to while it is read. */
#include "base/fs.h"
#include "base/mem.h"
#include "fmp12/cause.h"
#include "fmp12/sectors.h"
#include "tap.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1024 * 1024 };

/* A copy of the small file that belongs to this test alone; its path is /proc/self/fd/N. */
static int copy_make(void)
{
    auto_str bytes = STR_MAX(FILE_MAX);
    int fd = memfd_create("copy", MFD_CLOEXEC);
    struct err err = { 0 };

    CHECK(fd >= 0 && fs_read(SMALL, &bytes, &err)
          && fs_write_all(fd, str_span(&bytes), "a copy", &err));
    return fd;
}

static bool is_the_same(int fd, void (*change)(int fd), struct err *err)
{
    auto_free char *path = mem_printf("/proc/self/fd/%d", fd);
    struct fmp12_sectors *sectors;
    bool same;

    CHECK(fmp12_sectors_open(path, &sectors, err));
    change(fd);
    same = fmp12_sectors_same(sectors, err);
    fmp12_sectors_close(sectors);
    return same;
}

static void nothing(int fd)
{
    (void)fd;
}

static void grow(int fd)
{
    struct stat now;
    struct timespec times[2];

    CHECK(fstat(fd, &now) == 0 && ftruncate(fd, now.st_size + FMP12_SECTOR_SIZE) == 0);
    times[0] = now.st_atim;
    times[1] = now.st_mtim;
    CHECK(futimens(fd, times) == 0);
}

/* The size is as it was; the time is not. */
static void touch(int fd)
{
    struct timespec times[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };

    CHECK(futimens(fd, times) == 0);
}

TEST(a_file_that_changes_while_it_is_read_is_noticed)
{
    static void (*const changes[])(int fd) = { grow, touch };
    struct err err = { 0 };

    for (size_t i = 0; i < lengthof(changes); i++) {
        auto_close int fd = copy_make();

        CHECK_AT(i, !is_the_same(fd, changes[i], &err));
        CHECK_AT(i, err.kind == ERR_DATA && err.code == FMP12_IN_USE);
    }
}

TEST(one_that_is_left_alone_is_the_same)
{
    auto_close int fd = copy_make();
    struct err err = { 0 };

    CHECK(is_the_same(fd, nothing, &err));
}
