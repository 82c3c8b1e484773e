/* `fmferry status --watch`: the status again and again, until somebody presses Ctrl-C. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "report/status.h"

/*
 * Watches a ledger that another process writes. On a terminal the status is redrawn in place, as
 * much of it as fits; elsewhere one line is written each time. If the ledger cannot be read, it is
 * asked again later.
 *   every_s   seconds between two looks
 *   cancel    ends it
 * Returns the exit code; -1 with `err` set if the output cannot be written.
 */
must_check int watch_status(const struct status_settings *settings, int every_s,
                            const struct cancel *cancel, struct err *err);

/* How a text for people is written to standard output: in colours on a terminal, as wide as it is. */
struct status_form watch_form(void);
