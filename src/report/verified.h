/* What 'fmferry verify --json' said, for the report: verify itself changes nothing, so it is told.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"

struct verified {
    bool is_told;
    int64_t at_us; /* when the file was written */
    uint64_t records, documents, rows, objects, hashed, source_read, differences;
};

/*
 * Reads the last line of what verify printed.
 * Fails with ERR_USAGE if the file is not what verify prints, and ERR_OS.
 */
must_check bool verified_read(const char *path, struct verified *verified_r, struct err *err);
