/*
 * What the console writes for people: uploads, and rows that are taken away or brought back. It is one run
 * on the source of uploads, begun with the first of them, which lasts until the console ends. What a
 * console that died left behind is finished first (settle.h). Any thread.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "engine/engine.h"

struct uploads;

/*
 * Writes nothing yet.
 *   settings   of the migration, whose ledger, registry and store are used; borrowed
 * The caller frees.
 */
struct uploads *uploads_new(const struct engine_settings *settings, struct cancel *cancel);

/* Ends the run; what goes wrong is said in the log. NULL is allowed. */
void uploads_free(struct uploads *uploads);

/*
 * Finishes what a dead console left, if there is anything: to be called at the start, and now and then.
 * What goes wrong is said in the log, and tried again the next time.
 */
void uploads_tend(struct uploads *uploads);

/* The name of the source of uploads. */
const char *uploads_source(const struct uploads *uploads);
const struct engine_settings *uploads_settings(const struct uploads *uploads);

/*
 * The detector of kinds, made when it is first wanted: it takes megabytes. Fails with ERR_OS.
 */
must_check bool uploads_detector(struct uploads *uploads, struct type_detector **detector_r,
                                 struct err *err);

/* The run, for as long as somebody uses it. */
struct uploads_use {
    struct uploads *uploads;
    struct writer *writer;
};

/*
 * Begins to use the run, which is begun if none is open.
 * Fails with ERR_USAGE (the store is another one, another machine has the ledger), ERR_DATABASE, ERR_OS,
 * ERR_CANCELED.
 */
must_check bool uploads_use(struct uploads *uploads, struct uploads_use *use_r, struct err *err);
void uploads_use_end(struct uploads_use *use); /* `{ 0 }` is allowed */
#define auto_uploads_use __attribute__((cleanup(uploads_use_end))) struct uploads_use

/* Says that the writer failed: if it can write no more, the next use begins another run. */
void uploads_failed(struct uploads *uploads, const struct err *why);
