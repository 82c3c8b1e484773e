/*
 * Preloaded: a disk that lacks something, fails, or loses its power. It concerns what lies below
 * the folder DISK_ROOT names, and nothing else.
 *
 *   DISK_LACKS=tmpfile,link,noreplace,folder-flush,openat2,openat2-forbidden
 *       what NFS, SMB, vfat, FUSE, old kernels and sandboxes do not know
 *   DISK_FAILS=flush@3, folder-flush@3, full@3, quota@3, stale@3, read-only@1
 *       from the third time on: flushing a file or a folder (EIO), writing below "documents"
 *       (ENOSPC, EDQUOT), opening below it (ESTALE, EROFS)
 *   DISK_SHADOW=FOLDER
 *       what is on the disk for certain: of each file what it held when it was last flushed (f
 *       with the inode's number), of each folder its list when it was (d with the number); what
 *       was not flushed is lost with the power, and not there
 *   DISK_CUT=17
 *       the power is cut at the 17th of all flushes and names
 *   DISK_COUNT=FILE
 *       how many of these there were, once the program ends normally
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static atomic_int events, told[8];

/* --- what is asked for ---------------------------------------------------------------------- */

static int number_of(const char *digits)
{
    int number = 0;

    while (*digits >= '0' && *digits <= '9')
        number = number * 10 + (*digits++ - '0');
    return number;
}

static bool lacks(const char *what)
{
    const char *list = getenv("DISK_LACKS");
    size_t size = strlen(what);

    for (const char *at = list; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, what, size) == 0 && (at[size] == ',' || at[size] == '\0'))
            return true;
    return false;
}

/* Whether this time, or an earlier one, is the one from which on it fails. */
static bool fails(int slot, const char *what)
{
    const char *plan = getenv("DISK_FAILS");
    size_t size = strlen(what);

    return plan && strncmp(plan, what, size) == 0 && plan[size] == '@'
           && atomic_fetch_add(&told[slot], 1) + 1 >= number_of(plan + size + 1);
}

static bool is_below(const char *path)
{
    const char *root = getenv("DISK_ROOT");

    return root && strncmp(path, root, strlen(root)) == 0 && path[strlen(root)] == '/';
}

/* Whether a descriptor is of the disk; and whether of its folder "documents". */
static bool is_ours(int fd, bool documents)
{
    char link[64], path[PATH_MAX] = "";
    const char *root = getenv("DISK_ROOT");
    ssize_t size;

    if (!root || fd < 0)
        return false;
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    size = readlink(link, path, sizeof path - 2);
    if (size <= 0)
        return false;
    path[size] = '/';
    return is_below(path) && (!documents || strncmp(path + strlen(root), "/documents/", 11) == 0);
}

/* --- the power ------------------------------------------------------------------------------ */

static void event(void)
{
    const char *cut = getenv("DISK_CUT");

    if (atomic_fetch_add(&events, 1) + 1 == (cut ? number_of(cut) : -1))
        (void)kill(getpid(), SIGKILL);
}

__attribute__((destructor)) static void count_tell(void)
{
    const char *path = getenv("DISK_COUNT");
    FILE *to = path ? fopen(path, "we") : NULL;

    if (to) {
        (void)fprintf(to, "%d\n", atomic_load(&events));
        (void)fclose(to);
    }
}

