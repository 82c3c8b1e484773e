/* Files that a container only points to, found in folders that are mounted here. */
#pragma once

#include "base/base.h"
#include "base/str.h"

/*
 * The path here of a file that FileMaker stores by reference.
 *   map     of the configuration: "C:/Scans = /mnt/scans, /Volumes/Old = /mnt/old"
 *   value   the container's: lines such as "filewin:/C:/Scans/a.pdf"
 *   below_r   what follows the mounted folder, within the path; NULL if it does not matter
 * NULL if no folder of the map fits, or if the path would leave it. The caller frees.
 */
char *reference_path(const char *map, struct span value, const char **below_r);

/* The file's name in the container's value, or SPAN_NONE. */
struct span reference_name(struct span value);
