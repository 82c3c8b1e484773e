/* The files beneath a manifest's folder (source/folder.h). */
#pragma once

#include "source/folder.h"

/*
 * Opens the folder in which a file lies.
 *   path     of the file, as the operator named it
 *   name_r   the file's name in it, within `path`
 *   fd_r     caller closes
 * Fails with ERR_OS.
 */
must_check bool manifest_folder_open(const char *path, const char **name_r, int *fd_r,
                                     struct err *err);

/* What lies beneath it. */
struct manifest_files {
    uint64_t count;       /* all but the manifest                                */
    uint64_t orphans;     /* those of which `knows` does not know                */
    int64_t orphan_bytes; /* the size of the first of them; -1: no plain file    */
};

/*
 * Goes through all folders beneath it.
 *   manifest   the name of the manifest in it, which does not count
 *   knows      whether a path, relative to the folder, has a line
 * Fails with ERR_OS; ERR_DATA if folders lie in one another too deep.
 */
must_check bool manifest_folder_list(int folder_fd, const char *manifest,
                                     bool (*knows)(const void *arg, const char *path),
                                     const void *arg, struct manifest_files *files_r,
                                     struct err *err);
