/*
 * The truth file: the content of every container of the documents layout in the end, computed from
 * the data set and not from what was served. It is a JSON array with one entry on each line.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sim/file/solution.h"

/* Writes the truth file. Fails with ERR_OS. */
must_check bool truth_write(const char *path, struct solution *solution, struct err *err);
