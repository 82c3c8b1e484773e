/* Tells people how a run gets on, by a thread of its own: no way that is slow or dead holds a run up. */
#pragma once

#include "cmd/settings.h"
#include "run/run.h"

struct notifier;

/*
 * Starts the thread. All is borrowed. NULL, which the other functions allow: nobody wants to be told.
 *   gate   says whether these are quiet hours; may be NULL
 */
struct notifier *notifier_new(const struct notify_settings *settings, struct gate *gate);

/* Looks at the run; called now and then by one thread. */
void notifier_look(struct notifier *notifier, const struct run_view *view);

/* Tells how it ended, waits until that is sent or its time is over, and frees. `err`: as notice_end(). */
void notifier_end(struct notifier *notifier, const struct run_result *result,
                  const struct err *err);
