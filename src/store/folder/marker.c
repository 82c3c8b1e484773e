/*
 * Finds out whether a folder is the store: one that got documents before holds a marker. A mount
 * point without its disk is an empty folder, and must not become the store.
 */
#include "store/folder/marker.h"

#include "base/fs.h"
#include "store/folder/errors.h"
#include "store/folder/subfolders.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

bool folder_marker_make(struct folder_store *dir, struct err *err)
{
    if (faccessat(dir->fd, FOLDER_OWN, F_OK, AT_SYMLINK_NOFOLLOW) < 0
        && !folder_top_mode_set(dir, err))
        return false;
    return folder_subfolder_make(dir, FOLDER_OWN, err);
}

static bool folder_store_is_empty(int folder_fd)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    bool empty = folder != NULL;

    while (empty && (entry = readdir(folder)) != NULL)
        empty = entry->d_name[0] == '.' || strcmp(entry->d_name, "lost+found") == 0;
    if (folder)
        (void)closedir(folder);
    return empty;
}

/* A store from an earlier fmferry has no marker, but documents. */
static bool is_the_store(const struct folder_store *dir)
{
    return faccessat(dir->fd, FOLDER_OWN, F_OK, AT_SYMLINK_NOFOLLOW) == 0
           || !folder_store_is_empty(dir->fd);
}

bool folder_top_open(struct folder_store *dir, const char *path, bool known, struct err *err)
{
    if (!known && !fs_make_folder(path, err))
        return err_ctx(err, "the store");
    dir->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir->fd < 0 && errno == ENOENT)
        return err_set(
            err, ERR_USAGE, 0,
            "the store's folder '%s' is not there, though it was used before: is its disk "
            "or share mounted? (If it is meant to begin anew: make the folder)",
            path);
    if (dir->fd < 0)
        return folder_failed(err, "opening the store's folder '%s'", path);
    if (known && !is_the_store(dir))
        return err_set(
            err, ERR_USAGE, 0,
            "the store's folder '%s' is empty, though it was used before: is its disk or "
            "share mounted? (If it is meant to begin anew: mkdir '%s/" FOLDER_OWN "')",
            path, path);
    return true;
}
