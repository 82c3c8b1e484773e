/* The marker by which a store's folder is known again. Private to store/folder/. */
#pragma once

#include "store/folder/inside.h"

/* Opens the folder; makes it, unless documents were put there before. */
must_check bool folder_top_open(struct folder_store *dir, const char *path, bool known,
                                struct err *err);

/* Makes the marker, last of all: it says that the folder passed its probe. */
must_check bool folder_marker_make(struct folder_store *dir, struct err *err);
