/*
 * Files beneath a folder that others filled. Nothing outside of it is opened, no symbolic link is
 * followed, and only plain files are read (base/beneath.h).
 */
#pragma once

#include "base/base.h"
#include "base/err.h"

/*
 * The code of ERR_DATA where a file has more bytes than was said of it. Other codes are small numbers of
 * each kind of source.
 */
enum { FOLDER_FILE_LONGER = 1000 };

/*
 * Opens a plain file beneath it for reading.
 *   fd_r   caller closes
 * Fails with ERR_DATA and errno's value as code: it is not there, cannot be read, or leads out; code 0
 * if it is no plain file. The message does not name it, because names of files may be those of
 * patients.
 */
must_check bool folder_file(int folder_fd, const char *path, int *fd_r, struct err *err);

/* What lies beneath a folder, and is no folder itself. */
struct folder_entry {
    const char *path; /* relative to the folder */
    bool is_plain;    /* false: a link, a pipe or the like */
    uint64_t size_bytes;
};

/*
 * Goes through all folders beneath it; the order is none.
 *   each   false ends the walk: a failure, or, where it left `err` empty, enough has been seen
 * Fails with ERR_OS; ERR_DATA if folders lie in one another too deep; and as `each` does.
 */
must_check bool folder_walk(int folder_fd,
                            bool (*each)(void *arg, const struct folder_entry *entry,
                                         struct err *err),
                            void *arg, struct err *err);
