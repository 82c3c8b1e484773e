/*
 * A folder as a store. Bytes go into a file without a name, are flushed, and only then get their
 * name by link(), which refuses to replace: a crash leaves either the whole object or nothing.
 */
#include "store/kind.h"

#include "base/failpoint.h"
#include "base/fs.h"
#include "base/idset.h"
#include "base/mem.h"
#include "base/num.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 128 * 1024, PROBE_TRIES = 3 };

struct dir {
    struct store store;
    char *path;
    int fd;
    struct idset *lasting; /* hashes of folders whose names are known to be on the disk */
};

struct dir_large {
    struct store_large large;
    int fd;
};

struct dir_reader {
    struct store_reader reader;
    int fd;
    char *key;
    uint64_t read_bytes;
};

static struct dir *dir_of(struct store *store)
{
    return (struct dir *)store;
}

static void dir_close(struct store *store)
{
    struct dir *dir = dir_of(store);

    if (dir->fd >= 0)
        (void)close(dir->fd);
    idset_free(dir->lasting);
    free(dir->path);
    free(dir);
}

/* --- looking -------------------------------------------------------------------------------- */

/* A folder is in the way as much as a file is, but it has no bytes to compare. */
static bool file_hash(int fd, const char *key, struct store_found *found_r, struct err *err)
{
    auto_sha256_stream *hash = sha256_stream_new();
    auto_free char *part = mem_zero(READ_SIZE);
    struct store_found found = { .exists = true, .has_sha256 = true };
    ssize_t got;

    while ((got = read(fd, part, READ_SIZE)) != 0) {
        if (got < 0 && errno == EISDIR) {
            *found_r = (struct store_found){ .exists = true, .is_folder = true };
            return true;
        }
        if (got < 0 && errno != EINTR)
            return err_os(err, "reading '%s'", key);
        if (got < 0)
            continue;
        sha256_stream_add(hash, (struct span){ part, (size_t)got });
        found.size_bytes += (uint64_t)got;
    }
    found.sha256 = sha256_stream_end(hash);
    *found_r = found;
    return true;
}

/* Opens an object's file; `fd_r` -1: there is none. */
static bool file_open(const struct dir *dir, const char *key, int *fd_r, struct err *err)
{
    /* Not to wait for the other end, should a pipe lie there. */
    static const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    int fd = openat(dir->fd, key, flags);

    if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
        return err_os(err, "opening '%s'", key);
    *fd_r = fd;
    return true;
}

static bool dir_look(struct store *store, const char *key, struct store_found *found_r,
                     struct err *err)
{
    auto_close int fd = -1;

    if (!file_open(dir_of(store), key, &fd, err))
        return false;
    if (fd >= 0)
        return file_hash(fd, key, found_r, err);
    *found_r = (struct store_found){ .exists = false };
    return true;
}

/* --- reading -------------------------------------------------------------------------------- */

static bool dir_get(struct store *store, const char *key, struct store_reader **reader_r,
                    struct err *err)
{
    auto_close int fd = -1;
    struct dir_reader *reader;
    struct stat about;

    if (!file_open(dir_of(store), key, &fd, err))
        return false;
    *reader_r = NULL;
    if (fd < 0)
        return true;
    if (fstat(fd, &about) < 0)
        return err_os(err, "asking about '%s'", key);
    reader = mem_new(struct dir_reader);
    reader->key = mem_text(key);
    reader->reader = (struct store_reader){ store, reader->key, (uint64_t)about.st_size };
    reader->fd = take_fd(fd);
    *reader_r = &reader->reader;
    return true;
}

static void dir_reader_close(struct store_reader *base)
{
    struct dir_reader *reader = (struct dir_reader *)base;

    (void)close(reader->fd);
    free(reader->key);
    free(reader);
}

static bool dir_read(struct store_reader *base, void *bytes, size_t room, size_t *got_r,
                     struct err *err)
{
    struct dir_reader *reader = (struct dir_reader *)base;
    ssize_t got;

