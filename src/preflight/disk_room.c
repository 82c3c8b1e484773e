/* Asks the file system (statvfs). */
#include "preflight/disk_room.h"

#include "base/mem.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

/* The caller frees. */
static char *folder_there(const char *path)
{
    char *folder = mem_text(*path ? path : ".");
    struct stat about;

    while (stat(folder, &about) < 0 && strcmp(folder, "/") != 0 && strcmp(folder, ".") != 0) {
        char *slash = strrchr(folder, '/');

        if (!slash)
            memcpy(folder, ".", 2);
        else
            slash[slash == folder] = '\0';
    }
    return folder;
}

bool disk_room_free(const char *path, uint64_t *free_r)
{
    auto_free char *folder = folder_there(path);
    struct statvfs disk;

    if (statvfs(folder, &disk) < 0)
        return false;
    *free_r = (uint64_t)disk.f_bavail * disk.f_frsize;
    return true;
}

const char *disk_room_path(const char *url)
{
    if (strncmp(url, "dir:", 4) == 0)
        return url + 4;
    return strncmp(url, "sqlite:", 7) == 0 ? url + 7 : NULL;
}

bool disk_room_is_shared(const char *a, const char *b)
{
    auto_free char *first = folder_there(a), *second = folder_there(b);
    struct stat about_first, about_second;

    return stat(first, &about_first) == 0 && stat(second, &about_second) == 0
           && about_first.st_dev == about_second.st_dev;
}
