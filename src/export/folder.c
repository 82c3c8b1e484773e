/* Makes the folder in which an export grows, and its files. */
#include "export/inside.h"

#include "base/beneath.h"
#include "base/fs.h"
#include "base/mem.h"
#include "store/open.h"

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

/* --- the folder ----------------------------------------------------------------------------- */

static bool is_free(const char *path, const char *why, struct err *err)
{
    struct stat about;

    return lstat(path, &about) < 0
           || err_set(err, ERR_USAGE, 0, "'%s' is there already%s", path, why);
}

static char *without_slashes(const char *path)
{
    size_t size = strlen(path);

    while (size > 1 && path[size - 1] == '/')
        size--;
    return span_text((struct span){ path, size });
}

bool export_begin(struct export *e, struct err *err)
{
    auto_free char *folder = without_slashes(e->settings->folder);

    e->folder_fd = -1;
    e->partial = mem_printf("%s.partial", folder);
    if (!is_free(folder, ": name another folder", err)
        || !is_free(e->partial, ", from an export that did not end: remove it", err)
        || !sql_open_reader(e->settings->registry_url, e->cancel, &e->sql, err)
        || !store_open(&e->settings->store, e->cancel, &e->store, err)
        || !fs_make_folder(e->partial, err))
        return false;
    e->folder_fd = open(e->partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return e->folder_fd >= 0 || err_os(err, "opening '%s'", e->partial);
}

bool export_end(struct export *e, struct err *err)
{
    auto_free char *folder = without_slashes(e->settings->folder);
    auto_free char *above = mem_printf("%s/..", e->partial);
    auto_close int above_fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (above_fd < 0 || syncfs(e->folder_fd) < 0)
        return err_os(err, "flushing '%s'", e->partial);
    if (renameat2(AT_FDCWD, e->partial, AT_FDCWD, folder, RENAME_NOREPLACE) < 0)
        return err_os(err, "naming '%s'", folder);
    return fs_sync_folder(above_fd, folder, err);
}

void export_clear(struct export *e)
{
    if (e->folder_fd >= 0)
        (void)close(e->folder_fd);
    store_close(e->store);
    sql_close(e->sql);
    free(e->partial);
}

/* --- files ---------------------------------------------------------------------------------- */

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
static bool folders_make(const struct export *e, const char *path, struct err *err)
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

bool outlet_open(struct export *e, const char *path, struct outlet **outlet_r, struct err *err)
{
    auto_outlet *outlet = mem_new(struct outlet);

    outlet->path = mem_text(path);
    outlet->buffer = (struct str)STR_MAX(BUFFER_SIZE);
    outlet->hash = sha256_stream_new();
    outlet->fd = -1;
    if (!folders_make(e, path, err))
        return false;
    outlet->fd = beneath_open(e->folder_fd, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
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

bool outlet_end(struct outlet *outlet, struct sha256 *sha256_r, uint64_t *bytes_r, struct err *err)
{
    if (!outlet_flush(outlet, err))
        return false;
    if (sha256_r)
        *sha256_r = sha256_stream_end(outlet->hash);
    *bytes_r = outlet->bytes;
    return true;
}
