/* The console from its start to its end. */
#pragma once

#include "base/cancel.h"
#include "base/err.h"
#include "console/settings.h"
#include "engine/engine.h"
#include "report/status.h"

#include <stdio.h>

/* Writes the report of one state of the ledger, as `fmferry report` does. Any thread. */
typedef bool console_report(void *arg, struct ledger *ledger, FILE *to, struct err *err);

/* What the console works on. Everything is borrowed until console_serve() returns. */
struct console_task {
    const struct console_settings *settings;
    const struct engine_settings *engine;
    const struct status_settings *status;
    const char *practice;
    console_report *report;
    void *report_arg;
    void (*alive)(void *arg); /* called once in a minute, while all goes on */
    void *alive_arg;
    struct cancel *cancel;
};

/* The address to open in a browser, told once the port is open. */
typedef void console_ready(void *arg, const char *url, const char *print);

/*
 * Opens the console and answers until `cancel` is set.
 *   ready   called once; `print` is the certificate's SHA-256 if it was made just now, else NULL
 * Fails with ERR_USAGE (settings that do not fit, a ledger made by a newer program), ERR_OS,
 * ERR_DATABASE.
 */
must_check bool console_serve(const struct console_task *task, console_ready *ready, void *arg,
                              struct err *err);

/* The URL of the console's database: [console] url, or the one beside the ledger. The caller frees. */
char *console_database(const struct console_settings *settings, const char *ledger_url);
