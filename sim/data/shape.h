/*
 * A solution described in a text file, so that a migration can be rehearsed on the shape of one's
 * own: tables with fields and how their values are made up, relations, layouts, portals, value
 * lists, scripts. docs/fmsim.md has the grammar.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sim/file/solution.h"

/*
 * Makes the solution that a text describes.
 *   name         of the file, for messages
 *   solution_r   caller frees with solution_free()
 * Fails with ERR_USAGE naming file and line.
 */
must_check bool shape_read(struct span text, const char *name, uint64_t seed, unsigned record_gap,
                           struct solution **solution_r, struct err *err);
