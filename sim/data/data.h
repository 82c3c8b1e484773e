/* The data sets that --data names. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sim/file/solution.h"

struct data_options {
    const char *set; /* "demo", "seed-replay", "generate:1000,50K", "files:DIR", ... */
    uint64_t seed;
    bool real_sizes;   /* seed-replay with documents as large as real ones */
    bool all_patients; /* seed-replay without the 142 who come later */
    unsigned record_gap;
    const char
        *half_dir; /* of seed-half: the folder for what the first importer left; NULL: none */
};

/*
 * Opens a data set.
 *   solution_r   caller frees with solution_free()
 * Fails with ERR_USAGE (no such set, what there is) and ERR_OS.
 */
must_check bool data_open(const struct data_options *options, struct solution **solution_r,
                          struct err *err);

/* One function for each set; `rest` is the text after the colon. */
must_check bool data_generate(const struct data_options *options, struct span rest,
                              struct solution **solution_r, struct err *err);
must_check bool data_files(const struct data_options *options, struct span rest,
                           struct solution **solution_r, struct err *err);
must_check bool data_seed(const struct data_options *options, struct span rest,
                          struct solution **solution_r, struct err *err);
must_check bool data_demo(const struct data_options *options, struct span rest,
                          struct solution **solution_r, struct err *err);
must_check bool data_shape(const struct data_options *options, struct span rest,
                           struct solution **solution_r, struct err *err);
must_check bool data_half(const struct data_options *options, struct span rest,
                          struct solution **solution_r, struct err *err);
