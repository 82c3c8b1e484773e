/* Who attends a run: the display, and the service manager that started it, if one did. */
#pragma once

#include "cmd/notifier.h"
#include "run/run.h"

struct attending;

/* `notifier` may be NULL. */
struct attending *attend_new(struct notifier *notifier);

/* Hands all who attend to run_all(). */
struct run_watcher attend_watcher(struct attending *attending);

/* Takes the display away, tells the others that it is over, and frees. NULL is allowed. */
void attend_end(struct attending *attending);
