/* Files that a container only points to, found in folders that are mounted here. */
#pragma once

#include "base/base.h"
#include "base/str.h"

/*
 * The local path of a file that FileMaker stores by reference.
 *   map       of the configuration: "C:/Scans = /mnt/scans, /Volumes/Old = /mnt/old"
 *   value     the container's: lines such as "filewin:/C:/Scans/a.pdf"
 *   below_r   the part after the mounted folder, inside the path; NULL: not wanted
 * NULL if no folder of the map fits, or if the path would leave it. The caller frees.
 */
char *reference_path(const char *map, struct span value, const char **below_r);

/* The file's name in the container's value, or SPAN_NONE. */
struct span reference_name(struct span value);
