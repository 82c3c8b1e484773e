/*
 * From a name that others made up to a place beneath a folder. Keys, paths and names come from
 * databases, ledgers, certificates and fields: foreign text. Whatever they say, what is opened or
 * made lies beneath the folder, and no symbolic link on the way is followed (the folder itself was
 * named by whoever set us up, and may be one).
 */
#pragma once

#include "base/base.h"
#include "base/err.h"

/*
 * Whether a path names something beneath a folder: not empty, no slash in front or at the end, no
 * empty, "." or ".." segments, none longer than 255 bytes, and no control characters.
 */
bool beneath_is_good(const char *path);

/*
 * openat(2) for a path beneath an open folder. -1 with errno: EXDEV for a path that is not good,
 * ELOOP where a symbolic link lies; else as open(2).
 *   flags   O_CLOEXEC is added
 */
int beneath_open(int folder_fd, const char *path, int flags, unsigned mode);

/*
 * Opens the folder in which a path stands, for the calls that take a folder and a name.
 *   name_r   the path's last segment, within `path`
 * -1 as beneath_open().
 */
int beneath_parent(int folder_fd, const char *path, const char **name_r);

/* From now on the kernel's own way (openat2) is not taken. For tests; not to be undone. */
void beneath_walk_only(void);
