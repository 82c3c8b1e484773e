/* The folders above the objects, with the mode and group asked for. Private to store/folder/. */
#pragma once

#include "store/folder/inside.h"

enum { FOLDER_USUAL_MODE = 0700 }; /* the mode that folders are made with */

/*
 * Gives a file or a folder of ours the mode and the group asked for. Without a setting nothing is
 * set: not every disk keeps modes, and the usual one is right.
 *   usual   the mode that it was made with
 *   what    its name, for an error
 */
must_check bool folder_mode_apply(const struct folder_store *dir, int fd, unsigned mode,
                                  unsigned usual, const char *what, struct err *err);

/* Makes a folder below an existing one, with mode and group. One that exists already is fine. */
must_check bool folder_subfolder_make(struct folder_store *dir, const char *folder,
                                      struct err *err);

/*
 * Gives the store's own folder the mode and the group asked for, if it is ours and still has the
 * mode that folders are made with.
 */
must_check bool folder_top_mode_set(const struct folder_store *dir, struct err *err);

/* Makes the folders above a key, from the top down. */
must_check bool folder_parents_make(struct folder_store *dir, const char *key, struct err *err);
