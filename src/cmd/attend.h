/* A run that is attended: by the display, by those who are told, and by the service manager that started it. */
#pragma once

#include "cmd/notifier.h"
#include "cmd/work.h"
#include "run/run.h"

/*
 * One run, attended, and its end printed. The work needs what `fmferry run` needs.
 *   notifier   may be NULL
 *   command    what goes on from here if it is interrupted: "fmferry run"
 * Fails as run_all().
 */
must_check bool attended_run(struct work *work, struct notifier *notifier, const char *command,
                             struct run_result *result_r, struct err *err);
