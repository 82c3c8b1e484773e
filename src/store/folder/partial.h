/* Hidden files that are on their way: their names, and what dead processes left of them. Private to store/folder/. */
#pragma once

#include "store/folder/inside.h"

/* A name that only this machine, process and file have. The caller frees. */
char *folder_partial_name(void);

/* Removes the files of processes that are gone. */
must_check bool folder_partial_clear(const struct folder_store *dir, struct err *err);
