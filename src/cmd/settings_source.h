/* What follows for other keys from the kind of source that is named. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/engine.h"

/*
 * Takes out what a file or a manifest has none of: marks, finds, other ways to its documents.
 *   md5_list_r, path_list_r   set for a manifest; the engine's settings point to them; caller frees
 */
void settings_file_complete(struct engine_settings *engine, char **md5_list_r, char **path_list_r);

/*
 * The same for [source] api = odata.
 *   container_r   set for OData; the engine's settings point to it; caller frees
 * Fails with ERR_USAGE: several containers are named.
 */
must_check bool settings_odata_complete(struct engine_settings *engine, char **container_r,
                                        struct err *err);

/*
 * "Doc:2" beside "Doc" is the second document of a container in a FileMaker file: it would be left
 * behind if the first that is not empty were the only one. Fails with ERR_USAGE.
 */
must_check bool settings_streams_agree(const struct engine_settings *engine, struct err *err);
