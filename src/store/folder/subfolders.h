/* The folders above the objects, with mode and group as they are asked for. Private to store/folder/. */
#pragma once

#include "store/folder/inside.h"

enum { FOLDER_USUAL_MODE = 0700 }; /* what folders are made with */

/*
 * Gives a file or a folder of ours the mode and the group that are asked for. Without a setting
 * nothing is set: not every disk keeps modes, and those that were made are right.
 */
must_check bool folder_mode_apply(const struct folder_store *dir, int fd, unsigned mode,
                                  unsigned usual, const char *what, struct err *err);

/* Makes a folder below one that is there, as is asked for. One that is there itself is fine. */
must_check bool folder_subfolder_make(struct folder_store *dir, const char *folder,
                                      struct err *err);

/*
 * Gives the store's own folder the mode and the group that are asked for, if it has the mode that
 * we make folders with.
 */
must_check bool folder_top_mode_set(const struct folder_store *dir, struct err *err);

/* Makes the folders above a key, from the top down. */
must_check bool folder_parents_make(struct folder_store *dir, const char *key, struct err *err);
