/* What the parts of the console share. For src/console alone. */
#pragma once

#include "base/cancel.h"
#include "base/clock.h"
#include "console/people/totp.h"
#include "console/server/cursor.h"
#include "console/settings.h"
#include "engine/engine.h"
#include "report/status.h"

#include <stdio.h>

struct causes_kept;
struct console_db;
struct index_store;
struct indexer;
struct live;
struct once;
struct orders;
struct places;
struct preview;
struct readers;
struct tasks;
struct throttle;
struct uploads;
struct view_log;

/* Documents that one person, or one program, may take within an hour. */
enum { CONSOLE_TAKINGS = 2000 };

/* Made once at the start and not changed while requests are answered; its parts lock themselves. */
struct console {
    const struct console_settings *settings;
    const struct engine_settings *engine; /* ledger, registry, store */
    const struct status_settings *status;
    const char *practice; /* as the pages name it */
    bool (*report)(void *arg, struct ledger *ledger, FILE *to, struct err *err); /* serve.h */
    void *report_arg;
    void (*alive)(void *arg); /* called once in a minute */
    void *alive_arg;
    const struct clock *clock;
    struct cancel *cancel;
    struct cursor_key cursor_key;
    struct console_db *db;
    struct readers *readers;
    struct places *places;
    struct preview *preview;
    struct uploads *uploads;
    struct view_log *views;
    struct live *live;
    struct causes_kept *causes;
    struct index_store *index;
    struct indexer *indexer;
    struct once *once;     /* links for one GET */
    struct orders *orders; /* for ZIPs */
    struct tasks *tasks;
    struct throttle *logins, *requests;
    struct throttle *takings;   /* of documents, for each account or token */
    uint8_t key[TOTP_KEY_SIZE]; /* seals second factors */
};
