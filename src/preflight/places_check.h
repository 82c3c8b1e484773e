/*
 * Checks the other ways by which a file may come than a container stream: folders that are mounted
 * here, OData, a script of the solution. Each that is named is looked for before anything is moved.
 *   problems   gets a line for each that is not there
 *   notes      gets a line for each that could not be checked
 *   said       gets what is well, separated by "; "
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "engine/engine.h"

/* Counts what lies in the backup's folder. Fails as backup_walk(). */
must_check bool places_check_backup(const struct engine_settings *settings, struct str *said,
                                    struct str *notes, struct err *err);

/* Checks that the folders of reference_map exist and can be read. Sends nothing. */
void places_check_folders(const char *map, struct str *said, struct str *problems,
                          struct str *notes);

/*
 * Asks the server for the OData table and for the script, where they are named; runs no script.
 * Fails with ERR_CANCELED.
 */
must_check bool places_check_server(const struct engine_settings *settings,
                                    struct source_reader *reader, struct str *said,
                                    struct str *problems, struct str *notes, struct err *err);
