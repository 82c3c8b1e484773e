/* `fmferry status --watch`: the status again and again, until somebody presses Ctrl-C. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "cmd/settings.h"
#include "report/status.h"

/*
 * Watches a ledger that another process writes. On a terminal the status is redrawn in place, as
 * much of it as fits; elsewhere one line is written each time. A ledger that cannot be read at the
 * moment is asked again.
 *   every_s   seconds between two looks
 * The result is the exit code; -1 with `err` set if the output cannot be written.
 */
must_check int watch_status(const struct settings *settings, int every_s, struct err *err);

/* What status needs to know of the configuration; borrowed. */
struct status_settings watch_settings(const struct settings *settings);

/* Whether standard output is a terminal that understands what moves its cursor. */
bool watch_on_terminal(void);

/* The width of the terminal; 0 if standard output is none. */
int watch_columns(void);
