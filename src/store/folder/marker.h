/* The marker that tells a store's folder from an empty mount point. Private to store/folder/. */
#pragma once

#include "store/folder/inside.h"

/*
 * Opens the folder.
 *   known   documents were put there before: it must be there and not be empty; else it is made
 */
must_check bool folder_top_open(struct folder_store *dir, const char *path, bool known,
                                struct err *err);

/* Makes the marker, last of all: it says that the folder passed its probe. */
must_check bool folder_marker_make(struct folder_store *dir, struct err *err);
