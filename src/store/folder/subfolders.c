/* Makes folders whose names survive a crash, and gives them their mode and group. */
#include "store/folder/subfolders.h"

#include "base/beneath.h"
#include "base/fs.h"
#include "base/mem.h"
#include "store/folder/errors.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool folder_mode_apply(const struct folder_store *dir, int fd, unsigned mode, unsigned usual,
                       const char *what, struct err *err)
{
    if (dir->has_group && fchown(fd, (uid_t)-1, dir->group) < 0)
        return folder_failed(err, "giving '%s' to the group that [store] group names", what);
    if ((mode != usual || dir->has_group) && fchmod(fd, mode) < 0)
        return folder_failed(err, "giving '%s' the mode 0%o", what, mode);
    return true;
}

static uint64_t path_hash(const char *path)
{
    struct sha256 hash = sha256_of(span_of(path));
    uint64_t number;

    memcpy(&number, hash.bytes, sizeof number);
    return number;
}

/* Whether it is ours and as it was made: we were killed before it got the mode asked for. */
static bool is_unfinished(const struct folder_store *dir, int fd)
{
    struct stat about;

    return fstat(fd, &about) == 0 && about.st_uid == geteuid()
           && (about.st_mode & 07777) == FOLDER_USUAL_MODE
           && (dir->folder_mode != FOLDER_USUAL_MODE
               || (dir->has_group && about.st_gid != dir->group));
}

bool folder_top_mode_set(const struct folder_store *dir, struct err *err)
{
    return !is_unfinished(dir, dir->fd)
           || folder_mode_apply(dir, dir->fd, dir->folder_mode, FOLDER_USUAL_MODE, dir->path, err);
}

static bool folder_mode_set(const struct folder_store *dir, int parent, const char *name, bool made,
                            struct err *err)
{
    auto_close int fd = -1;

    if (!dir->has_group && dir->folder_mode == FOLDER_USUAL_MODE)
        return true;
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || (!made && !is_unfinished(dir, fd)))
        return true; /* anything else fails when it is used as a folder */
    return folder_mode_apply(dir, fd, dir->folder_mode, FOLDER_USUAL_MODE, name, err);
}

/*
 * Makes a folder unless it exists, and flushes its name. Another worker may have made it a moment
 * ago and not flushed it yet, so an existing one is flushed, too, the first time we see it.
 */
bool folder_subfolder_make(struct folder_store *dir, const char *folder, struct err *err)
{
    uint64_t hash = path_hash(folder);
    const char *name;
    auto_close int parent = -1;
    bool made;

    if (idset_has(dir->flushed, hash))
        return true;
    parent = beneath_parent(dir->fd, folder, &name);
    if (parent < 0)
        return folder_failed(err, "making the folder '%s'", folder);
    made = mkdirat(parent, name, FOLDER_USUAL_MODE) == 0;
    if (!made && errno != EEXIST)
        return folder_failed(err, "making the folder '%s'", folder);
    if (!folder_mode_set(dir, parent, name, made, err) || !fs_sync_folder(parent, folder, err))
        return false;
    (void)idset_add(dir->flushed, hash);
    return true;
}

bool folder_parents_make(struct folder_store *dir, const char *key, struct err *err)
{
    auto_free char *path = mem_text(key);

    for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!folder_subfolder_make(dir, path, err))
            return false;
        *slash = '/';
    }
    return true;
}
