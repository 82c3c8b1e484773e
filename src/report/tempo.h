/*
 * How the work went over time, read from the audit chains in one pass. Memory depends only on how
 * many documents were claimed at once. Time is working time: the runs one after another, without
 * the pauses between them.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/read.h"

enum { TEMPO_BINS = 120 };

struct tempo_bin {
    int64_t done, failed;      /* how many more at its end than at its beginning            */
    int64_t settled;           /* documents that ended done or failed                       */
    int64_t median_us, p95_us; /* from claim to done: half, and 95 of 100, took less; 0: none */
};

struct tempo_run {
    int64_t run;
    int64_t at_us, length_us;         /* where it stands on the axis of working time */
    int64_t entries, about_documents; /* of its chain; those that say something of a document */
};

struct tempo {
    int64_t total_us;
    struct tempo_bin bins[TEMPO_BINS];
    size_t bin_count; /* at least a second each, if there is time for a dozen */
    struct tempo_run *runs;
    size_t run_count;
    int64_t settled, median_us, p95_us; /* over everything */
    /* Per state: documents that came into it less those that left it, by the chains. */
    int64_t flows[LEDGER_STATES];
    int64_t entries;
};

/*
 * Reads every chain of a source.
 *   runs     every run, oldest first
 *   now_us   the present end of a run that has not ended
 *   tempo_r  caller frees with tempo_free()
 * Fails with ERR_DATABASE.
 */
must_check bool tempo_read(struct ledger *ledger, const struct ledger_run *runs, size_t run_count,
                           int64_t now_us, struct tempo **tempo_r, struct err *err);
void tempo_free(struct tempo *tempo); /* NULL is allowed */
