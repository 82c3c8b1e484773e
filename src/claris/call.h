/* One call of Cognito over the network. Private to claris/. */
#pragma once

#include "base/cancel.h"
#include "claris/settings.h"
#include "claris/wire.h"

/*
 * Makes a call.
 *   action   CLARIS_INITIATE, which is sent again a few times while the service is away or has too much to do;
 *            CLARIS_RESPOND, which is good for once
 *   reply    begun by claris_reply_init()
 */
must_check bool claris_call(const struct claris_settings *settings, const struct cancel *cancel,
                            const char *action, struct span body, struct claris_reply *reply,
                            struct err *err);
