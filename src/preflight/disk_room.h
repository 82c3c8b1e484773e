/* Whether there is room on the disks for what is to come. */
#pragma once

#include "base/base.h"
#include "base/str.h"

/*
 * How much may still be written below a path, or below the nearest folder above it that is there.
 *   free_r   bytes, for this user
 * False: nobody can tell.
 */
must_check bool disk_room_free(const char *path, uint64_t *free_r);

/* The folder or file behind "dir:PATH" and "sqlite:PATH"; NULL for what is no file of ours. */
const char *disk_room_path(const char *url);

/* Whether two paths lie on one disk. */
bool disk_room_is_shared(const char *a, const char *b);
