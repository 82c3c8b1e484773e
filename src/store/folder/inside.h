/* What the files of a folder store share. Private to store/folder/folder*.c. */
#pragma once

#include "store/kind.h"

#include "base/idset.h"

/* How a finished file gets its name without ever taking another's. The best comes first. */
enum folder_method {
    FOLDER_UNNAMED, /* it has no name before (O_TMPFILE), and is linked to it             */
    FOLDER_LINKED,  /* it has a hidden one, and is linked to its own (NFS)                */
    FOLDER_RENAMED, /* it has a hidden one, and is renamed without replacing (SMB, vfat)  */
    FOLDER_METHODS,
    FOLDER_UNKNOWN = FOLDER_METHODS,
};

struct folder_store {
    struct store store;
    char *path;
    int fd;
    struct idset *flushed; /* hashes of folders whose names are known to be on the disk */
    enum folder_method method;
    unsigned file_mode, folder_mode;
    bool has_group;
    unsigned group;
};

/*
 * What fmferry keeps at the top of the folder for itself: a folder, by which the store is known
 * again, with the files that are on their way under a hidden name. No key begins like this.
 */
#define FOLDER_OWN STORE_RESERVED

static inline struct folder_store *folder_store_of(struct store *store)
{
    return (struct folder_store *)store;
}

/* err_os() with what is to be done where the folder's disk or mount is the cause. */
bool folder_failed(struct err *err, const char *format, ...) printf_like(2, 3);

/* Writes all bytes; fails as folder_failed(). */
must_check bool folder_write_all(int fd, struct span bytes, const char *what, struct err *err);

/* --- folder_put.c ------------------------------------------------------------------------------ */

must_check bool folder_put(struct store *store, const struct store_object *object,
                           struct span bytes, enum store_outcome *outcome_r,
                           struct store_found *found_r, struct err *err);
must_check bool folder_large_begin(struct store *store, const struct store_object *object,
                                   struct store_large **large_r, struct err *err);
void folder_large_free(struct store_large *large);
must_check bool folder_large_write(struct store_large *large, struct span bytes, struct err *err);
must_check bool folder_large_end(struct store_large *large, const struct store_object *object,
                                 enum store_outcome *outcome_r, struct store_found *found_r,
                                 struct err *err);

/* Makes a folder below one that is there, as is asked for. One that is there itself is fine. */
must_check bool folder_subfolder_make(struct folder_store *dir, const char *folder,
                                      struct err *err);

/*
 * Gives the store's own folder the mode and the group that are asked for, if it has the mode that
 * we make folders with.
 */
must_check bool folder_top_mode_set(const struct folder_store *dir, struct err *err);

/* Names of files on their way: this machine's, process's and one's own. Removes what is left. */
char *folder_partial_name(void);
must_check bool folder_partial_clear(const struct folder_store *dir, struct err *err);

/* --- dir_trial.c ---------------------------------------------------------------------------- */

/* Finds the way that works here, unless it is known. */
must_check bool folder_method_find(struct folder_store *dir, struct err *err);
must_check bool folder_probe(struct store *store, struct store_traits *traits_r, struct err *err);

/* Opens the folder; makes it, unless documents were put there before. */
must_check bool folder_top_open(struct folder_store *dir, const char *path, bool known,
                                struct err *err);
