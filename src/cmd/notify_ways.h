/* The ways by which a notice goes out: a command, a webhook, mail. Each has its time, and is tried once. */
#pragma once

#include "cmd/notice.h"
#include "cmd/settings.h"

enum notify_shape { NOTIFY_JSON, NOTIFY_SLACK, NOTIFY_TEAMS, NOTIFY_NTFY };

/* Whether any way is set. */
bool notify_is_set(const struct notify_settings *settings);

/*
 * Sends a notice by every way that is set. The failure of one does not keep the others from theirs.
 * Fails with the error of the last that failed; it never has the webhook's address.
 */
must_check bool notify_send(const struct notify_settings *settings, const struct notice *notice,
                            struct err *err);
