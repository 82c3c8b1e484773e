/*
 * Tries how a finished file can get its name on this disk. A local disk links files without a name;
 * NFS has no such files; SMB and vfat have no second names; FUSE lacks one or the other. The first
 * method that works and refuses to replace is taken; if none does, the folder is refused.
 */
#include "store/folder/method.h"

#include "base/fs.h"
#include "base/mem.h"
#include "store/folder/put.h"

#include <unistd.h>

enum { PROBE_TRIES = 3 };

/* Puts an object twice: the second put must find the first. The key is this thread's alone. */
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

/* Whether another method would fail in the same way. */
static bool is_of_the_folder(const struct err *err)
{
    return err->kind != ERR_OS || err->code == ENOSPC || err->code == EDQUOT || err->code == EROFS
           || err->code == EACCES || err->code == EIO || fs_is_away(err->code);
}

/*
 * Tries a method a few times: another machine may just have removed our file as one that was left
 * over.
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
