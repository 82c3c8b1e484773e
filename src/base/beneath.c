/*
 * Paths are opened in one step (openat2, Linux 5.6). Where the kernel lacks it, or a sandbox
 * forbids it, we walk down folder by folder and hold each by its descriptor, so that nothing can be
 * put in between.
 */
#include "base/beneath.h"

#include "base/mem.h"
#include "base/str.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NAME_LONGEST = 255, TRIES = 16 };

static atomic_bool walk_only;

void beneath_walk_only(void)
{
    atomic_store(&walk_only, true);
}

static bool segment_is_good(struct span segment)
{
    for (size_t i = 0; i < segment.size; i++)
        if ((unsigned char)segment.at[i] < 0x20 || segment.at[i] == 0x7f)
            return false;
    return segment.size > 0 && segment.size <= NAME_LONGEST && !span_is(segment, ".")
           && !span_is(segment, "..");
}

bool beneath_is_good(const char *path)
{
    struct span rest = span_of(path);

    while (rest.at)
        if (!segment_is_good(span_cut(&rest, '/')))
            return false;
    return true;
}

/* --- walking -------------------------------------------------------------------------------- */

/* Where a folder is asked for, the kernel refuses a link with ENOTDIR; this says ELOOP. */
static int step_down(int folder, const char *name)
{
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat about;

    if (fd < 0 && errno == ENOTDIR)
        errno = fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(about.st_mode)
                    ? ELOOP
                    : ENOTDIR;
    return fd;
}

static int beneath_walk(int folder_fd, const char *path, int flags, unsigned mode)
{
    auto_free char *copy = mem_text(path);
    auto_close int at = fcntl(folder_fd, F_DUPFD_CLOEXEC, 0);
    char *name = copy;

    for (char *slash; at >= 0 && (slash = strchr(name, '/')); name = slash + 1) {
        int next;

        *slash = '\0';
        next = step_down(at, name);
        if (next < 0)
            return -1;
        (void)close(at);
        at = next;
    }
    if (at >= 0 && flags & O_DIRECTORY && !(flags & O_TMPFILE & ~O_DIRECTORY))
        return step_down(at, name);
    return at < 0 ? -1 : openat(at, name, flags | O_NOFOLLOW, mode);
}

/* --- in one step ---------------------------------------------------------------------------- */

static int open_at_once(int folder_fd, const char *path, int flags, unsigned mode)
{
    struct open_how how = { .flags = (uint64_t)(unsigned)flags,
                            .mode = flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) ? mode : 0,
                            .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS
                                       | RESOLVE_NO_MAGICLINKS };
    long fd = -1;

    errno = EAGAIN; /* the answer while somebody renames folders */
    for (int i = 0; i < TRIES && fd < 0 && errno == EAGAIN; i++)
        fd = syscall(SYS_openat2, folder_fd, path, &how, sizeof how);
    return (int)fd;
}

/* A sandbox that does not know openat2 may say EPERM; the walk tells whether that was the reason.
 */
int beneath_open(int folder_fd, const char *path, int flags, unsigned mode)
{
    int fd;

    if (!beneath_is_good(path)) {
        errno = EXDEV;
        return -1;
    }
    flags |= O_CLOEXEC;
    if (atomic_load(&walk_only))
        return beneath_walk(folder_fd, path, flags, mode);
    fd = open_at_once(folder_fd, path, flags, mode);
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
        return fd;
    if (errno == ENOSYS)
        beneath_walk_only();
    return beneath_walk(folder_fd, path, flags, mode);
}

int beneath_parent(int folder_fd, const char *path, const char **name_r)
{
    const char *slash = strrchr(path, '/');
    auto_free char *above = slash ? span_text((struct span){ path, (size_t)(slash - path) }) : NULL;

    if (!beneath_is_good(path)) {
        errno = EXDEV;
        return -1;
    }
    *name_r = slash ? slash + 1 : path;
    return above ? beneath_open(folder_fd, above, O_RDONLY | O_DIRECTORY, 0)
                 : fcntl(folder_fd, F_DUPFD_CLOEXEC, 0);
}
