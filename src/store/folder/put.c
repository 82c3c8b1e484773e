/*
 * Making objects in a folder. Bytes go into a file that has no name, or a hidden one where the disk
 * knows no other; they are flushed, and only then does it get its own name, in a way that refuses
 * to replace: a crash leaves either the whole object or nothing. What it leaves under a hidden name
 * is no object and is removed at a later start.
 */
#include "store/folder/inside.h"

#include "base/beneath.h"
#include "base/failpoint.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "base/uuid.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MACHINE_SIZE = 13, USUAL_FILE = 0600, USUAL_FOLDER = 0700 };
#define PARTIAL_MAX_AGE_US (24 * 3600 * TIME_SECOND)

/* A file on its way. */
struct partial_file {
    int fd;
    char *name; /* in FOLDER_OWN; NULL: it has none */
};

struct folder_large {
    struct store_large large;
    struct partial_file partial;
};

/* --- folders -------------------------------------------------------------------------------- */

/*
 * Gives a file or a folder of ours the mode and the group that are asked for. Without a setting
 * nothing is set: not every disk keeps modes, and those that were made are right.
 */
static bool folder_mode_apply(const struct folder_store *dir, int fd, unsigned mode, unsigned usual,
                              const char *what, struct err *err)
{
    if (dir->has_group && fchown(fd, (uid_t)-1, dir->group) < 0)
        return folder_failed(err, "giving '%s' to the group that [store] group names", what);
    if ((mode != usual || dir->has_group) && fchmod(fd, mode) < 0)
        return folder_failed(err, "giving '%s' the mode 0%o", what, mode);
    return true;
}

static uint64_t path_hash(const char *path)
{
    struct sha256 hash = sha256_of(span_of(path));
    uint64_t number;

    memcpy(&number, hash.bytes, sizeof number);
    return number;
}

/* Ours with the mode of its making: we were killed before it got the one that was asked for. */
static bool is_unfinished(const struct folder_store *dir, int fd)
{
    struct stat about;

    return fstat(fd, &about) == 0 && about.st_uid == geteuid()
           && (about.st_mode & 07777) == USUAL_FOLDER
           && (dir->folder_mode != USUAL_FOLDER || (dir->has_group && about.st_gid != dir->group));
}

bool folder_top_mode_set(const struct folder_store *dir, struct err *err)
{
    return !is_unfinished(dir, dir->fd)
           || folder_mode_apply(dir, dir->fd, dir->folder_mode, USUAL_FOLDER, dir->path, err);
}

static bool folder_mode_set(const struct folder_store *dir, int parent, const char *name, bool made,
                            struct err *err)
{
    auto_close int fd = -1;

    if (!dir->has_group && dir->folder_mode == USUAL_FOLDER)
        return true;
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || (!made && !is_unfinished(dir, fd)))
        return true; /* what is no folder is told when it is used as one */
    return folder_mode_apply(dir, fd, dir->folder_mode, USUAL_FOLDER, name, err);
}

/*
 * Makes a folder unless it is there, and makes its name last. Another worker may have made it a
 * moment ago and not flushed it yet, so one that is there is flushed too, the first time we see it.
 */
bool folder_subfolder_make(struct folder_store *dir, const char *folder, struct err *err)
{
    uint64_t hash = path_hash(folder);
    const char *name;
    auto_close int parent = -1;
    bool made;

    if (idset_has(dir->flushed, hash))
        return true;
    parent = beneath_parent(dir->fd, folder, &name);
    if (parent < 0)
        return folder_failed(err, "making the folder '%s'", folder);
    made = mkdirat(parent, name, USUAL_FOLDER) == 0;
    if (!made && errno != EEXIST)
        return folder_failed(err, "making the folder '%s'", folder);
    if (!folder_mode_set(dir, parent, name, made, err) || !fs_sync_folder(parent, folder, err))
        return false;
    (void)idset_add(dir->flushed, hash);
    return true;
}

