/*
 * The truth file: what every container of the documents layout holds in the end, computed from the
 * data set and not from what was served. A JSON array, one entry a line.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sim/file/solution.h"

/* Writes it. Fails with ERR_OS. */
must_check bool truth_write(const char *path, struct solution *solution, struct err *err);
