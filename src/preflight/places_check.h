/*
 * The ways by which a file comes that is not streamed: folders that are mounted here, OData, a
 * script of the solution. Each that is named is looked for before anything is moved.
 *   problems   gets a sentence, ended by a newline, for what is not there
 *   notes      gets one for what could not be found out
 *   said       gets what is well, "; " between
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "engine/engine.h"

/* The folders of reference_map: there, folders, readable. Asks nobody. */
void places_check_folders(const char *map, struct str *said, struct str *problems,
                          struct str *notes);

/*
 * Asks for the OData table and for the script, where they are named; runs no script.
 * Fails with ERR_CANCELED.
 */
must_check bool places_check_server(const struct engine_settings *settings,
                                    struct filemaker *filemaker, struct str *said,
                                    struct str *problems, struct str *notes, struct err *err);