    do {
        got = read(reader->fd, bytes, room);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_os(err, "at byte %ju", (uintmax_t)reader->read_bytes);
    reader->read_bytes += (uint64_t)got;
    if (got == 0 && reader->read_bytes != base->size_bytes)
        return err_set(err, ERR_DATA, 0, "%ju bytes came of %ju", (uintmax_t)reader->read_bytes,
                       (uintmax_t)base->size_bytes);
    *got_r = (size_t)got;
    return true;
}

/* --- putting -------------------------------------------------------------------------------- */

/* Flushes the list in which a path stands: its name must survive a power cut. */
static bool parent_sync(const struct dir *dir, const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/');
    auto_free char *parent = slash ? span_text((struct span){ path, (size_t)(slash - path) })
                                   : mem_text(".");
    auto_close int fd = openat(dir->fd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return err_os(err, "opening the folder '%s'", parent);
    return fs_sync_folder(fd, parent, err);
}

static uint64_t hash_of(const char *path)
{
    struct sha256 hash = sha256_of(span_of(path));
    uint64_t number;

    memcpy(&number, hash.bytes, sizeof number);
    return number;
}

/*
 * Makes a folder unless it is there, and makes its name last. Another worker may have made it a
 * moment ago and not flushed it yet, so one that is there is flushed too, the first time we see it.
 */
static bool folder_make(struct dir *dir, const char *folder, struct err *err)
{
    uint64_t hash = hash_of(folder);

    if (idset_has(dir->lasting, hash))
        return true;
    if (mkdirat(dir->fd, folder, 0700) < 0 && errno != EEXIST)
        return err_os(err, "making the folder '%s'", folder);
    if (!parent_sync(dir, folder, err))
        return false;
    (void)idset_add(dir->lasting, hash);
    return true;
}

/* The folders above a key, from the top down. */
static bool folders_make(struct dir *dir, const char *key, struct err *err)
{
    auto_free char *path = mem_text(key);

    for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!folder_make(dir, path, err))
            return false;
        *slash = '/';
    }
    return true;
}

static bool unnamed_open(const struct dir *dir, int *fd_r, struct err *err)
{
    int fd = openat(dir->fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

    if (fd < 0)
        return err_os(err, "making a file in '%s'", dir->path);
    *fd_r = fd;
    return true;
}

static bool what_lies_there(struct dir *dir, const struct store_object *object,
                            enum store_outcome *outcome_r, struct store_found *found_r,
                            struct err *err)
{
    if (!dir_look(&dir->store, object->key, found_r, err))
        return false;
    *outcome_r = found_r->has_sha256 && found_r->size_bytes == object->size_bytes
                         && sha256_equal(&found_r->sha256, &object->sha256)
                     ? STORE_SAME
                     : STORE_OTHER;
    return true;
}

static int link_once(const struct dir *dir, int fd, const char *key)
{
    char link[64];

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, link, dir->fd, key, AT_SYMLINK_FOLLOW);
}

/* Somebody may have removed a folder that we knew: make it again, once. */
static int link_with_folders(struct dir *dir, int fd, const char *key, struct err *err)
{
    int result;

    if (!folders_make(dir, key, err))
        return -1;
    result = link_once(dir, fd, key);
    if (result == 0 || errno != ENOENT)
        return result;
    idset_clear(dir->lasting);
    return folders_make(dir, key, err) ? link_once(dir, fd, key) : -1;
}

/* Flushes the bytes, then gives them their name, then flushes the name. */
static bool name_it(struct dir *dir, int fd, const struct store_object *object,
                    enum store_outcome *outcome_r, struct store_found *found_r, struct err *err)
{
    struct err folders = { 0 };

    if (fsync(fd) < 0)
        return err_os(err, "flushing '%s'", object->key);
    FAILPOINT("store.flushed");
    if (link_with_folders(dir, fd, object->key, &folders) == 0) {
        *outcome_r = STORE_MADE;
        FAILPOINT("store.named");
        return parent_sync(dir, object->key, err);
    }
    if (folders.kind != ERR_NONE) {
        *err = folders;
        return false;
    }
    if (errno != EEXIST)
        return err_os(err, "naming '%s'", object->key);
    return what_lies_there(dir, object, outcome_r, found_r, err)
           && parent_sync(dir, object->key, err);
}

static bool dir_put(struct store *store, const struct store_object *object, struct span bytes,
                    enum store_outcome *outcome_r, struct store_found *found_r, struct err *err)
{
    struct dir *dir = dir_of(store);
    auto_close int fd = -1;

    return unnamed_open(dir, &fd, err) && fs_write_all(fd, bytes, object->key, err)
           && name_it(dir, fd, object, outcome_r, found_r, err);
}

static bool dir_large_begin(struct store *store, const struct store_object *object,
                            struct store_large **large_r, struct err *err)
{
    struct dir_large *large;
    int fd = -1;

    (void)object;
    if (!unnamed_open(dir_of(store), &fd, err))
        return false;
    large = mem_new(struct dir_large);
    large->large.store = store;
    large->fd = fd;
    *large_r = &large->large;
    return true;
}

static void dir_large_free(struct store_large *large)
{
    (void)close(((struct dir_large *)large)->fd);
    free(large);
}

static const char *dir_large_id(const struct store_large *large)
{
    (void)large;
    return NULL;
}

static bool dir_large_write(struct store_large *large, struct span bytes, struct err *err)
{
    return fs_write_all(((struct dir_large *)large)->fd, bytes, "a large document", err);
}

