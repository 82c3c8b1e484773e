/*
 * Walks over the files of a folder store in the order of their keys. It holds the sorted names of
 * each folder on the way down; a folder's name sorts with its slash, for "a-b" < "a/b" < "a0".
 */
#include "store/folder/list.h"

#include "base/beneath.h"
#include "base/mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEVELS_MAX = STORE_KEY_MAX / 2 + 1 }; /* a key has no more segments */

struct list_level {
    char **names; /* those of folders end in "/" */
    size_t count, room, next;
    size_t path_size; /* of the folder's own path, its slash included */
};

struct folder_list {
    struct store_list list;
    int fd;
    struct str path; /* the folder at hand, or the key handed out */
    struct list_level levels[LEVELS_MAX];
    size_t depth;
};

static void level_clear(struct list_level *level)
{
    for (size_t i = 0; i < level->count; i++)
        free(level->names[i]);
    free(level->names);
    *level = (struct list_level){ 0 };
}

static void level_add(struct list_level *level, const char *name, bool is_folder)
{
    if (level->count == level->room) {
        level->room = level->room ? 2 * level->room : 64;
        level->names = mem_grow(level->names, level->room * sizeof level->names[0]);
    }
    level->names[level->count++] = mem_printf("%s%s", name, is_folder ? "/" : "");
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* --- one folder ----------------------------------------------------------------------------- */

/* Asks for the kind of an entry if the folder does not tell it. 0: the entry is gone. */
static bool kind_ask(int folder, const char *name, unsigned char *kind_r, struct err *err)
{
    struct stat about;

    if (fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) == 0)
        *kind_r = (unsigned char)IFTODT(about.st_mode);
    else if (errno == ENOENT)
        *kind_r = 0;
    else
        return err_os(err, "asking about '%s'", name);
    return true;
}

/* Whether a name at the top is fmferry's own, or the disk's. */
static bool is_housekeeping(const char *name)
{
    return span_starts(span_of(name), STORE_RESERVED) || strcmp(name, "lost+found") == 0;
}

static bool entry_take(struct list_level *level, int folder, const struct dirent *entry,
                       const char *begins, struct err *err)
{
    unsigned char kind = entry->d_type;

    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0
        || !span_starts(span_of(entry->d_name), begins)
        || (level->path_size == 0 && is_housekeeping(entry->d_name)))
        return true;
    if (kind == DT_UNKNOWN && !kind_ask(folder, entry->d_name, &kind, err))
        return false;
    if (kind == DT_DIR || kind == DT_REG)
        level_add(level, entry->d_name, kind == DT_DIR);
    return true;
}

static bool entries_take(struct list_level *level, DIR *folder, const char *begins, struct err *err)
{
    const struct dirent *entry;

    while (errno = 0, (entry = readdir(folder)) != NULL)
        if (!entry_take(level, dirfd(folder), entry, begins, err))
            return false;
    return errno == 0 || err_os(err, "reading a folder");
}

/* `path` may end in a slash. */
static int list_folder_open(int top, const char *path)
{
    auto_free char *plain = mem_text(path);
    size_t size = strlen(plain);

    if (size == 0)
        return openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    plain[size - (plain[size - 1] == '/')] = '\0';
    return beneath_open(top, plain, O_RDONLY | O_DIRECTORY, 0);
}

/* Reads the folder whose path is at hand; a missing one has nothing in it. */
static bool level_read(struct folder_list *list, const char *begins, struct err *err)
{
    const char *path = list->path.size ? str_text(&list->path) : "";
    struct list_level *level = &list->levels[list->depth];
    int fd = list_folder_open(list->fd, path);
    DIR *folder;
    bool good;

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return true;
    if (fd < 0)
        return err_os(err, "opening the folder '%s'", path);
    folder = fdopendir(fd);
    if (!folder)
        abort();
    good = entries_take(level, folder, begins, err);
    (void)closedir(folder);
    if (level->count)
        qsort(level->names, level->count, sizeof level->names[0], by_bytes);
    return good || err_ctx(err, "'%s'", path);
}

static bool level_enter(struct folder_list *list, const char *begins, struct err *err)
{
    if (list->depth == LEVELS_MAX)
        return err_set(err, ERR_DATA, 0, "folders are nested deeper than any key");
    list->levels[list->depth].path_size = list->path.size;
    return level_read(list, begins, err) && ++list->depth;
}

/* --- the walk ------------------------------------------------------------------------------- */

bool folder_list(struct store *store, int folder_fd, const char *prefix, struct store_list **list_r,
                 struct err *err)
{
    const char *slash = strrchr(prefix, '/');
    size_t above = slash ? (size_t)(slash - prefix) + 1 : 0;
    struct folder_list *list = mem_new(struct folder_list);

    list->list.store = store;
    list->fd = folder_fd;
    list->path = (struct str)STR_MAX(KIB(8));
    str_add(&list->path, prefix, above);
    if (!level_enter(list, prefix + above, err)) {
        folder_list_free(&list->list);
        return false;
    }
    *list_r = &list->list;
    return true;
}

/* The size of the file whose path is at hand. STEP_END: it is gone. */
static enum step file_size(const struct folder_list *list, uint64_t *size_r, struct err *err)
{
    struct stat about;

    if (fstatat(list->fd, str_text(&list->path), &about, AT_SYMLINK_NOFOLLOW) == 0) {
        *size_r = (uint64_t)about.st_size;
        return STEP_ROW;
    }
    if (errno == ENOENT || errno == ENOTDIR)
        return STEP_END;
    (void)err_os(err, "asking about '%s'", str_text(&list->path));
    return STEP_ERROR;
}

enum step folder_list_next(struct store_list *base, struct store_entry *entry_r, struct err *err)
{
    struct folder_list *list = (struct folder_list *)base;

    while (list->depth > 0) {
        struct list_level *level = &list->levels[list->depth - 1];
        enum step step;

        str_cut(&list->path, level->path_size);
        if (level->next == level->count) {
            level_clear(level);
            list->depth--;
            continue;
        }
        str_add_text(&list->path, level->names[level->next++]);
        if (!str_fits(&list->path, "a path in the store", err))
            return STEP_ERROR;
        if (span_ends(str_span(&list->path), "/")) {
            if (!level_enter(list, "", err))
                return STEP_ERROR;
            continue;
        }
        step = file_size(list, &entry_r->size_bytes, err);
        entry_r->key = str_text(&list->path);
        if (step != STEP_END)
            return step;
    }
    return STEP_END;
}

void folder_list_free(struct store_list *base)
{
    struct folder_list *list = (struct folder_list *)base;

    for (size_t i = 0; i < LEVELS_MAX; i++)
        level_clear(&list->levels[i]);
    str_clear(&list->path);
    free(list);
}