/* The folders above a key, from the top down. */
static bool folders_make(struct folder_store *dir, const char *key, struct err *err)
{
    auto_free char *path = mem_text(key);

    for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!folder_subfolder_make(dir, path, err))
            return false;
        *slash = '/';
    }
    return true;
}

/* --- files on their way --------------------------------------------------------------------- */

/* Which processes' numbers mean something to us: those of this boot, in this container. */
static const char *machine_digits(char digits[MACHINE_SIZE])
{
    auto_str text = STR_MAX(KIB(1));
    char space[64] = "", hex[SHA256_HEX_SIZE];
    struct sha256 hash;
    struct err ignored;

    (void)!readlink("/proc/self/ns/pid", space, sizeof space - 1);
    (void)!fs_read("/proc/sys/kernel/random/boot_id", &text, &ignored);
    str_add_text(&text, space);
    hash = sha256_of(str_span(&text));
    (void)snprintf(digits, MACHINE_SIZE, "%.12s", sha256_hex(&hash, hex));
    return digits;
}

char *folder_partial_name(void)
{
    char machine[MACHINE_SIZE], digits[UUID_TEXT_SIZE];
    struct uuid uuid = uuid_v4();

    return mem_printf("%s-%d-%s", machine_digits(machine), (int)getpid(),
                      uuid_digits(&uuid, digits));
}

static bool partial_open(struct folder_store *dir, struct partial_file *partial_r, struct err *err)
{
    struct partial_file partial = { -1, NULL };
    auto_free char *path = NULL;

    if (!folder_method_find(dir, err))
        return false;
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

/* Its maker is gone; or, where it was made we cannot know, for a day now. */
static bool partial_is_abandoned(const char *name, const struct stat *about)
{
    struct span rest = span_of(name), machine = span_cut(&rest, '-'), pid = span_cut(&rest, '-');
    char digits[MACHINE_SIZE];
    int64_t number;
    struct err ignored;

    if (span_is(machine, machine_digits(digits)) && num_i64(pid, 1, INT32_MAX, &number, &ignored))
        return kill((pid_t)number, 0) < 0 && errno == ESRCH;
    return time_now_us() - (int64_t)about->st_mtime * TIME_SECOND > PARTIAL_MAX_AGE_US;
}

bool folder_partial_clear(const struct folder_store *dir, struct err *err)
{
    int fd = beneath_open(dir->fd, FOLDER_OWN, O_RDONLY | O_DIRECTORY, 0);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    struct stat about;

    if (fd < 0)
        return errno == ENOENT || folder_failed(err, "opening '" FOLDER_OWN "'");
    if (!folder)
        abort();
    while ((entry = readdir(folder)) != NULL)
        if (fstatat(fd, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(about.st_mode)
            && partial_is_abandoned(entry->d_name, &about))
            (void)unlinkat(fd, entry->d_name, 0);
    (void)closedir(folder);
    return true;
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

/* `parent_r` is open, whatever came of the name, unless even that failed. */
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

/* Somebody may have removed a folder that we knew: make it again, once. */
static int name_with_folders(struct folder_store *dir, const struct partial_file *partial,
                             const char *key, int *parent_r, struct err *err)
{
    int result;

    if (!folders_make(dir, key, err))
        return -1;
    result = name_below(dir, partial, key, parent_r);
    if (result == 0 || errno != ENOENT)
        return result;
    idset_clear(dir->flushed);
    if (!folders_make(dir, key, err))
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

bool folder_large_write(struct store_large *large, struct span bytes, struct err *err)
{
    return folder_write_all(((struct folder_large *)large)->partial.fd, bytes, "a large document",
                            err);
}

bool folder_large_end(struct store_large *large, const struct store_object *object,
                      enum store_outcome *outcome_r, struct store_found *found_r, struct err *err)
{
    return partial_finish(folder_store_of(large->store), &((struct folder_large *)large)->partial,
                          object, outcome_r, found_r, err);
}
