/*
 * What earlier calls have put into the export. Their payload is put aside at the start, and each file
 * is moved back when its row asks for it and its bytes have the row's hash. So nothing can be in the
 * export that this call did not put there: a half-written file, one of a row that is gone, or one
 * under a key that has changed since.
 */
#include "export/inside.h"

#include "base/beneath.h"
#include "base/mem.h"

#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 128 * 1024 };

bool kept_gather(struct export *e, struct err *err)
{
    auto_free char *next = NULL;

    do {
        free(next);
        next = mem_printf("kept/%u", ++e->kept_count);
    } while (export_is_there(e, next));
    if (!e->kind->payload || !export_is_there(e, e->kind->payload)) {
        e->kept_count--;
        return true;
    }
    return (export_folders_make(e, next, err)
            && export_rename(e->folder_fd, e->kind->payload, e->folder_fd, next))
           || err_os(err, "putting '%s' aside", e->kind->payload);
}

/* --- taking --------------------------------------------------------------------------------- */

static bool hash_matches(struct export *e, int fd, const char *path, const struct sha256 *wanted,
                         bool *same_r, struct err *err)
{
    auto_sha256_stream *hash = sha256_stream_new();
    auto_free char *part = mem_zero(READ_SIZE);
    struct sha256 sha256;
    ssize_t got;

    while ((got = read(fd, part, READ_SIZE)) > 0) {
        sha256_stream_add(hash, (struct span){ part, (size_t)got });
        if (cancel_is_set(e->cancel))
            return err_set(err, ERR_CANCELED, 0, "asked to stop");
    }
    if (got < 0)
        return err_os(err, "reading '%s'", path);
    sha256 = sha256_stream_end(hash);
    *same_r = sha256_equal(&sha256, wanted);
    return true;
}

static bool file_move(struct export *e, const char *from, const char *to, struct err *err)
{
    const char *old_name, *new_name;
    auto_close int above = beneath_parent(e->folder_fd, from, &old_name);
    auto_close int below = -1;

    if (!export_folders_make(e, to, err))
        return false;
    below = beneath_parent(e->folder_fd, to, &new_name);
    return (above >= 0 && below >= 0 && export_rename(above, old_name, below, new_name))
           || err_os(err, "moving '%s' back", to);
}

/* Looks for the document in one of the folders; a file that cannot be read is as good as none. */
static bool kept_look(struct export *e, const struct export_document *d, const char *from,
                      const char *to, bool *taken_r, struct err *err)
{
    auto_close int fd = beneath_open(e->folder_fd, from, O_RDONLY | O_NONBLOCK, 0);
    struct stat about;
    bool same = false;

    if (fd < 0 || fstat(fd, &about) < 0 || !S_ISREG(about.st_mode)
        || (uint64_t)about.st_size != d->size_bytes)
        return true;
    if (!hash_matches(e, fd, from, &d->sha256, &same, err)
        || (same && !file_move(e, from, to, err)))
        return false;
    *taken_r = same;
    return true;
}

bool kept_take(struct export *e, const struct export_document *d, const char *path, bool *taken_r,
               struct err *err)
{
    *taken_r = false;
    for (unsigned i = e->kept_count; i > 0 && !*taken_r; i--) {
        auto_free char *from = mem_printf("kept/%u/%s", i, d->key);

        if (!kept_look(e, d, from, path, taken_r, err))
            return false;
    }
    return true;
}

/* --- the rest ------------------------------------------------------------------------------- */

static bool entry_remove(const FTSENT *entry, struct err *err)
{
    switch (entry->fts_info) {
    case FTS_D:
        return true;
    case FTS_DP:
        return rmdir(entry->fts_accpath) == 0 || err_os(err, "removing '%s'", entry->fts_path);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        errno = entry->fts_errno;
        return err_os(err, "reading '%s'", entry->fts_path);
    default:
        return unlink(entry->fts_accpath) == 0 || err_os(err, "removing '%s'", entry->fts_path);
    }
}

bool kept_remove(struct export *e, struct err *err)
{
    auto_free char *path = mem_printf("%s/kept", e->partial);
    char *const roots[] = { path, NULL };
    FTS *walk = export_is_there(e, "kept") ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL)
                                           : NULL;
    FTSENT *entry;
    bool good = true;

    while (walk && good && (entry = fts_read(walk)))
        good = entry_remove(entry, err);
    if (walk)
        (void)fts_close(walk);
    return good;
}
