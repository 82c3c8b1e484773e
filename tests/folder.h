/* A folder of a test's own, below $TMPDIR, gone with all that is in it when the test ends. */
#pragma once

#include "base/base.h"
#include "base/str.h"

/* Makes an empty folder. The caller removes it with folder_remove() (or auto_folder). */
char *folder_new(void);
void folder_remove(char *folder); /* also frees the name; NULL is allowed */
void auto_folder_cleanup(char **folder);
#define auto_folder __attribute__((cleanup(auto_folder_cleanup))) char

/* "{folder}/{name}". The caller frees. */
char *folder_path(const char *folder, const char *name);

/* How many plain files there are, in all folders below; and folders, itself left out. */
size_t folder_files(const char *folder);
size_t folder_folders(const char *folder);
