/* Opens a manifest's folder, and counts what lies beneath it. */
#include "source/manifest_folder.h"

#include "base/mem.h"
#include "base/str.h"

#include <fcntl.h>

struct counting {
    const char *manifest;
    bool (*knows)(const void *arg, const char *path);
    const void *arg;
    struct manifest_files files;
};

bool manifest_folder_open(const char *path, const char **name_r, int *fd_r, struct err *err)
{
    const char *slash = strrchr(path, '/');
    auto_free char *folder = slash ? span_text((struct span){ path, (size_t)(slash - path) + 1 })
                                   : mem_text(".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return err_os(err, "opening the folder '%s'", folder);
    *name_r = slash ? slash + 1 : path;
    *fd_r = fd;
    return true;
}

static bool file_count(void *arg, const struct folder_entry *entry, struct err *err)
{
    struct counting *c = arg;

    (void)err;
    if (strcmp(entry->path, c->manifest) == 0)
        return true;
    c->files.count++;
    if (entry->is_plain && c->knows(c->arg, entry->path))
        return true;
    if (c->files.orphans++ == 0)
        c->files.orphan_bytes = entry->is_plain ? (int64_t)entry->size_bytes : -1;
    return true;
}

bool manifest_folder_list(int folder_fd, const char *manifest,
                          bool (*knows)(const void *arg, const char *path), const void *arg,
                          struct manifest_files *files_r, struct err *err)
{
    struct counting counting = { .manifest = manifest, .knows = knows, .arg = arg };

    if (!folder_walk(folder_fd, file_count, &counting, err))
        return err_ctx(err, "the manifest's folder");
    *files_r = counting.files;
    return true;
}
