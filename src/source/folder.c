/* Opens and lists by descriptors alone, so that nothing can be put in between (base/beneath.h). */
#include "source/folder.h"

#include "base/beneath.h"
#include "base/mem.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 32 };

struct walk {
    bool (*each)(void *arg, const struct folder_entry *entry, struct err *err);
    void *arg;
};

static bool file_refuse(struct err *err)
{
    bool leaves = errno == ELOOP || errno == EXDEV;

    (void)err_os(err, leaves ? "its file is a link, or leads out of the folder" : "its file");
    err->kind = ERR_DATA; /* of one document; the others may well be read */
    return false;
}

bool folder_file(int folder_fd, const char *path, int *fd_r, struct err *err)
{
    auto_close int fd = beneath_open(folder_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    struct stat about;

    if (fd < 0 || fstat(fd, &about) != 0)
        return file_refuse(err);
    if (!S_ISREG(about.st_mode))
        return err_set(err, ERR_DATA, 0, "its file is no plain file");
    *fd_r = fd;
    fd = -1;
    return true;
}

/* --- walking -------------------------------------------------------------------------------- */

static DIR *listing_open(int folder_fd, struct err *err)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = fd < 0 ? NULL : fdopendir(fd);

    if (!listing) {
        (void)err_os(err, "listing the folder");
        if (fd >= 0)
            (void)close(fd);
    }
    return listing;
}

static bool folder_go(const struct walk *walk, int folder_fd, const char *above, int depth,
                      struct err *err);

static bool entry_look(const struct walk *walk, int folder_fd, const char *above, const char *name,
                       int depth, struct err *err)
{
    auto_free char *path = mem_printf("%s%s", above, name);
    auto_close int fd = -1;
    struct stat about;

    if (fstatat(folder_fd, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
        return err_os(err, "listing the folder");
    if (!S_ISDIR(about.st_mode)) {
        struct folder_entry entry = { path, S_ISREG(about.st_mode), (uint64_t)about.st_size };

        return walk->each(walk->arg, &entry, err);
    }
    fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_os(err, "listing the folder");
    auto_free char *below = mem_printf("%s/", path);
    return folder_go(walk, fd, below, depth + 1, err);
}

static bool entries_look(const struct walk *walk, DIR *listing, const char *above, int depth,
                         struct err *err)
{
    const struct dirent *entry;

    while ((errno = 0, entry = readdir(listing)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0
            && !entry_look(walk, dirfd(listing), above, entry->d_name, depth, err))
            return false;
    return errno == 0 || err_os(err, "listing the folder");
}

static bool folder_go(const struct walk *walk, int folder_fd, const char *above, int depth,
                      struct err *err)
{
    DIR *listing;
    bool good;

    if (depth > DEPTH_MAX)
        return err_set(err, ERR_DATA, 0, "folders lie more than %d deep in one another", DEPTH_MAX);
    listing = listing_open(folder_fd, err);
    if (!listing)
        return false;
    good = entries_look(walk, listing, above, depth, err);
    (void)closedir(listing);
    return good;
}

bool folder_walk(int folder_fd,
                 bool (*each)(void *arg, const struct folder_entry *entry, struct err *err),
                 void *arg, struct err *err)
{
    struct walk walk = { each, arg };

    err->kind = ERR_NONE;
    return folder_go(&walk, folder_fd, "", 0, err) || err->kind == ERR_NONE;
}
