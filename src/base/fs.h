/* Files, read and written whole; folders. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Reads a whole file; appends it to `to`, whose cap bounds it.
 * Fails with ERR_OS, and with ERR_DATA beyond the cap; then nothing was appended.
 */
must_check bool fs_read(const char *path, struct str *to, struct err *err);

/*
 * As fs_read(), from an open file or pipe to its end.
 *   what   named in messages
 */
must_check bool fs_read_rest(int fd, const char *what, struct str *to, struct err *err);

/*
 * Writes a whole file so that it is there completely or not at all, and survives a power cut: a
 * hidden neighbour is written, flushed, and renamed over `path`.
 *   mode   permissions, such as 0600
 * Fails with ERR_OS; then `path` is as it was, unless only the flush of its folder failed.
 */
must_check bool fs_write(const char *path, struct span bytes, unsigned mode, struct err *err);

/* As fs_write(), but refuses (ERR_OS, EEXIST) if there is something at `path`. */
must_check bool fs_create(const char *path, struct span bytes, unsigned mode, struct err *err);

/*
 * Opens a file without a name, to be written piece by piece and put in place when it is whole. If
 * the process ends before, nothing is left behind.
 *   path   its later place: the file is made on the same disk
 *   fd_r   caller writes to it, and closes it
 */
must_check bool fs_open_unnamed(const char *path, int *fd_r, struct err *err);

/* Flushes such a file and puts it in place of whatever is at `path`. */
must_check bool fs_put_in_place(int fd, const char *path, unsigned mode, struct err *err);

/* Makes a folder and those above it, each 0700. One that exists is fine. Fails with ERR_OS. */
must_check bool fs_make_folder(const char *path, struct err *err);

/* Writes all bytes to a descriptor. Fails with ERR_OS naming `what`. */
must_check bool fs_write_all(int fd, struct span bytes, const char *what, struct err *err);

/*
 * Checks that an open file with a key is a plain one of this user's, and closed to everybody else.
 *   path   as messages name it
 * Fails with ERR_USAGE, ERR_OS.
 */
must_check bool fs_is_private(int fd, const char *path, struct err *err);

/* As fs_read(), of a file that fs_is_private() lets pass. */
must_check bool fs_read_private(const char *path, struct str *to, struct err *err);

/*
 * Flushes a folder's entries, so that a name made in it survives a power cut. A file system that
 * cannot do this is no failure. Fails with ERR_OS.
 */
must_check bool fs_sync_folder(int folder_fd, const char *what, struct err *err);

/* Whether an errno is about one name: the others in the folder may well be written and read. */
bool fs_is_of_one_name(int number);

/* Whether an errno says that another machine, which holds a folder mounted here, is away. */
bool fs_is_away(int number);
