/* Opens and lists by descriptors alone, so that nothing can be put in between (base/beneath.h). */
#include "source/manifest_folder.h"

#include "base/beneath.h"
#include "base/mem.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 32 };

struct folder_walk {
    const char *manifest;
    bool (*knows)(const void *arg, const char *path);
    const void *arg;
    struct manifest_files files;
};

bool manifest_folder_open(const char *path, const char **name_r, int *fd_r, struct err *err)
{
    const char *slash = strrchr(path, '/');
    auto_free char *folder = slash ? span_text((struct span){ path, (size_t)(slash - path) + 1 })
                                   : mem_text(".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return err_os(err, "opening the folder '%s'", folder);
    *name_r = slash ? slash + 1 : path;
    *fd_r = fd;
    return true;
}

static bool file_refuse(struct err *err)
{
    bool leaves = errno == ELOOP || errno == EXDEV;

    (void)err_os(err, leaves ? "its file is a link, or leads out of the folder" : "its file");
    err->kind = ERR_DATA; /* of one document; the others may well be read */
    return false;
}

bool manifest_folder_file(int folder_fd, const char *path, int *fd_r, struct err *err)
{
    auto_close int fd = beneath_open(folder_fd, path, O_RDONLY | O_NONBLOCK, 0);
    struct stat about;

    if (fd < 0 || fstat(fd, &about) != 0)
        return file_refuse(err);
    if (!S_ISREG(about.st_mode))
        return err_set(err, ERR_DATA, 0, "its file is no plain file");
    *fd_r = fd;
    fd = -1;
    return true;
}

/* --- listing -------------------------------------------------------------------------------- */

static void file_count(struct folder_walk *walk, const char *path, const struct stat *about)
{
    walk->files.count++;
    if (S_ISREG(about->st_mode) && walk->knows(walk->arg, path))
        return;
    if (walk->files.orphans++ == 0)
        walk->files.orphan_bytes = S_ISREG(about->st_mode) ? (int64_t)about->st_size : -1;
}

static DIR *listing_open(int folder_fd, struct err *err)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = fd < 0 ? NULL : fdopendir(fd);

    if (!listing) {
        (void)err_os(err, "listing the manifest's folder");
        if (fd >= 0)
            (void)close(fd);
    }
    return listing;
}

static bool folder_go(struct folder_walk *walk, int folder_fd, const char *above, int depth,
                      struct err *err);

static bool entry_look(struct folder_walk *walk, int folder_fd, const char *above, const char *name,
                       int depth, struct err *err)
{
    auto_free char *path = mem_printf("%s%s", above, name);
    auto_close int fd = -1;
    struct stat about;

    if (fstatat(folder_fd, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
        return err_os(err, "listing the manifest's folder");
    if (!S_ISDIR(about.st_mode)) {
        if (depth > 0 || strcmp(name, walk->manifest) != 0)
            file_count(walk, path, &about);
        return true;
    }
    fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_os(err, "listing the manifest's folder");
    auto_free char *below = mem_printf("%s/", path);
    return folder_go(walk, fd, below, depth + 1, err);
}

static bool entries_look(struct folder_walk *walk, DIR *listing, const char *above, int depth,
                         struct err *err)
{
    const struct dirent *entry;

    while ((errno = 0, entry = readdir(listing)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0
            && !entry_look(walk, dirfd(listing), above, entry->d_name, depth, err))
            return false;
    return errno == 0 || err_os(err, "listing the manifest's folder");
}

static bool folder_go(struct folder_walk *walk, int folder_fd, const char *above, int depth,
                      struct err *err)
{
    DIR *listing;
    bool good;

    if (depth > DEPTH_MAX)
        return err_set(err, ERR_DATA, 0, "folders lie more than %d deep in the manifest's",
                       DEPTH_MAX);
    listing = listing_open(folder_fd, err);
    if (!listing)
        return false;
    good = entries_look(walk, listing, above, depth, err);
    (void)closedir(listing);
    return good;
}

bool manifest_folder_list(int folder_fd, const char *manifest,
                          bool (*knows)(const void *arg, const char *path), const void *arg,
                          struct manifest_files *files_r, struct err *err)
{
    struct folder_walk walk = { .manifest = manifest, .knows = knows, .arg = arg };

    if (!folder_go(&walk, folder_fd, "", 0, err))
        return false;
    *files_r = walk.files;
    return true;
}
