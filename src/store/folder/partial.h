/* The hidden files on their way: their names, and their end. Private to store/folder/. */
#pragma once

#include "store/folder/inside.h"

/* A name unique to this machine, process and file. The caller frees. */
char *folder_partial_name(void);

/* Removes the files of processes that are gone; those of other machines, when a day old. */
must_check bool folder_partial_clear(const struct folder_store *dir, struct err *err);
