/* What there is to be named: for messages about a name that is not there, and for `check`. */
#pragma once

#include "filemaker/filemaker.h"

enum filemaker_names { FILEMAKER_DATABASES, FILEMAKER_LAYOUTS, FILEMAKER_SCRIPTS };

/*
 * Lists databases, layouts or scripts that the account may see, those in folders too.
 *   names_r   a line each; where there are more than it takes, it is marked as cut
 * Fails with ERR_REMOTE, ERR_NET, ERR_DATA, ERR_CANCELED.
 */
must_check bool filemaker_names(struct filemaker *filemaker, enum filemaker_names which,
                                struct str *names_r, struct err *err);
