/* Opens FileMaker's files and reads their sectors. */
#include "fmp12/sectors.h"

#include "base/mem.h"
#include "base/time.h"
#include "fmp12/cause.h"
#include "fmp12/entry.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR_HEAD = 20, MAGIC_SIZE = 15, OLD_NAME_AT = 541 };

struct fmp12_sectors {
    int fd;
    uint32_t count;
    struct stat opened; /* as it was */
    char *path;
};

static const char magic[] = "\x00\x01\x00\x00\x00\x02\x00\x01\x00\x05\x00\x02\x00\x02\xC0";
static const char magic_seven[] = "HBAM7\x00\x00\x10\x00";

/* Fails with ERR_USAGE if it is another program's file, or one of FileMaker 6. */
static bool header_check(const char *path, struct span head, struct err *err)
{
    struct span ours = { magic, MAGIC_SIZE }, seven = { magic_seven, sizeof magic_seven - 1 };

    if (!span_equal(span_first(head, MAGIC_SIZE), ours))
        return err_set(
            err, ERR_USAGE, FMP12_FOREIGN,
            "'%s' is no FileMaker file (its first bytes are another program's): name the "
            ".fmp12 or .fp7 file",
            path);
    if (!span_equal(span_first(span_from(head, MAGIC_SIZE), seven.size), seven))
        return err_set(err, ERR_USAGE, FMP12_OLD,
                       "'%s' was written by FileMaker 6 or older (.fp5, .fp3), which is not read: "
                       "convert it by opening it in FileMaker Pro 7 to 11, and name the .fp7 file "
                       "that it makes",
                       path);
    return true;
}

static bool size_check(const char *path, off_t size, struct err *err)
{
    if (size % FMP12_SECTOR_SIZE == 0 && size >= 3 * FMP12_SECTOR_SIZE
        && size / FMP12_SECTOR_SIZE < UINT32_MAX)
        return true;
    return err_set(err, ERR_DATA, FMP12_DAMAGED,
                   "'%s' is cut: its %jd bytes are not whole sectors of %d; " FMP12_COPY_AGAIN,
                   path, (intmax_t)size, FMP12_SECTOR_SIZE);
}

/* Whether a program that tells others so has the file open for writing. */
static bool file_is_locked(int fd)
{
    struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };

    if (fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
        return true;
    return flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

static bool plain_open(const char *path, int *fd_r, struct stat *stat_r, struct err *err)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0 || fstat(fd, stat_r) != 0)
        return err_os(err, "opening '%s'", path);
    if (!S_ISREG(stat_r->st_mode))
        return err_set(err, ERR_USAGE, FMP12_FOREIGN, "'%s' is no plain file: name the .fmp12 file",
                       path);
    if (file_is_locked(fd))
        return err_set(err, ERR_DATA, FMP12_IN_USE,
                       "'%s' is open in another program; " FMP12_COPY_AGAIN, path);
    *fd_r = take_fd(fd);
    return true;
}

/* Reads up to `size` bytes; fewer only at the file's end. */
static bool bytes_read(int fd, uint64_t at, char *bytes, size_t size, size_t *got_r,
                       struct err *err)
{
    size_t got = 0;

    while (got < size) {
        ssize_t n = pread(fd, bytes + got, size - got, (off_t)(at + got));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(err, "reading it");
        if (n == 0)
            break;
        got += (size_t)n;
    }
    *got_r = got;
    return true;
}

bool fmp12_sectors_open(const char *path, struct fmp12_sectors **sectors_r, struct err *err)
{
    auto_close int fd = -1;
    struct stat opened;
    char head[MAGIC_SIZE + sizeof magic_seven];
    size_t got;
    struct fmp12_sectors *sectors;

    if (!plain_open(path, &fd, &opened, err))
        return false;
    if (!bytes_read(fd, 0, head, sizeof head, &got, err))
        return err_ctx(err, "'%s'", path);
    if (!header_check(path, (struct span){ head, got }, err)
        || !size_check(path, opened.st_size, err))
        return false;
    sectors = mem_new(struct fmp12_sectors);
    sectors->fd = take_fd(fd);
    sectors->count = (uint32_t)(opened.st_size / FMP12_SECTOR_SIZE);
    sectors->opened = opened;
    sectors->path = mem_text(path);
    *sectors_r = sectors;
    return true;
}

void fmp12_sectors_close(struct fmp12_sectors *sectors)
{
    if (!sectors)
        return;
    (void)close(sectors->fd);
    free(sectors->path);
    free(sectors);
}

int64_t fmp12_sectors_written_us(const struct fmp12_sectors *sectors)
{
    const struct timespec *at = &sectors->opened.st_mtim;

    return at->tv_sec * TIME_SECOND + at->tv_nsec / 1000;
}

uint32_t fmp12_sectors_count(const struct fmp12_sectors *sectors)
{
    return sectors->count;
}

static bool bytes_are_zero(struct span bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        if (bytes.at[i])
            return false;
    return true;
}

/* Takes a sector's header apart. */
static bool sector_split(struct fmp12_sector *sector, struct err *err)
{
    struct span bytes = { sector->bytes, FMP12_SECTOR_SIZE };
    uint32_t unused = fmp12_u16(span_from(bytes, 14));

    sector->previous = fmp12_u32(span_from(bytes, 4));
    sector->next = fmp12_u32(span_from(bytes, 8));
    sector->level = (uint16_t)fmp12_u16(span_from(bytes, 12));
    if (sector->level == FMP12_LEVEL_FREE) {
        sector->payload = SPAN_NONE;
        return true;
    }
    if (unused > FMP12_SECTOR_SIZE - SECTOR_HEAD || !bytes_are_zero(span_first(bytes, 4)))
        return err_set(err, ERR_DATA, FMP12_DAMAGED, "its header is not one");
    if (!bytes_are_zero(span_from(bytes, FMP12_SECTOR_SIZE - unused)))
        return err_set(err, ERR_DATA, FMP12_DAMAGED, "its unused bytes are not empty");
    sector->payload =
        span_first(span_from(bytes, SECTOR_HEAD), FMP12_SECTOR_SIZE - SECTOR_HEAD - unused);
    return true;
}

bool fmp12_sector_read(const struct fmp12_sectors *sectors, uint32_t number,
                       struct fmp12_sector *sector, struct err *err)
{
    size_t got;

    if (number == 0 || number >= sectors->count)
        return err_set(err, ERR_DATA, FMP12_DAMAGED, "it lies beyond the end of the file");
    sector->number = number;
    if (!bytes_read(sectors->fd, (uint64_t)number * FMP12_SECTOR_SIZE, sector->bytes,
                    FMP12_SECTOR_SIZE, &got, err))
        return false;
    if (got < FMP12_SECTOR_SIZE)
        return err_set(err, ERR_DATA, FMP12_DAMAGED, "the file was cut while it was read");
    return sector_split(sector, err);
}

static bool times_are_equal(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool fmp12_sectors_same(const struct fmp12_sectors *sectors, struct err *err)
{
    struct stat now;

    if (fstat(sectors->fd, &now) != 0)
        return err_os(err, "looking at '%s' again", sectors->path);
    if (now.st_size == sectors->opened.st_size
        && times_are_equal(&now.st_mtim, &sectors->opened.st_mtim))
        return true;
    return err_set(err, ERR_DATA, FMP12_IN_USE,
                   "'%s' was written to while it was read; " FMP12_COPY_AGAIN, sectors->path);
}
