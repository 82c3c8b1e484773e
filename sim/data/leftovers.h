/*
 * The leftovers of the first importer: a folder of objects under its keys, and a database with the
 * application's tables.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sim/data/clinic.h"

/* A document that the first importer marked as done. */
struct leftover_mark {
    uint64_t ordinal;
    int64_t at; /* seconds, local time of the clinic */
};

/*
 * Writes DIR/objects/<key> and DIR/nexus.db. A folder that holds a nexus.db is left as it is.
 * Fails with ERR_OS and ERR_DATABASE.
 */
must_check bool leftovers_write(const char *folder, const struct solution *solution,
                                const struct clinic *clinic, const struct leftover_mark *marks,
                                size_t count, struct err *err);
