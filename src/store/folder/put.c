/*
 * Makes objects in a folder. Bytes go into a file without a name, or with a hidden one if the disk
 * has no unnamed files. They are flushed, and only then the file gets its own name, in a way that
 * refuses to replace: a crash leaves either the whole object or nothing. A file that it leaves
 * under a hidden name is no object and is removed at a later start.
 */
#include "store/folder/put.h"

#include "base/beneath.h"
#include "base/failpoint.h"
#include "base/fs.h"
#include "base/mem.h"
#include "store/folder/errors.h"
#include "store/folder/partial.h"
#include "store/folder/subfolders.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { USUAL_FILE = 0600 };

/* A file on its way. */
struct partial_file {
    int fd;
    char *name; /* in FOLDER_OWN; NULL: it has none */
};

struct folder_large {
    struct store_large large;
    struct partial_file partial;
};

/* --- files on their way --------------------------------------------------------------------- */

static bool partial_open(struct folder_store *dir, struct partial_file *partial_r, struct err *err)
{
    struct partial_file partial = { -1, NULL };
    auto_free char *path = NULL;

    if (dir->method == FOLDER_UNNAMED) {
        partial.fd = openat(dir->fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, USUAL_FILE);
    } else {
        if (!folder_subfolder_make(dir, FOLDER_OWN, err))
            return false;
        partial.name = folder_partial_name();
        path = mem_printf(FOLDER_OWN "/%s", partial.name);
        partial.fd = beneath_open(dir->fd, path, O_CREAT | O_EXCL | O_WRONLY, USUAL_FILE);
    }
    if (partial.fd < 0) {
        (void)folder_failed(err, "making a file in '%s'", dir->path);
        free(partial.name);
        return false;
    }
    *partial_r = partial;
    return true;
}

static void partial_end(const struct folder_store *dir, struct partial_file *partial)
{
    auto_free char *path = partial->name ? mem_printf(FOLDER_OWN "/%s", partial->name) : NULL;

    if (partial->fd >= 0)
        (void)close(partial->fd);
    if (path)
        (void)unlinkat(dir->fd, path, 0);
    free(partial->name);
}

/* --- naming --------------------------------------------------------------------------------- */

static bool occupant_look(struct folder_store *dir, const struct store_object *object,
                          enum store_outcome *outcome_r, struct store_found *found_r,
                          struct err *err)
{
    if (!store_look(&dir->store, object->key, found_r, err))
        return false;
    *outcome_r = store_is_same(object, found_r) ? STORE_SAME : STORE_OTHER;
    return true;
}

/* Gives a flushed file its name; -1 with errno, EEXIST if something has it already. */
static int name_once(const struct folder_store *dir, const struct partial_file *partial, int parent,
                     const char *name)
{
    auto_free char *hidden = partial->name ? mem_printf(FOLDER_OWN "/%s", partial->name) : NULL;
    char link[64];

    if (!hidden) {
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", partial->fd);
        return linkat(AT_FDCWD, link, parent, name, AT_SYMLINK_FOLLOW);
    }
    return dir->method == FOLDER_LINKED
               ? linkat(dir->fd, hidden, parent, name, 0)
               : renameat2(dir->fd, hidden, parent, name, RENAME_NOREPLACE);
}

/* Names a file by its key. `parent_r` is open afterwards, unless opening it failed. */
static int name_below(const struct folder_store *dir, const struct partial_file *partial,
                      const char *key, int *parent_r)
{
    const char *name;
    int parent = beneath_parent(dir->fd, key, &name);

    if (parent < 0)
        return -1;
    *parent_r = parent;
    return name_once(dir, partial, parent, name);
}

/* Makes the folders again, once, if somebody removed one that we knew. */
static int name_with_folders(struct folder_store *dir, const struct partial_file *partial,
                             const char *key, int *parent_r, struct err *err)
{
    int result;

    if (!folder_parents_make(dir, key, err))
        return -1;
    result = name_below(dir, partial, key, parent_r);
    if (result == 0 || errno != ENOENT)
        return result;
    idset_clear(dir->flushed);
    if (!folder_parents_make(dir, key, err))
        return -1;
    auto_close_cleanup(parent_r);
    *parent_r = -1;
    return name_below(dir, partial, key, parent_r);
}

/* Flushes the bytes, then gives them their name, then flushes the name. */
static bool partial_finish(struct folder_store *dir, const struct partial_file *partial,
                           const struct store_object *object, enum store_outcome *outcome_r,
                           struct store_found *found_r, struct err *err)
{
    struct err folders = { 0 };
    auto_close int parent = -1;

    if (!folder_mode_apply(dir, partial->fd, dir->file_mode, USUAL_FILE, object->key, err))
        return false;
    if (fsync(partial->fd) < 0)
        return folder_failed(err, "flushing '%s'", object->key);
    FAILPOINT("store.flushed");
    if (name_with_folders(dir, partial, object->key, &parent, &folders) == 0) {
        *outcome_r = STORE_MADE;
        FAILPOINT("store.named");
        return fs_sync_folder(parent, object->key, err);
    }
    if (folders.kind != ERR_NONE) {
        *err = folders;
        return false;
    }
    if (errno != EEXIST)
        return folder_failed(err, "naming '%s'", object->key);
    return occupant_look(dir, object, outcome_r, found_r, err)
           && fs_sync_folder(parent, object->key, err);
}

/* --- objects -------------------------------------------------------------------------------- */

bool folder_put(struct store *store, const struct store_object *object, struct span bytes,
                enum store_outcome *outcome_r, struct store_found *found_r, struct err *err)
{
    struct folder_store *dir = folder_store_of(store);
    struct partial_file partial;
    bool good;

    if (!partial_open(dir, &partial, err))
        return false;
    good = folder_write_all(partial.fd, bytes, object->key, err)
           && partial_finish(dir, &partial, object, outcome_r, found_r, err);
    partial_end(dir, &partial);
    return good;
}

bool folder_large_begin(struct store *store, const struct store_object *object,
                        struct store_large **large_r, struct err *err)
{
    struct folder_large *large;
    struct partial_file partial;

    (void)object;
    if (!partial_open(folder_store_of(store), &partial, err))
        return false;
    large = mem_new(struct folder_large);
    large->large.store = store;
    large->partial = partial;
    *large_r = &large->large;
    return true;
}

void folder_large_free(struct store_large *base)
{
    struct folder_large *large = (struct folder_large *)base;

    partial_end(folder_store_of(base->store), &large->partial);
    free(large);
}

bool folder_large_write(struct store_large *large, struct span bytes, const struct sha256 *sum,
                        struct err *err)
{
    (void)sum; /* nobody checks it on the way to a disk */
    return folder_write_all(((struct folder_large *)large)->partial.fd, bytes, "a large document",
                            err);
}

bool folder_large_end(struct store_large *large, const struct store_object *object,
                      enum store_outcome *outcome_r, struct store_found *found_r, struct err *err)
{
    return partial_finish(folder_store_of(large->store), &((struct folder_large *)large)->partial,
                          object, outcome_r, found_r, err);
}
