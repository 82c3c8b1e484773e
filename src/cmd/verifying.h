/* A verification that says on the terminal what it found: for `fmferry verify` and `fmferry cutover`. */
#pragma once

#include "cmd/work.h"
#include "verify/verify.h"

/* The command line of `fmferry verify`. */
struct verify_options {
    bool deep, bytes, checksums, json, without_source;
    const char *sample, *certificate, *against;
    int rotate; /* of how many parts the next one is compared; 0: no rotation */
};

/*
 * Verifies, prints what was found, and notes it in the ledger. It needs WORK_NEXUS, WORK_STORE,
 * WORK_TRAITS, and WORK_SOURCE unless it goes without the source. One thread.
 *   result_r   zeroed; the caller clears it
 * Returns the exit code; -1: `err` says why.
 */
int verifying_do(struct work *work, const struct verify_options *options,
                 struct verify_result *result_r, struct err *err);

/* How verify reads the source: every record of it, and nothing else. Borrows the engine's settings. */
struct verify_settings verifying_source(const struct engine_settings *engine);

/* The same with all that it compares with; a sample is not read here. Borrows settings and options. */
struct verify_settings verifying_settings(const struct settings *s, const struct verify_options *o);
