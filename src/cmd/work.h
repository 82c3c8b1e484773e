/*
 * The start-up of every command that reads the configuration. A command names what it needs and a
 * body; work_do() makes that ready in one order, calls the body, and cleans up after it.
 */
#pragma once

#include "base/cli.h"
#include "cmd/settings.h"
#include "ledger/ledger.h"

/* The parts that a command may need beside the configuration; a set. */
enum work_need {
    WORK_SIGNALS = 1 << 0,  /* Ctrl-C and SIGTERM cancel, instead of ending the process */
    WORK_FINISHES = 1 << 1, /* with WORK_SIGNALS: the first one lets a run finish       */
    WORK_NEXUS = 1 << 2,    /* the application must be Nexus                            */
    WORK_SOURCE = 1 << 3,   /* FileMaker's password                                     */
    WORK_STORE = 1 << 4,    /* the store's credentials                                  */
    WORK_TRAITS = 1 << 5,   /* with WORK_STORE: what the last probe found out about it  */
    WORK_GATE = 1 << 6,     /* the gate before FileMaker                                */
    WORK_LEDGER = 1 << 7,   /* a reader of the ledger                                   */
    WORK_NOTIFY = 1 << 9,   /* the webhook's address, if there is one                   */
    WORK_SIGN_IN = 1 << 10, /* the way to Claris, for `login`                          */
    WORK_SHOWN = 1 << 8,    /* what the meter says is shown while the body works        */
};

/* The state that the body gets; it may change the settings. */
struct work {
    struct settings settings;
    struct cancel *cancel;
    struct ledger *ledger; /* NULL without WORK_LEDGER */
    struct meter *meter;   /* what is done is counted here; the settings have it, too */
    const void *options;   /* the command's own        */
};

/*
 * Prepares what is needed and calls `body`.
 *   needs     a set of enum work_need
 *   options   passed on to `body`
 * Returns the exit code of `body`; -1: `err` says why.
 */
int work_do(const struct cli_globals *globals, unsigned needs, const void *options,
            int (*body)(struct work *work, struct err *err), struct err *err);
