/*
 * What is encrypted is known by its place: FileMaker keeps secure storage in folders named Secure, in
 * folders below of two hexadecimal digits.
 */
#include "source/backup.h"

#include "base/beneath.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/str.h"

#include <ctype.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define READABLE_COPY                                                                              \
    "make a copy that holds the documents with FileMaker's own tool ('FMDeveloperTool "            \
    "--copySelfContained', docs/fmp12.md)"

struct backup {
    int fd;
};

struct backup_document {
    int fd;
    uint64_t size_bytes, read_bytes;
};

/* --- secure storage ------------------------------------------------------------------------- */

static bool is_two_digits(struct span name)
{
    return name.size == 2 && isxdigit((unsigned char)name.at[0])
           && isxdigit((unsigned char)name.at[1]);
}

/* "Letters/Secure/0B/0B4F...", and not a table that happens to be named so. */
static bool is_secure(struct span path)
{
    struct span rest = path;
    bool is_below = false;

    while (rest.at) {
        struct span name = span_cut(&rest, '/');

        if (is_below && is_two_digits(name) && rest.at)
            return true;
        is_below = span_is(name, "Secure");
    }
    return false;
}

/* --- the folder ----------------------------------------------------------------------------- */

void backup_close(struct backup *backup)
{
    if (!backup)
        return;
    auto_close_cleanup(&backup->fd);
    free(backup);
}

struct walking {
    bool (*each)(void *arg, const struct folder_entry *entry, struct err *err);
    void *arg;
    struct backup_files files;
};

static bool file_visit(void *arg, const struct folder_entry *entry, struct err *err)
{
    struct walking *w = arg;
    bool secure = is_secure(span_of(entry->path));

    w->files.files++;
    w->files.odd += !entry->is_plain;
    w->files.encrypted += entry->is_plain && secure;
    return !entry->is_plain || secure || w->each(w->arg, entry, err);
}

bool backup_walk(const struct backup *backup,
                 bool (*each)(void *arg, const struct folder_entry *entry, struct err *err),
                 void *arg, struct backup_files *files_r, struct err *err)
{
    struct walking walking = { .each = each, .arg = arg };

    if (!folder_walk(backup->fd, file_visit, &walking, err))
        return err_ctx(err, "[source] backup");
    *files_r = walking.files;
    return true;
}

/* One is enough. */
static bool usable_found(void *arg, const struct folder_entry *entry, struct err *err)
{
    bool *found = arg;

    (void)entry;
    (void)err;
    *found = true;
    return false;
}

static bool folder_is_of_use(const struct backup *backup, const char *path, struct err *err)
{
    struct backup_files files;
    bool found = false;

    if (!backup_walk(backup, usable_found, &found, &files, err))
        return false;
    if (found)
        return true;
    if (files.encrypted)
        return err_set(
            err, ERR_USAGE, 0,
            "'%s' ([source] backup) holds nothing but FileMaker's secure storage, which is "
            "encrypted: " READABLE_COPY,
            path);
    return err_set(
        err, ERR_USAGE, 0,
        "'%s' ([source] backup) holds no file: is it mounted, and is it the right folder?", path);
}

bool backup_open(const char *path, struct backup **backup_r, struct err *err)
{
    struct backup backup = { .fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };

    if (backup.fd < 0) {
        (void)err_os(err, "'%s' ([source] backup)", path);
        err->kind = ERR_USAGE;
        return false;
    }
    if (!folder_is_of_use(&backup, path, err)) {
        (void)close(backup.fd);
        return false;
    }
    *backup_r = mem_copy(&backup, sizeof backup);
    return true;
}

/* --- a document ----------------------------------------------------------------------------- */

/* Before anything is opened: what can be seen from the path alone. */
static bool path_judge(struct span path, const char *text, struct err *err)
{
    if (is_secure(path))
        return err_set(
            err, ERR_DATA, BACKUP_ENCRYPTED,
            "the document lies in FileMaker's secure storage, which is encrypted: " READABLE_COPY);
    if (memchr(path.at, '\r', path.size) || memchr(path.at, '\n', path.size))
        return err_set(err, ERR_DATA, BACKUP_MISSING,
                       "FileMaker names more than one file for the document");
    return beneath_is_good(text)
           || err_set(
               err, ERR_DATA, BACKUP_MISSING,
               "the path that FileMaker says is not relative to the backup's folder, or leads "
               "out of it");
}

/* Of this file alone; an error of the disk or of ours is not. */
static bool is_of_the_file(int code)
{
    return code == 0 || code == ENOENT || code == ENOTDIR || code == ELOOP || code == EXDEV
           || code == EACCES || code == EPERM || fs_is_of_one_name(code);
}

static bool file_refuse(struct err *err)
{
    if (!is_of_the_file(err->code)) {
        err->kind = ERR_OS;
        return err_ctx(err, "[source] backup");
    }
    if (err->code == ENOENT || err->code == ENOTDIR)
        (void)err_set(err, ERR_DATA, 0,
                      "the backup's folder has no file at the path that FileMaker "
                      "says");
    else
        (void)err_ctx(err, "the backup's folder");
    err->code = BACKUP_MISSING;
    return false;
}

bool backup_document_open(const struct backup *backup, struct span path,
                          struct backup_document **document_r, struct err *err)
{
    auto_free char *text = span_text(path);
    struct stat about;
    int fd;

    if (!path_judge(path, text, err))
        return false;
    if (!folder_file(backup->fd, text, &fd, err))
        return file_refuse(err);
    if (fstat(fd, &about) != 0) {
        (void)err_os(err, "[source] backup");
        (void)close(fd);
        return false;
    }
    *document_r = mem_new(struct backup_document);
    **document_r = (struct backup_document){ .fd = fd, .size_bytes = (uint64_t)about.st_size };
    return true;
}

void backup_document_close(struct backup_document *document)
{
    if (!document)
        return;
    (void)close(document->fd);
    free(document);
}

uint64_t backup_document_bytes(const struct backup_document *document)
{
    return document->size_bytes;
}

bool backup_document_read(struct backup_document *document, void *bytes, size_t room,
                          size_t *size_r, struct err *err)
{
    ssize_t got;

    do
        got = read(document->fd, bytes, room);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_os(err, "[source] backup: reading a file");
    document->read_bytes += (uint64_t)got;
    if (document->read_bytes > document->size_bytes
        || (got == 0 && document->read_bytes < document->size_bytes))
        return err_set(
            err, ERR_DATA, got > 0 ? FOLDER_FILE_LONGER : 0,
            "the file in the backup's folder had %ju bytes and was written to meanwhile: a "
            "backup is read when nobody writes to it any more",
            (uintmax_t)document->size_bytes);
    *size_r = (size_t)got;
    return true;
}
