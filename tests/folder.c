/* Folders for tests. */
#include "folder.h"

#include "base/mem.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_AT_ONCE = 16 };

char *folder_new(void)
{
    const char *above = getenv("TMPDIR");
    char *folder = mem_printf("%s/fmferry-XXXXXX", above && *above ? above : "/tmp");

    if (!mkdtemp(folder))
        abort();
    return folder;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

static int open_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)where;
    return kind == FTW_D ? chmod(path, 0700) : 0;
}

void folder_remove(char *folder)
{
    if (!folder)
        return;
    (void)nftw(folder, open_one, OPEN_AT_ONCE, FTW_PHYS);
    (void)nftw(folder, remove_one, OPEN_AT_ONCE, FTW_PHYS | FTW_DEPTH);
    free(folder);
}

void auto_folder_cleanup(char **folder)
{
    folder_remove(*folder);
}

char *folder_path(const char *folder, const char *name)
{
    return mem_printf("%s/%s", folder, name);
}

/* nftw() has no argument for its function. */
static _Thread_local size_t files, folders;

static int count_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)path;
    (void)about;
    files += kind == FTW_F;
    folders += kind == FTW_D && where->level > 0;
    return 0;
}

size_t folder_files(const char *folder)
{
    files = folders = 0;
    (void)nftw(folder, count_one, OPEN_AT_ONCE, FTW_PHYS);
    return files;
}

size_t folder_folders(const char *folder)
{
    (void)folder_files(folder);
    return folders;
}
