/*
 * A folder as a store: opening, looking, reading, removing. put.c makes the objects; method.c and
 * probe.c find out what the folder's disk can do.
 *
 * A key is foreign text: every path goes through base/beneath.h, which follows no link.
 */
#include "store/folder/folder.h"

#include "base/beneath.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/num.h"
#include "store/folder/errors.h"
#include "store/folder/inside.h"
#include "store/folder/list.h"
#include "store/folder/marker.h"
#include "store/folder/method.h"
#include "store/folder/probe.h"
#include "store/folder/put.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 128 * 1024, GROUP_ROOM = 16 * 1024 };

struct folder_reader {
    struct store_reader reader;
    int fd;
    char *key;
    uint64_t read_bytes;
};

static void folder_close(struct store *store)
{
    struct folder_store *dir = folder_store_of(store);

    if (dir->fd >= 0)
        (void)close(dir->fd);
    idset_free(dir->flushed);
    free(dir->path);
    free(dir);
}

/* --- looking -------------------------------------------------------------------------------- */

/* Hashes a file. Anything else is as much in the way, but has no bytes to compare. */
static bool file_hash(int fd, const char *key, struct store_found *found_r, struct err *err)
{
    auto_sha256_stream *hash = sha256_stream_new();
    auto_free char *part = mem_zero(READ_SIZE);
    struct store_found found = { .exists = true, .has_sha256 = true };
    struct stat about;
    ssize_t got;

    if (fstat(fd, &about) < 0)
        return folder_failed(err, "asking about '%s'", key);
    if (!S_ISREG(about.st_mode)) {
        *found_r = (struct store_found){ .exists = true, .is_folder = true };
        return true;
    }
    while ((got = read(fd, part, READ_SIZE)) != 0) {
        if (got < 0 && errno != EINTR)
            return folder_failed(err, "reading '%s'", key);
        if (got < 0)
            continue;
        sha256_stream_add(hash, (struct span){ part, (size_t)got });
        found.size_bytes += (uint64_t)got;
    }
    found.sha256 = sha256_stream_end(hash);
    *found_r = found;
    return true;
}

/* Opens the file under a key, or whatever lies there; `fd_r` -1: nothing does. */
static bool object_file_open(const struct folder_store *dir, const char *key, int *fd_r,
                             struct err *err)
{
    /* If a pipe lies there, its other end is not waited for. */
    int fd = beneath_open(dir->fd, key, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

    if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
        return folder_failed(err, "opening '%s'", key);
    *fd_r = fd;
    return true;
}

static bool folder_object_look(struct store *store, const char *key, struct store_found *found_r,
                               struct err *err)
{
    auto_close int fd = -1;

    if (!object_file_open(folder_store_of(store), key, &fd, err))
        return false;
    if (fd >= 0)
        return file_hash(fd, key, found_r, err);
    *found_r = (struct store_found){ .exists = false };
    return true;
}

/* --- reading -------------------------------------------------------------------------------- */

static bool folder_get(struct store *store, const char *key, struct store_reader **reader_r,
                       struct err *err)
{
    auto_close int fd = -1;
    struct folder_reader *reader;
    struct stat about;

    if (!object_file_open(folder_store_of(store), key, &fd, err))
        return false;
    *reader_r = NULL;
    if (fd < 0)
        return true;
    if (fstat(fd, &about) < 0)
        return folder_failed(err, "asking about '%s'", key);
    if (!S_ISREG(about.st_mode))
        return err_set(err, ERR_DATA, STORE_REFUSED, "what lies there is no file");
    reader = mem_new(struct folder_reader);
    reader->key = mem_text(key);
    reader->reader = (struct store_reader){ store, reader->key, (uint64_t)about.st_size };
    reader->fd = take_fd(fd);
    *reader_r = &reader->reader;
    return true;
}

static void folder_reader_close(struct store_reader *base)
{
    struct folder_reader *reader = (struct folder_reader *)base;

    (void)close(reader->fd);
    free(reader->key);
    free(reader);
}

static bool folder_reader_read(struct store_reader *base, void *bytes, size_t room, size_t *got_r,
                               struct err *err)
{
    struct folder_reader *reader = (struct folder_reader *)base;
    ssize_t got;