static bool dir_large_end(struct store_large *large, const struct store_object *object,
                          enum store_outcome *outcome_r, struct store_found *found_r,
                          struct err *err)
{
    return name_it(dir_of(large->store), ((struct dir_large *)large)->fd, object, outcome_r,
                   found_r, err);
}

/* A file without a name is gone with its process. */
static bool dir_large_abort(struct store *store, const char *key, const char *upload_id,
                            struct err *err)
{
    (void)store;
    (void)key;
    (void)upload_id;
    (void)err;
    return true;
}

static bool dir_remove(struct store *store, const char *key, struct err *err)
{
    struct dir *dir = dir_of(store);

    if (unlinkat(dir->fd, key, 0) == 0)
        return parent_sync(dir, key, err);
    return errno == ENOENT || errno == ENOTDIR || err_os(err, "unlinking");
}

static bool dir_list_begin(struct store *store, const char *prefix, struct store_list **list_r,
                           struct err *err)
{
    return dir_list(store, dir_of(store)->fd, prefix, list_r, err);
}

/* Whether a name is that of a trial whose process is gone: it was killed in the middle. */
static bool is_left_over(const char *name)
{
    struct err ignored;
    int64_t pid;

    return num_i64(span_of(name + strlen(STORE_PROBE)), 1, INT32_MAX, &pid, &ignored)
           && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

static bool left_overs_unlink(struct dir *dir, struct err *err)
{
    auto_list *list = NULL;
    struct store_entry entry;
    enum step step;

    if (!dir_list(&dir->store, dir->fd, STORE_PROBE, &list, err))
        return false;
    while ((step = store_list_next(list, &entry, err)) == STEP_ROW)
        if (is_left_over(entry.key) && unlinkat(dir->fd, entry.key, 0) < 0 && errno != ENOENT)
            return err_os(err, "removing '%s', which an earlier trial left", entry.key);
    return step == STEP_END;
}

/* Makes a file twice: the second time must find the first. */
static bool put_twice(struct dir *dir, bool *refused_r, struct err *err)
{
    auto_free char *key = mem_printf(STORE_PROBE "%d", (int)getpid());
    struct store_object object = { .key = key, .size_bytes = 1, .sha256 = sha256_of(span_of("1")) };
    struct store_found found = { 0 };
    enum store_outcome first, second = STORE_MADE;
    bool good;

    (void)unlinkat(dir->fd, key, 0);
    good = dir_put(&dir->store, &object, span_of("1"), &first, &found, err);
    object.sha256 = sha256_of(span_of("2"));
    good = good && dir_put(&dir->store, &object, span_of("2"), &second, &found, err);
    (void)unlinkat(dir->fd, key, 0);
    *refused_r = second == STORE_OTHER;
    return good;
}

/*
 * Tried again, because somebody on another machine may just have taken our file for one that was
 * left over.
 */
static bool dir_probe(struct store *store, struct store_traits *traits_r, struct err *err)
{
    struct dir *dir = dir_of(store);
    bool refused = false;

    if (!left_overs_unlink(dir, err))
        return false;
    for (int tries = PROBE_TRIES; tries > 0 && !refused; tries--)
        if (!put_twice(dir, &refused, err))
            return false;
    if (!refused)
        return err_set(err, ERR_DATA, 0, "a file was replaced by another of the same name");
    *traits_r = (struct store_traits){ .conditional = STORE_YES,
                                       .conditional_large = STORE_YES,
                                       .deletes = STORE_YES };
    return true;
}

/* A trial costs nothing here and leaves nothing. */
static bool dir_greet(struct store *store, bool *same_r, struct err *err)
{
    (void)store;
    (void)err;
    *same_r = false;
    return true;
}

static const struct store_kind dir_kind = {
    .close = dir_close,
    .put = dir_put,
    .large_begin = dir_large_begin,
    .large_free = dir_large_free,
    .large_id = dir_large_id,
    .large_write = dir_large_write,
    .large_end = dir_large_end,
    .large_abort = dir_large_abort,
    .probe = dir_probe,
    .greet = dir_greet,
    .look = dir_look,
    .remove = dir_remove,
    .get = dir_get,
    .read = dir_read,
    .reader_close = dir_reader_close,
    .list = dir_list_begin,
    .list_next = dir_list_next,
    .list_free = dir_list_free,
};

bool dir_open(const char *path, const struct cancel *cancel, struct store **store_r,
              struct err *err)
{
    struct dir *dir = mem_new(struct dir);
    auto_store *store = &dir->store;

    dir->path = mem_text(path);
    dir->store = (struct store){ &dir_kind, cancel, "", dir->path };
    dir->fd = -1;
    dir->lasting = idset_new();
    if (!fs_make_folder(path, err))
        return err_ctx(err, "the store");
    dir->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir->fd < 0)
        return err_os(err, "opening the store's folder '%s'", path);
    *store_r = take(store);
    return true;
}
