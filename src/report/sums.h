/*
 * The status as terminal, JSON, report and console read it: what the ledger says, and the sums over
 * it. Documents are counted, never attempts, and nothing is extrapolated. For report/ and console/.
 */
#pragma once

#include "ledger/gates.h"
#include "report/findings.h"
#include "report/rereading.h"
#include "report/settings.h"
#include "report/signed.h"
#include "report/verified.h"

struct type_row {
    const char *type; /* borrowed from the tallies */
    int64_t total, done, failed;
};

/* The application's rows. */
struct status_rows {
    bool are_counted; /* false: too many to count in a moment, or unreadable */
    int64_t rows, with_metadata;
    char why[256]; /* not "": the tables cannot be read */
};

/* Documents that a person took from their patients, and that are with nobody. */
struct taken_row {
    char *who;
    int64_t documents, at_us; /* when the last one was taken */
};

struct status {
    struct status_settings settings;
    int64_t at_us; /* when it was read */
    struct ledger_tally *tallies;
    size_t tally_count;
    struct ledger_run *runs;
    size_t run_count;
    struct ledger_census census;
    struct findings findings;
    int64_t states[LEDGER_STATES];
    int64_t undone; /* of those that are waived: taken back */
    int64_t linked, unlinked, review, bytes_stored;
    struct ledger_upload_counts uploads;
    int64_t witnessed;       /* proven by FileMaker's own MD5 */
    struct taken_row *taken; /* of those that are unlinked */
    size_t taken_count;
    struct type_row *types;
    size_t type_count;
    int64_t tries_failed;                       /* tries that failed, over all runs          */
    int64_t in_doubt;                           /* waiting, after at least one such try      */
    int64_t kept_marks;                         /* done, though the source edits the mark    */
    struct ledger_wait waits[LEDGER_WAITS_MAX]; /* why those in doubt wait                   */
    size_t wait_count;
    double rate;             /* documents settled per second in the last minute; 0: none */
    struct ledger_took took; /* for documents that became done in the last minute  */
    struct status_rows rows;
    struct verified verified;
    struct ledger_gate gate;    /* of the runs under way, together; the slowest average */
    int gates;                  /* how many runs told theirs                            */
    struct rereading rereading; /* what was read again in turn */
    struct signed_off signed_off;
};

/* Documents that the source has; those that are gone are counted apart. */
int64_t status_total(const struct status *s);

/* Documents stored or done: their bytes are in the store. */
int64_t status_stored(const struct status *s);

/* Failed documents of a class. */
int64_t status_class_count(const struct status *s, enum failure_kind failure);

/* The classes of the failed documents, the most frequent first. Returns how many there are. */
size_t status_causes(const struct status *s, enum failure_kind causes_r[FAILURES]);

/* Documents whose patient is not known yet: nobody took them from their patients. */
int64_t status_unknown_patients(const struct status *s);

/* What the store costs in a month. */
double status_cost(const struct status *s);

/* Whether a run moved documents. All others did what a person told them. */
bool status_run_moved(const struct ledger_run *run);

/* Whether it is moving documents now: it neither ended nor died. */
bool status_run_moves(const struct ledger_run *run);

/* The newest run that is moving documents; NULL if none is under way. */
const struct ledger_run *status_run_open(const struct status *s);

/* Tries that succeeded, over all runs. */
int64_t status_tries_good(const struct status *s);
