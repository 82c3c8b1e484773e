/*
 * Which files of a backup's folder no record names. They are no difference: FileMaker leaves files behind when records
 * are deleted or moved. But a document whose record has lost its path would be among them.
 *
 * Paths are kept as hashes: names of files may be those of patients, and a sorter may spill.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "source/backup.h"

/* What lies in the folder of a backup. */
struct verify_outside {
    uint64_t files;   /* all                              */
    uint64_t unnamed; /* plain ones that no record names; what is encrypted is left out */
};

/* Told a file that no record names, by its path in the folder. May fail. */
typedef bool verify_unnamed_told(void *arg, const char *path, struct err *err);

struct unnamed;

struct unnamed *unnamed_new(void);
void unnamed_free(struct unnamed *unnamed); /* NULL is allowed */

/* Notes a path that a record says. Fails with ERR_OS. */
must_check bool unnamed_note(struct unnamed *unnamed, struct span path, struct err *err);

/*
 * Compares the folder with the paths, once all are noted.
 *   tell   called for each file that no record names, in no order; NULL: they are only counted
 * Fails as backup_walk(), and as `tell` does.
 */
must_check bool unnamed_judge(struct unnamed *unnamed, const struct backup *backup,
                              verify_unnamed_told *tell, void *arg,
                              struct verify_outside *outside_r, struct err *err);
