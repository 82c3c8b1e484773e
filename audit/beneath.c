/*
 * Opens the file that a key names beneath a folder. The key stands in a certificate, which may have
 * been written by somebody who wants another file to be read: no key leads out of the folder, and
 * no link on the way is followed.
 */
#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { KEY_MAX = 4000, NAME_LONGEST = 255, TRIES = 8 };

static bool name_is_good(struct piece name)
{
    return name.size > 0 && name.size <= NAME_LONGEST && !piece_is(name, ".")
           && !piece_is(name, "..");
}

bool audit_key_is_good(struct piece key)
{
    size_t begin = 0;

    if (key.size == 0 || key.size > KEY_MAX)
        return false;
    for (size_t i = 0; i <= key.size; i++) {
        if (i < key.size && key.at[i] != '/') {
            if ((unsigned char)key.at[i] < 0x20 || key.at[i] == 0x7f)
                return false;
            continue;
        }
        if (!name_is_good((struct piece){ key.at + begin, i - begin }))
            return false;
        begin = i + 1;
    }
    return true;
}

/* Opens folder by folder, where the kernel cannot do it in one step. */
static int folder_walk(int folder, char *path, int flags)
{
    int at = dup(folder);

    for (char *slash; at >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
        int next;

        *slash = '\0';
        next = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        (void)close(at);
        at = next;
    }
    if (at >= 0) {
        int file = openat(at, path, flags | O_NOFOLLOW);
        int why = errno;

        (void)close(at);
        errno = why;
        return file;
    }
    return -1;
}

int audit_beneath_open(int folder, struct piece key)
{
    static const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    struct open_how how = { .flags = (uint64_t)flags,
                            .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS
                                       | RESOLVE_NO_MAGICLINKS };
    char path[KEY_MAX + 1];
    long fd = -1;

    if (!audit_key_is_good(key)) {
        errno = EXDEV;
        return -1;
    }
    memcpy(path, key.at, key.size);
    path[key.size] = '\0';
    errno = EAGAIN;
    for (int i = 0; i < TRIES && fd < 0 && errno == EAGAIN; i++)
        fd = syscall(SYS_openat2, folder, path, &how, sizeof how);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        return folder_walk(folder, path, flags);
    return (int)fd;
}
