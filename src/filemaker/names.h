/* The names that the server knows: for messages about a missing name, and for `check`. */
#pragma once

#include "filemaker/filemaker.h"

enum filemaker_names { FILEMAKER_DATABASES, FILEMAKER_LAYOUTS, FILEMAKER_SCRIPTS };

/*
 * Lists databases, layouts or scripts that the account may see, those in folders, too.
 *   names_r   one name a line; marked as cut if it has no room for all
 * Fails with ERR_REMOTE, ERR_NET, ERR_DATA, ERR_CANCELED.
 */
must_check bool filemaker_names(struct filemaker *filemaker, enum filemaker_names which,
                                struct str *names_r, struct err *err);
