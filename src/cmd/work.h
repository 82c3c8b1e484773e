/* What every command needs that works on the source: configuration, password, gate, signals. */
#pragma once

#include "base/cli.h"
#include "cmd/settings.h"

/* What such a command is told; all borrowed. `mover` has its gate. */
struct work {
    const struct settings *settings;
    struct engine_settings mover;
    struct cancel *cancel;
    const void *options;
};

/*
 * Reads the configuration and the password, listens for signals, and calls `body`.
 *   first   called at the first signal; NULL: the first one cancels
 * The exit code is that of `body`; -1: `err` says why.
 */
int work_do(const struct cli_globals *globals, void (*first)(void), const void *options,
            int (*body)(struct work *work, struct err *err), struct err *err);
