/* Shows how a run goes: a display on a terminal, plain lines elsewhere. */
#pragma once

#include "run/run.h"

struct progress;

struct progress *progress_new(void);

/* Takes the display away and frees. NULL is allowed. */
void progress_free(struct progress *progress);

/* Hands the display to run_all(). */
struct run_watcher progress_watcher(struct progress *progress);
