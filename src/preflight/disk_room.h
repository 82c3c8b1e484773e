/* Finds out how much room the disks have for what is to be moved. */
#pragma once

#include "base/base.h"
#include "base/str.h"

/*
 * How much may still be written below a path, or below its nearest parent that exists.
 *   free_r   bytes, for this user
 * Returns false if the file system does not tell.
 */
must_check bool disk_room_free(const char *path, uint64_t *free_r);

/* The path in "dir:PATH" and "sqlite:PATH"; NULL for any other URL. */
const char *disk_room_path(const char *url);

/* Whether two paths lie on one disk. */
bool disk_room_is_shared(const char *a, const char *b);
