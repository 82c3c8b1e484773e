/*
 * What a folder's disk can do is tried, as a bucket is: a local disk links files that had no name,
 * NFS has none without a name, SMB and vfat have no second names, FUSE lacks now this and now that.
 * The first way that works and refuses to replace is taken; where none does, the folder is refused.
 *
 * And whether it is the folder at all: one in which documents were put before holds a marker. A
 * mount point without its disk is an empty folder, and must not become the store.
 */
#include "store/folder/inside.h"

#include "base/beneath.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/num.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROBE_TRIES = 3 };

/* --- left by earlier trials ----------------------------------------------------------------- */

/* Whether a name is that of a trial whose process is gone: it was killed in the middle. */
static bool probe_is_abandoned(const char *name)
{
    struct err ignored;
    int64_t pid;

    return num_i64(span_of(name + strlen(STORE_PROBE)), 1, INT32_MAX, &pid, &ignored)
           && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

static bool abandoned_probes_unlink(struct folder_store *dir, struct err *err)
{
    auto_list *list = NULL;
    struct store_entry entry;
    enum step step;

    if (!folder_list(&dir->store, dir->fd, STORE_PROBE, &list, err))
        return false;
    while ((step = store_list_next(list, &entry, err)) == STEP_ROW)
        if (probe_is_abandoned(entry.key) && unlinkat(dir->fd, entry.key, 0) < 0 && errno != ENOENT)
            return folder_failed(err, "removing '%s', which an earlier trial left", entry.key);
    return step == STEP_END;
}

/* --- ways ----------------------------------------------------------------------------------- */

/* Makes a file twice: the second time must find the first. A thread's number is its own. */
static bool put_twice(struct folder_store *dir, bool *refused_r, struct err *err)
{
    auto_free char *key = mem_printf(STORE_PROBE "%d", (int)gettid());
    struct store_object object = { .key = key, .size_bytes = 1, .sha256 = sha256_of(span_of("1")) };
    struct store_found found = { 0 };
    enum store_outcome first, second = STORE_MADE;
    bool good;

    (void)unlinkat(dir->fd, key, 0);
    good = folder_put(&dir->store, &object, span_of("1"), &first, &found, err);
    object.sha256 = sha256_of(span_of("2"));
    good = good && folder_put(&dir->store, &object, span_of("2"), &second, &found, err);
    (void)unlinkat(dir->fd, key, 0);
    *refused_r = second == STORE_OTHER;
    return good;
}

/* What another way would meet as well. */
static bool is_of_the_folder(const struct err *err)
{
    return err->kind != ERR_OS || err->code == ENOSPC || err->code == EDQUOT || err->code == EROFS
           || err->code == EACCES || err->code == EIO || err->code == ESTALE
           || err->code == ENOTCONN || err->code == EHOSTDOWN;
}

/*
 * Tried again, because somebody on another machine may just have taken our file for one that was
 * left over.
 */
static bool method_works(struct folder_store *dir, enum folder_method way, bool *works_r,
                         struct err *err)
{
    *works_r = false;
    dir->method = way;
    for (int tries = PROBE_TRIES; tries > 0 && !*works_r; tries--) {
        struct err why = { 0 };

        if (!put_twice(dir, works_r, &why)) {
            *works_r = false;
            *err = why;
            return !is_of_the_folder(&why);
        }
    }
    return true;
}

bool folder_method_find(struct folder_store *dir, struct err *err)
{
    bool works = false;
    struct err why = { 0 };

    if (dir->method != FOLDER_UNKNOWN)
        return true;
    for (enum folder_method way = FOLDER_UNNAMED; way < FOLDER_METHODS; way++) {
        if (!method_works(dir, way, &works, &why)) {
            dir->method = FOLDER_UNKNOWN;
            *err = why;
            return false;
        }
        if (works)
            return true;
    }
    dir->method = FOLDER_UNKNOWN;
    return err_set(
        err, ERR_USAGE, 0,
        "the folder '%s' can neither link a finished file to its name nor rename it "
        "without replacing another%s%.200s: use a folder on a local disk, on NFS or on a "
        "share of SMB 3, or a bucket",
        dir->path, why.kind ? "; it says, " : "", why.kind ? why.msg : "");
}

/* --- the marker ----------------------------------------------------------------------------- */

/* Made last of all: it says that the trial was passed here. */
static bool marker_make(struct folder_store *dir, struct err *err)
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

/* A store that an earlier fmferry made has no marker, but documents. */
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

/* --- the trial ------------------------------------------------------------------------------ */

bool folder_probe(struct store *store, struct store_traits *traits_r, struct err *err)
{
    struct folder_store *dir = folder_store_of(store);

    dir->method = FOLDER_UNKNOWN;
    if (!abandoned_probes_unlink(dir, err) || !folder_partial_clear(dir, err)
        || !folder_method_find(dir, err) || !marker_make(dir, err))
        return false;
    *traits_r = (struct store_traits){
        .conditional = STORE_YES,
        .conditional_large = STORE_YES,
        .deletes = STORE_YES,
        .unnamed = dir->method == FOLDER_UNNAMED ? STORE_YES : STORE_NO,
        .links = dir->method == FOLDER_RENAMED ? STORE_NO : STORE_YES,
    };
    return true;
}