    do {
        got = read(reader->fd, bytes, room);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return folder_failed(err, "at byte %ju", (uintmax_t)reader->read_bytes);
    reader->read_bytes += (uint64_t)got;
    if (got == 0 && reader->read_bytes != base->size_bytes)
        return err_set(err, ERR_DATA, 0, "%ju of %ju bytes came", (uintmax_t)reader->read_bytes,
                       (uintmax_t)base->size_bytes);
    *got_r = (size_t)got;
    return true;
}

/* --- putting, by the method that works here -------------------------------------------------- */

static bool folder_store_put(struct store *store, const struct store_object *object,
                             struct span bytes, enum store_outcome *outcome_r,
                             struct store_found *found_r, struct err *err)
{
    return folder_method_find(folder_store_of(store), err)
           && folder_put(store, object, bytes, outcome_r, found_r, err);
}

static bool folder_store_large_begin(struct store *store, const struct store_object *object,
                                     struct store_large **large_r, struct err *err)
{
    return folder_method_find(folder_store_of(store), err)
           && folder_large_begin(store, object, large_r, err);
}

static const char *folder_large_id(const struct store_large *large)
{
    (void)large;
    return NULL;
}

/* A file on its way is gone with its process, or removed at a later start. */
static bool folder_large_abort(struct store *store, const char *key, const char *upload_id,
                               struct err *err)
{
    (void)store;
    (void)key;
    (void)upload_id;
    (void)err;
    return true;
}

static bool folder_object_remove(struct store *store, const char *key, struct err *err)
{
    const char *name;
    auto_close int parent = beneath_parent(folder_store_of(store)->fd, key, &name);

    if (parent >= 0 && unlinkat(parent, name, 0) == 0)
        return fs_sync_folder(parent, key, err);
    return errno == ENOENT || errno == ENOTDIR || folder_failed(err, "unlinking");
}

static bool folder_list_begin(struct store *store, const char *prefix, struct store_list **list_r,
                              struct err *err)
{
    return folder_list(store, folder_store_of(store)->fd, prefix, list_r, err);
}

/* Always asks for a new probe: it costs nothing here and leaves nothing. */
static bool folder_probe_check(struct store *store, bool *same_r, struct err *err)
{
    (void)store;
    (void)err;
    *same_r = false;
    return true;
}

static const struct store_kind folder_kind = {
    .close = folder_close,
    .put = folder_store_put,
    .large_begin = folder_store_large_begin,
    .large_free = folder_large_free,
    .large_id = folder_large_id,
    .large_write = folder_large_write,
    .large_end = folder_large_end,
    .large_abort = folder_large_abort,
    .probe = folder_probe,
    .probe_check = folder_probe_check,
    .look = folder_object_look,
    .remove = folder_object_remove,
    .get = folder_get,
    .read = folder_reader_read,
    .reader_close = folder_reader_close,
    .list = folder_list_begin,
    .list_next = folder_list_next,
    .list_free = folder_list_free,
};

/* --- opening -------------------------------------------------------------------------------- */

/* A mode as it is written for chmod: 0640. */
static bool mode_read(const char *text, unsigned most, const char *what, unsigned *mode_r,
                      struct err *err)
{
    unsigned mode = 0;

    if (!text || !*text)
        return true;
    for (const char *at = text; *at; at++) {
        mode = mode * 8 + (unsigned)(*at - '0');
        if (*at < '0' || *at > '7' || mode > most)
            return err_set(err, ERR_USAGE, 0, "%s = %s: write it as for chmod, from 0600 to 0%o",
                           what, text, most);
    }
    if ((mode & 0600) != 0600)
        return err_set(err, ERR_USAGE, 0, "%s = %s: the owner must be able to read and write", what,
                       text);
    *mode_r = mode;
    return true;
}

/* Those who may read the files may enter the folders. */
static unsigned folder_mode_of(unsigned file_mode)
{
    return file_mode | 0100 | (file_mode & 0040 ? 0010 : 0) | (file_mode & 0004 ? 0001 : 0);
}

static bool group_read(const char *name, struct folder_store *dir, struct err *err)
{
    auto_free char *room = mem_zero(GROUP_ROOM);
    struct group group, *found = NULL;
    int64_t number;
    struct err ignored;

    dir->has_group = name && *name;
    if (!dir->has_group)
        return true;
    if (getgrnam_r(name, &group, room, GROUP_ROOM, &found) == 0 && found)
        dir->group = group.gr_gid;
    else if (num_i64(span_of(name), 0, UINT32_MAX - 1, &number, &ignored))
        dir->group = (unsigned)number;
    else
        return err_set(err, ERR_USAGE, 0, "group = %s: there is no such group on this machine",
                       name);
    return true;
}

static bool modes_read(const struct store_settings *settings, struct folder_store *dir,
                       struct err *err)
{
    dir->file_mode = 0600;
    if (!mode_read(settings->file_mode, 0666, "file_mode", &dir->file_mode, err))
        return false;
    dir->folder_mode = folder_mode_of(dir->file_mode);
    return mode_read(settings->folder_mode, 02777, "folder_mode", &dir->folder_mode, err)
           && group_read(settings->group, dir, err);
}

static enum folder_method method_of(const struct store_traits *traits)
{
    if (traits->unnamed == STORE_UNKNOWN)
        return FOLDER_UNKNOWN;
    if (traits->unnamed == STORE_YES)
        return FOLDER_UNNAMED;
    return traits->links == STORE_YES ? FOLDER_LINKED : FOLDER_RENAMED;
}

bool folder_store_open(const struct store_settings *settings, const char *path,
                       const struct cancel *cancel, struct store **store_r, struct err *err)
{
    struct folder_store *dir = mem_new(struct folder_store);
    auto_store *store = &dir->store;

    dir->path = mem_text(path);
    dir->store = (struct store){ &folder_kind, cancel, "", dir->path };
    dir->fd = -1;
    dir->flushed = idset_new();
    dir->method = method_of(&settings->traits);
    if (!modes_read(settings, dir, err)
        || !folder_top_open(dir, path, settings->traits.conditional != STORE_UNKNOWN, err))
        return false;
    *store_r = take(store);
    return true;
}
