/* The files of an export: made beneath its folder, counted and hashed as they are written. */
#include "export/inside.h"

#include "base/beneath.h"
#include "base/fs.h"
#include "base/mem.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_SIZE = 256 * 1024 };

struct outlet {
    int fd;
    char *path;
    struct str buffer;
    struct sha256_stream *hash;
    uint64_t bytes;
};

static bool folder_make(const struct export *e, const char *path, struct err *err)
{
    const char *name;
    auto_close int parent = beneath_parent(e->folder_fd, path, &name);

    return (parent >= 0 && (mkdirat(parent, name, 0700) == 0 || errno == EEXIST))
           || err_os(err, "making the folder '%s'", path);
}

/*
 * A path may contain a row's key: unless it leads to a place beneath the folder, nothing is made.
 */
bool export_folders_make(const struct export *e, const char *path, struct err *err)
{
    auto_free char *part = mem_text(path);

    if (!beneath_is_good(path))
        return err_set(err, ERR_DATA, 0,
                       "a row's key leads out of the export, or is malformed: '%.200s'", path);

    for (char *slash = strchr(part, '/'); slash; *slash = '/', slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!folder_make(e, part, err))
            return false;
    }
    return true;
}

/* A network's file system may not know how to rename without replacing; the folder is ours alone. */
bool export_rename(int from_fd, const char *from, int to_fd, const char *to)
{
    struct stat about;

    if (renameat2(from_fd, from, to_fd, to, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL)
        return false;
    if (fstatat(to_fd, to, &about, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return false;
    }
    return renameat(from_fd, from, to_fd, to) == 0;
}

bool export_is_there(const struct export *e, const char *path)
{
    const char *name;
    auto_close int above = beneath_parent(e->folder_fd, path, &name);
    struct stat about;

    return above >= 0 && fstatat(above, name, &about, AT_SYMLINK_NOFOLLOW) == 0;
}

bool export_file_remove(const struct export *e, const char *path, struct err *err)
{
    const char *name;
    auto_close int above = beneath_parent(e->folder_fd, path, &name);

    return (above >= 0 && unlinkat(above, name, 0) == 0) || errno == ENOENT
           || err_os(err, "removing '%s'", path);
}

static bool outlet_open_with(struct export *e, const char *path, int flags,
                             struct outlet **outlet_r, struct err *err)
{
    auto_outlet *outlet = mem_new(struct outlet);

    outlet->path = mem_text(path);
    outlet->buffer = (struct str)STR_MAX(BUFFER_SIZE);
    outlet->hash = sha256_stream_new();
    outlet->fd = -1;
    if (!export_folders_make(e, path, err))
        return false;
    outlet->fd = beneath_open(e->folder_fd, path, O_WRONLY | O_CREAT | flags, 0600);
    if (outlet->fd < 0)
        return err_os(err, "making '%s'", path);
    *outlet_r = take(outlet);
    return true;
}

void outlet_free(struct outlet *outlet)
{
    if (!outlet)
        return;
    if (outlet->fd >= 0)
        (void)close(outlet->fd);
    str_clear(&outlet->buffer);
    sha256_stream_free(outlet->hash);
    free(outlet->path);
    free(outlet);
}

void auto_outlet_cleanup(struct outlet **outlet)
{
    outlet_free(*outlet);
}

static bool outlet_flush(struct outlet *outlet, struct err *err)
{
    bool good = fs_write_all(outlet->fd, str_span(&outlet->buffer), outlet->path, err);

    str_reset(&outlet->buffer);
    return good;
}

static bool outlet_cut(struct outlet *outlet, uint64_t bytes, struct err *err)
{
    if (!outlet_flush(outlet, err))
        return false;
    if (ftruncate(outlet->fd, (off_t)bytes) < 0 || lseek(outlet->fd, (off_t)bytes, SEEK_SET) < 0)
        return err_os(err, "cutting '%s'", outlet->path);
    (void)sha256_stream_end(outlet->hash);
    outlet->bytes = bytes;
    return true;
}

bool outlet_open(struct export *e, const char *path, struct outlet **outlet_r, struct err *err)
{
    return outlet_open_with(e, path, O_EXCL, outlet_r, err);
}

bool outlet_open_at(struct export *e, const char *path, uint64_t bytes, struct outlet **outlet_r,
                    struct err *err)
{
    auto_outlet *outlet = NULL;

    if (!outlet_open_with(e, path, 0, &outlet, err) || !outlet_cut(outlet, bytes, err))
        return false;
    *outlet_r = take(outlet);
    return true;
}

bool outlet_write(struct outlet *outlet, struct span bytes, struct err *err)
{
    sha256_stream_add(outlet->hash, bytes);
    outlet->bytes += bytes.size;
    if (outlet->buffer.size + bytes.size > BUFFER_SIZE && !outlet_flush(outlet, err))
        return false;
    if (bytes.size > BUFFER_SIZE)
        return fs_write_all(outlet->fd, bytes, outlet->path, err);
    str_add_span(&outlet->buffer, bytes);
    return true;
}

uint64_t outlet_size(const struct outlet *outlet)
{
    return outlet->bytes;
}

bool outlet_rewind(struct outlet *outlet, uint64_t bytes, struct err *err)
{
    return bytes == outlet->bytes || outlet_cut(outlet, bytes, err);
}

bool outlet_end(struct outlet *outlet, struct sha256 *sha256_r, uint64_t *bytes_r, struct err *err)
{
    if (!outlet_flush(outlet, err))
        return false;
    if (sha256_r)
        *sha256_r = sha256_stream_end(outlet->hash);
    *bytes_r = outlet->bytes;
    return true;
}
