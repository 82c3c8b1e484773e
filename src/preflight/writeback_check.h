/* Checks that the fields which are to be filled with the mark can be, and are ours alone. */
#pragma once

#include "document/containers.h"
#include "engine/engine.h"

/*
 *   containers   as the layout has them
 *   problems     gets a line for each field that cannot be filled, with the cure
 */
void writeback_check(const struct engine_settings *settings, const struct filemaker_layout *layout,
                     const struct containers *containers, struct str *problems);
