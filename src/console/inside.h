/* What the parts of the console share. For src/console alone. */
#pragma once

#include "base/cancel.h"
#include "base/clock.h"
#include "console/cursor.h"
#include "console/settings.h"
#include "console/totp.h"
#include "engine/engine.h"
#include "report/status.h"

struct console_db;
struct live;
struct readers;
struct throttle;
struct view_log;

/* Made once at the start and not changed while requests are answered; its parts lock themselves. */
struct console {
    const struct console_settings *settings;
    const struct engine_settings *engine; /* ledger, registry, store */
    const struct status_settings *status;
    const char *practice; /* as the pages name it */
    const struct clock *clock;
    struct cancel *cancel;
    struct cursor_key cursor_key;
    struct console_db *db;
    struct readers *readers;
    struct view_log *views;
    struct live *live;
    struct throttle *logins, *requests;
    uint8_t key[TOTP_KEY_SIZE]; /* seals second factors */
};