static void list_write(int fd, FILE *to)
{
    int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = own >= 0 ? fdopendir(own) : NULL;
    const struct dirent *entry;

    while (folder && (entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            (void)fprintf(to, "%c %ju %s\n", entry->d_type == DT_DIR ? 'd' : 'f',
                          (uintmax_t)entry->d_ino, entry->d_name);
    if (folder)
        (void)closedir(folder);
}

/* Reads through another descriptor, because ours may be open for writing only. */
static void bytes_write(int fd, FILE *to)
{
    char link[64], part[65536];
    ssize_t got;
    int from;

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    from = (int)REAL(syscall)(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);
    while (from >= 0 && (got = read(from, part, sizeof part)) > 0)
        (void)fwrite(part, 1, (size_t)got, to);
    if (from >= 0)
        (void)close(from);
}

static void remember_as(int fd, const char *shadow, const struct stat *about)
{
    char path[PATH_MAX], partial[PATH_MAX + 64];
    FILE *to;

    (void)snprintf(path, sizeof path, "%s/%c%ju", shadow, S_ISDIR(about->st_mode) ? 'd' : 'f',
                   (uintmax_t)about->st_ino);
    (void)snprintf(partial, sizeof partial, "%s.%d", path, (int)gettid());
    to = fopen(partial, "we");
    if (!to)
        abort();
    if (S_ISDIR(about->st_mode))
        list_write(fd, to);
    else
        bytes_write(fd, to);
    (void)fclose(to);
    (void)rename(partial, path);
}

/*
 * One at a time: of two threads that flush one folder, the slower could put the list that it read
 * before the other's file had its name over the newer list. No disk forgets what it flushed.
 */
static void remember(int fd)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    const char *shadow = getenv("DISK_SHADOW");
    struct stat about;

    if (!shadow || fstat(fd, &about) < 0)
        return;
    (void)pthread_mutex_lock(&lock);
    remember_as(fd, shadow, &about);
    (void)pthread_mutex_unlock(&lock);
}

/* --- flushing ------------------------------------------------------------------------------- */

static int flush(int fd, int (*real)(int))
{
    struct stat about = { 0 };
    bool folder;

    if (!is_ours(fd, false))
        return real(fd);
    folder = fstat(fd, &about) == 0 && S_ISDIR(about.st_mode);
    event();
    if (folder && lacks("folder-flush")) {
        errno = EINVAL;
        return -1;
    }
    if (is_ours(fd, true) && fails(folder, folder ? "folder-flush" : "flush")) {
        errno = EIO;
        return -1;
    }
    remember(fd);
    event();
    return 0;
}

int fsync(int fd)
{
    return flush(fd, REAL(fsync));
}

static int one_remember(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    int fd = (int)REAL(syscall)(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);

    (void)about;
    (void)at;
    if ((kind == FTW_F || kind == FTW_D) && fd >= 0)
        remember(fd);
    if (fd >= 0)
        (void)close(fd);
    return 0;
}

int syncfs(int fd)
{
    char link[64], path[PATH_MAX] = "";

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (!is_ours(fd, false) || readlink(link, path, sizeof path - 1) < 0)
        return REAL(syncfs)(fd);
    return nftw(path, one_remember, 16, FTW_PHYS);
}

int fdatasync(int fd)
{
    return flush(fd, REAL(fdatasync));
}

/* --- names ---------------------------------------------------------------------------------- */

static int refuse(int code)
{
    errno = code;
    return -1;
}

int linkat(int from, const char *old, int to, const char *new, int flags)
{
    int result;

    if (!is_ours(to, false))
        return REAL(linkat)(from, old, to, new, flags);
    if (lacks("link"))
        return refuse(EOPNOTSUPP);
    result = REAL(linkat)(from, old, to, new, flags);
    event();
    return result;
}

int link(const char *old, const char *new)
{
    return lacks("link") ? refuse(EPERM) : REAL(link)(old, new);
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    int result;

    if (!is_ours(to, false))
        return REAL(renameat2)(from, old, to, new, flags);
    if (flags && lacks("noreplace"))
        return refuse(EINVAL);
    result = REAL(renameat2)(from, old, to, new, flags);
    event();
    return result;
}

int mkdirat(int at, const char *path, mode_t mode)
{
    int result = REAL(mkdirat)(at, path, mode);

    if (is_ours(at, false))
        event();
    return result;
}

/* --- opening and writing -------------------------------------------------------------------- */

/* 0, or the errno with which opening fails. */
static int opening(int at, int flags)
{
    if ((flags & O_TMPFILE) == O_TMPFILE && is_ours(at, false) && lacks("tmpfile"))
        return EOPNOTSUPP;
    if (is_ours(at, true) && (flags & O_ACCMODE) != O_RDONLY && fails(2, "read-only"))
        return EROFS;
    if (is_ours(at, true) && fails(3, "stale"))
        return ESTALE;
    return 0;
}

int openat64(int at, const char *path, int flags, ...)
{
    va_list args;
    unsigned mode;
    int code = opening(at, flags);

    va_start(args, flags);
    mode = va_arg(args, unsigned);
    va_end(args);
    return code ? refuse(code) : (int)REAL(syscall)(SYS_openat, at, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...) __attribute__((alias("openat64")));

long syscall(long number, ...)
{
    long a[6];
    va_list args;

    va_start(args, number);
    for (size_t i = 0; i < 6; i++)
        a[i] = va_arg(args, long);
    va_end(args);
    if (number == SYS_openat2 && lacks("openat2"))
        return refuse(ENOSYS);
    if (number == SYS_openat2 && lacks("openat2-forbidden"))
        return refuse(EPERM);
    if (number == SYS_openat2) {
        int code = opening((int)a[0], (int)*(const uint64_t *)a[2]);

        if (code)
            return refuse(code);
    }
    return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    if (is_ours(fd, true) && fails(4, "full"))
        return refuse(ENOSPC);
    if (is_ours(fd, true) && fails(5, "quota"))
        return refuse(EDQUOT);
    return REAL(write)(fd, bytes, size);
}
