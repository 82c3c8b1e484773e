/* A folder as a store: the struct that all its parts share. Private to store/folder/. */
#pragma once

#include "store/kind.h"

#include "base/idset.h"

/* How a finished file gets its name without ever taking another's. The best comes first. */
enum folder_method {
    FOLDER_UNNAMED, /* it has no name before (O_TMPFILE), and is linked to its own        */
    FOLDER_LINKED,  /* it has a hidden name, and is linked to its own (NFS)               */
    FOLDER_RENAMED, /* it has a hidden name, and is renamed without replacing (SMB, vfat) */
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
 * fmferry's own folder at the top of the store's: its presence marks the store, and it holds the
 * files on their way under a hidden name. No key begins like this.
 */
#define FOLDER_OWN STORE_RESERVED

static inline struct folder_store *folder_store_of(struct store *store)
{
    return (struct folder_store *)store;
}
