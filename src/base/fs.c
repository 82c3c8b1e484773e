/* Files, written so that a crash leaves the old one or the new one. */
#include "base/fs.h"

#include "base/mem.h"
#include "base/uuid.h"

#include <fcntl.h>
#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_all(int fd, const char *what, struct str *to, struct err *err)
{
    char part[16384];
    ssize_t got;

    while (!to->cut && (got = read(fd, part, sizeof part)) != 0) {
        if (got < 0 && errno != EINTR)
            return err_os(err, "reading '%s'", what);
        str_add(to, part, got > 0 ? (size_t)got : 0);
    }
    return str_fits(to, what, err);
}

bool fs_read_rest(int fd, const char *what, struct str *to, struct err *err)
{
    size_t before = to->size;

    if (read_all(fd, what, to, err))
        return true;
    str_cut(to, before);
    return false;
}

bool fs_read(const char *path, struct str *to, struct err *err)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_os(err, "opening '%s'", path);
    return fs_read_rest(fd, path, to, err);
}

bool fs_write_all(int fd, struct span bytes, const char *what, struct err *err)
{
    while (bytes.size) {
        ssize_t wrote = write(fd, bytes.at, bytes.size);

        if (wrote < 0 && errno != EINTR)
            return err_os(err, "writing '%s'", what);
        bytes = span_from(bytes, wrote > 0 ? (size_t)wrote : 0);
    }
    return true;
}

bool fs_sync_folder(int folder_fd, const char *what, struct err *err)
{
    /* Not every file system has something to flush there. */
    return fsync(folder_fd) == 0 || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS
           || err_os(err, "flushing the folder '%s'", what);
}

static int folder_open(const char *path)
{
    auto_free char *copy = mem_text(path);

    return open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* A hidden name in the same folder that no other process or thread uses. */
static char *neighbour_of(const char *path)
{
    auto_free char *copy = mem_text(path);
    char digits[UUID_TEXT_SIZE];
    struct uuid uuid = uuid_v4();

    return mem_printf("%s/.%s.new", dirname(copy), uuid_digits(&uuid, digits));
}

static bool neighbour_write(const char *beside, const char *path, struct span bytes, unsigned mode,
                            struct err *err)
{
    auto_close int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return err_os(err, "making a file beside '%s'", path);
    if (!fs_write_all(fd, bytes, path, err))
        return false;
    if (fchmod(fd, mode) < 0 || fsync(fd) < 0)
        return err_os(err, "flushing '%s'", path);
    return true;
}

/* Some file systems cannot rename without replacing, others have no second names; none lacks both.
 */
static bool rename_new(const char *beside, const char *path)
{
    if (renameat2(AT_FDCWD, beside, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL || link(beside, path) < 0)
        return false;
    (void)unlink(beside);
    return true;
}

static bool put_in_place(const char *beside, const char *path, bool replace, struct err *err)
{
    if (replace)
        return rename(beside, path) == 0 || err_os(err, "renaming the new '%s' into place", path);
    return rename_new(beside, path) || err_os(err, "creating '%s'", path);
}

static bool whole_write(const char *path, struct span bytes, unsigned mode, bool replace,
                        struct err *err)
{
    auto_close int folder_fd = folder_open(path);
    auto_free char *beside = neighbour_of(path);

    if (folder_fd < 0)
        return err_os(err, "opening the folder of '%s'", path);
    if (!neighbour_write(beside, path, bytes, mode, err)
        || !put_in_place(beside, path, replace, err)) {
        (void)unlink(beside);
        return false;
    }
    return fs_sync_folder(folder_fd, path, err);
}

bool fs_write(const char *path, struct span bytes, unsigned mode, struct err *err)
{
    return whole_write(path, bytes, mode, true, err);
}

bool fs_create(const char *path, struct span bytes, unsigned mode, struct err *err)
{
    return whole_write(path, bytes, mode, false, err);
}

bool fs_open_unnamed(const char *path, int *fd_r, struct err *err)
{
    auto_free char *copy = mem_text(path);
    int fd = open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0)
        return err_os(err, "making a file where '%s' will be", path);
    *fd_r = fd;
    return true;
}

/* linkat() replaces nothing, so the file first gets a hidden name, which is then renamed. */
bool fs_put_in_place(int fd, const char *path, unsigned mode, struct err *err)
{
    auto_free char *beside = neighbour_of(path);
    auto_close int folder_fd = folder_open(path);
    char link[64];

    if (folder_fd < 0)
        return err_os(err, "opening the folder of '%s'", path);
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (fchmod(fd, mode) < 0 || fsync(fd) < 0)
        return err_os(err, "flushing '%s'", path);
    if (linkat(AT_FDCWD, link, AT_FDCWD, beside, AT_SYMLINK_FOLLOW) < 0)
        return err_os(err, "naming '%s'", path);
    if (!put_in_place(beside, path, true, err)) {
        (void)unlink(beside);
        return false;
    }
    return fs_sync_folder(folder_fd, path, err);
}

bool fs_make_folder(const char *path, struct err *err)
{
    auto_free char *part = mem_text(path);
    struct stat about;

    for (char *slash = part + 1; *part && (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        if (mkdir(part, 0700) < 0 && errno != EEXIST)
            return err_os(err, "making the folder '%s'", part);
    }
    if (mkdir(part, 0700) < 0 && errno != EEXIST)
        return err_os(err, "making the folder '%s'", path);
    if (stat(path, &about) < 0 || !S_ISDIR(about.st_mode)) {
        errno = ENOTDIR;
        return err_os(err, "'%s'", path);
    }
    return true;
}

bool fs_is_of_one_name(int number)
{
    return number == ENAMETOOLONG || number == EINVAL || number == EFBIG || number == ELOOP
           || number == ENOTDIR || number == EISDIR;
}

bool fs_is_away(int number)
{
    return number == ESTALE || number == ENOTCONN || number == EHOSTDOWN || number == EHOSTUNREACH
           || number == ETIMEDOUT;
}

/* --- keys --------------------------------------------------------------------------------------- */

bool fs_is_private(int fd, const char *path, struct err *err)
{
    struct stat about;

    if (fstat(fd, &about) < 0)
        return err_os(err, "looking at the key '%s'", path);
    if (!S_ISREG(about.st_mode) || about.st_uid != geteuid() || about.st_mode & 077)
        return err_set(err, ERR_USAGE, 0,
                       "the key '%s' must be a plain file that belongs to you and that nobody else "
                       "may read (chmod 600)",
                       path);
    return true;
}

bool fs_read_private(const char *path, struct str *to, struct err *err)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return err_os(err, "opening the key '%s'", path);
    return fs_is_private(fd, path, err) && fs_read_rest(fd, path, to, err);
}
