/*
 * The folder in which an export grows: made, or taken up from an earlier call if it was of the same
 * kind, source and settings; and named when nothing is missing.
 */
#include "export/inside.h"

#include "base/fs.h"
#include "base/mem.h"
#include "store/open.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ORIGIN_MAX = 64 * 1024, LISTED_MAX = 256 * 1024 * 1024 };

static char *without_slashes(const char *path)
{
    size_t size = strlen(path);

    while (size > 1 && path[size - 1] == '/')
        size--;
    return span_text((struct span){ path, size });
}

/* --- what it was made from ------------------------------------------------------------------ */

/* The database's URL without a login, and without what follows a question mark. */
static void database_name_add(struct str *to, const char *url)
{
    struct span rest = span_of(url), scheme = { url, span_find(rest, "://") };
    struct span server = span_from(rest, scheme.size + strlen("://"));
    struct span host = { server.at, strcspn(server.at ? server.at : "", "/?") };

    if (server.size == 0) {
        str_add_text(to, url);
        return;
    }
    for (size_t at; (at = span_find(host, "@")) < host.size; host = span_from(host, at + 1))
        ;
    server = (struct span){ host.at, (size_t)(url + rest.size - host.at) };
    str_printf(to, SPAN_FORMAT "://" SPAN_FORMAT, SPAN_ARGS(scheme),
               SPAN_ARGS(span_first(server, span_find(server, "?"))));
}

char *export_origin_text(const struct export *e)
{
    auto_str text = STR_MAX(ORIGIN_MAX);

    str_printf(&text, "kind: %s\nsource: %s\nstore: %s\ndatabase: ", e->kind->name,
               e->settings->source_name, store_name(e->store));
    database_name_add(&text, e->settings->registry_url);
    str_printf(&text, "\ntype field: %s\n", e->settings->type_field ? e->settings->type_field : "");
    return str_take(&text);
}

/* Names the first line in which two origins differ. */
static bool origins_compare(const struct export *e, struct span theirs, struct span ours,
                            struct err *err)
{
    while (theirs.size || ours.size) {
        struct span there = span_cut(&theirs, '\n'), here = span_cut(&ours, '\n');

        if (!span_equal(there, here))
            return err_set(err, ERR_USAGE, 0,
                           "'%s' is another export: it says '" SPAN_FORMAT
                           "', and this one would say '" SPAN_FORMAT
                           "'. Remove it, or name another folder",
                           e->partial, SPAN_ARGS(there), SPAN_ARGS(here));
    }
    return true;
}

/* What a call leaves that was killed before the folder said what it is of. */
static bool is_stray(const char *name)
{
    return *name == '.' && span_ends(span_of(name), ".new");
}

static bool folder_is_empty(const struct export *e)
{
    DIR *folder = opendir(e->partial);
    const struct dirent *entry;
    bool empty = folder;

    while (empty && (entry = readdir(folder)))
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0
                || (is_stray(entry->d_name) && unlinkat(e->folder_fd, entry->d_name, 0) == 0);
    if (folder)
        (void)closedir(folder);
    return empty;
}

static bool origin_settle(struct export *e, bool *is_new_r, struct err *err)
{
    auto_free char *path = mem_printf("%s/" EXPORT_ORIGIN, e->partial);
    auto_free char *ours = export_origin_text(e);
    auto_str theirs = STR_MAX(ORIGIN_MAX);

    *is_new_r = folder_is_empty(e);
    if (*is_new_r)
        return fs_create(path, span_of(ours), 0600, err);
    if (!fs_read(path, &theirs, err))
        return err_set(err, ERR_USAGE, 0,
                       "'%s' is there, and is no export that could go on ('" EXPORT_ORIGIN
                       "' is missing in it): remove it, or name another folder",
                       e->partial);
    return origins_compare(e, str_span(&theirs), span_of(ours), err);
}

/* --- what an earlier call wrote ------------------------------------------------------------- */

static bool earlier_take_up(struct export *e, struct err *err)
{
    auto_free char *listed = mem_printf("%s/%s", e->partial, e->kind->missing);
    struct stat about;

    e->listed = (struct str)STR_MAX(LISTED_MAX);
    if (lstat(listed, &about) == 0 && !fs_read(listed, &e->listed, err))
        return false;
    for (const char *const *path = e->kind->written_new; *path; path++)
        if (!export_file_remove(e, *path, err))
            return false;
    return kept_gather(e, err);
}

/* --- beginning and end ---------------------------------------------------------------------- */

static bool place_is_free(const char *folder, struct err *err)
{
    struct stat about;

    return lstat(folder, &about) < 0
           || err_set(err, ERR_USAGE, 0, "'%s' is there already: name another folder", folder);
}

/* Opens the folder for this process alone. */
static bool folder_open(struct export *e, struct err *err)
{
    e->folder_fd = open(e->partial, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (e->folder_fd < 0)
        return err_os(err, "opening '%s'", e->partial);
    return flock(e->folder_fd, LOCK_EX | LOCK_NB) == 0
           || err_set(err, ERR_USAGE, 0, "another export is writing '%s' at this moment",
                      e->partial);
}

bool export_begin(struct export *e, const struct export_kind *kind, struct err *err)
{
    auto_free char *folder = without_slashes(e->settings->folder);
    bool is_new;

    e->kind = kind;
    e->folder_fd = -1;
    e->partial = mem_printf("%s.partial", folder);
    return place_is_free(folder, err)
           && sql_open_reader(e->settings->registry_url, e->cancel, &e->sql, err)
           && store_open(&e->settings->store, e->cancel, &e->store, err)
           && fs_make_folder(e->partial, err) && folder_open(e, err)
           && origin_settle(e, &is_new, err) && (is_new || earlier_take_up(e, err));
}

static bool folder_name(const struct export *e, struct err *err)
{
    auto_free char *folder = without_slashes(e->settings->folder);
    auto_free char *above = mem_printf("%s/..", e->partial);
    auto_close int above_fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (above_fd < 0)
        return err_os(err, "opening the folder of '%s'", folder);
    if (!export_rename(AT_FDCWD, e->partial, AT_FDCWD, folder))
        return err_os(err, "naming '%s'", folder);
    return fs_sync_folder(above_fd, folder, err);
}

bool export_end(struct export *e, struct err *err)
{
    if (missing_is_open(e))
        return true;
    if (syncfs(e->folder_fd) < 0)
        return err_os(err, "flushing '%s'", e->partial);
    e->result->is_complete = folder_name(e, err);
    return e->result->is_complete;
}

void export_clear(struct export *e)
{
    if (e->folder_fd >= 0)
        (void)close(e->folder_fd);
    outlet_free(e->missing);
    str_clear(&e->listed);
    store_close(e->store);
    sql_close(e->sql);
    free(e->partial);
}
