/*
 * The last day, in steps that are commands of their own: so each can be broken off and done again, and
 * nothing is ever taken back. The steps share one state; each returns an exit code, EXIT_DONE: go on.
 *
 *   cutover         the command, and the order of the steps
 *   cutover_steps   the steps
 *   cutover_words   what is said and asked
 */
#pragma once

#include "cmd/notifier.h"
#include "cmd/work.h"

struct cutover_options {
    const char *certificate, *frozen_by;
    bool rehearse;
};

struct cutover {
    struct work *work;
    const struct cutover_options *options;
    struct notifier *notifier;
    char *by; /* who says that nobody works in FileMaker any more */
    int64_t count_us,
        proof_us; /* measured by the rehearsal: a count of the source, a verification */
    /* On the wall clock: when the work was said to have stopped, when nothing was left to move, when it was proved. */
    int64_t frozen_us, moved_us, proved_us;
    struct run_result last; /* how the newest run of these ended */
    int64_t late;           /* records that came or changed since, in this round */
};

/* --- the steps; -1: `err` says why ------------------------------------------------------------- */

/* Moves everything that is there, while people work. */
int cutover_move(struct cutover *c, struct err *err);

/* Counts the source again, when everything has moved; sets `late`. */
int cutover_count(struct cutover *c, int64_t *took_us_r, struct err *err);

/*
 * Compares everything, as the certificate does.
 *   certificate   where it is written; NULL: none
 * Adds to `late` what came, changed or went at the source meanwhile.
 */
int cutover_prove(struct cutover *c, const char *certificate, int64_t *took_us_r, struct err *err);

/* Notes the end in the ledger. Fails with ERR_DATABASE. */
must_check bool cutover_note(const struct cutover *c, struct err *err);

/* --- what is said ------------------------------------------------------------------------------ */

enum { CUTOVER_STEPS = 6 };

/* "2 of 6  ..." */
void cutover_step_say(int step, const char *what);

/* How long FileMaker will have to stand still. */
void cutover_forecast_say(const struct cutover *c);

/* What to do now, and what fmferry does not do. */
void cutover_freeze_say(void);

/*
 * Asks who says that nobody works in FileMaker any more. Sets `by` and `frozen_us`.
 * Returns EXIT_DONE; EXIT_LEFT: not yet, or nobody is there to be asked; -1: ERR_CANCELED.
 */
int cutover_freeze_ask(struct cutover *c, struct err *err);

/* Somebody works there still. */
void cutover_late_say(const struct cutover *c);

/* The end: the times, and what comes next. */
void cutover_end_say(const struct cutover *c);

/* It ends before its end: nothing has to be taken back. */
void cutover_broken_say(const struct cutover *c);
