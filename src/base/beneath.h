/*
 * Opens files beneath a folder by names that others made up. Keys, paths and names come from
 * databases, ledgers, certificates and fields: foreign text. Whatever they say, only files beneath
 * the folder are opened or made, and no symbolic link on the way is followed. The folder itself is
 * named by the operator, and may be a link.
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
 * Opens the folder that a path's last segment is in, for calls that take a folder and a name.
 *   name_r   the path's last segment, within `path`
 * -1 as beneath_open().
 */
int beneath_parent(int folder_fd, const char *path, const char **name_r);

/* Stops using openat2 from now on. For tests; cannot be undone. */
void beneath_walk_only(void);
