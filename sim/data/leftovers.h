/*
 * What the first importer left behind: a folder of objects under the keys it gave them, and a
 * database with the application's tables.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sim/data/clinic.h"

/* A document that the first importer took for done. */
struct leftover_mark {
    uint64_t ordinal;
    int64_t at; /* seconds, on the clinic's wall */
};

/*
 * Writes DIR/objects/<key> and DIR/nexus.db. A folder that holds a nexus.db is left as it is.
 * Fails with ERR_OS and ERR_DATABASE.
 */
must_check bool leftovers_write(const char *folder, const struct solution *solution,
                                const struct clinic *clinic, const struct leftover_mark *marks,
                                size_t count, struct err *err);
