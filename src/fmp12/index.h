/* The separators of an index sector: which child holds what. */
#pragma once

#include "fmp12/entry.h"
#include "fmp12/path.h"

/* What stands left of a separator is less; what stands right of it is not. */
struct fmp12_separator {
    struct fmp12_path path; /* with its own key, if it has one                              */
    enum fmp12_bound bound; /* FIRST, LAST: before or after everything that is below `path` */
    uint32_t child;
};

/* Whether a path is less than a separator. */
bool fmp12_is_before(const struct fmp12_path *path, const struct fmp12_separator *separator);

/* Reads the separators one by one. */
struct fmp12_index {
    struct span rest;
    struct fmp12_path path;
    uint64_t lasts; /* a bit for each level of `path`: it is the last of the directory above */
};

/* Begins with a sector's payload, which must outlive the reading. */
void fmp12_index_begin(struct fmp12_index *index, struct span payload);

/* STEP_ERROR: ERR_DATA, it is not built so. */
must_check enum step fmp12_index_next(struct fmp12_index *index,
                                      struct fmp12_separator *separator_r, struct err *err);
