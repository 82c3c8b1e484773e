/* How a migration stands, computed from the ledger: for a terminal and as JSON. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/ledger.h"
#include "report/settings.h"
#include "json/writer.h"

struct status;

/*
 * Reads everything from one state of the ledger. Nothing is written and nobody is held up.
 *   status_r   caller frees with status_free() (or auto_status); borrows the texts of `settings`
 * Fails with ERR_DATABASE, ERR_CANCELED.
 */
must_check bool status_read(struct ledger *ledger, const struct status_settings *settings,
                            struct status **status_r, struct err *err);

/* As status_read(), within a reading transaction of the caller's. */
must_check bool status_read_within(struct ledger *ledger, const struct status_settings *settings,
                                   struct status **status_r, struct err *err);
void status_free(struct status *status); /* NULL is allowed */
void auto_status_cleanup(struct status **status);
#define auto_status __attribute__((cleanup(auto_status_cleanup))) struct status

/* Writes the status as JSON; the shape is in docs/json.md. */
void status_json(const struct status *status, struct str *to);

/* Writes the runs alone: the array that the status has as "runs". */
void status_runs_json(const struct status *status, struct json_writer *w);

/* Adds a sentence without its full stop: whether a run is under way, how fast, until when. */
void status_when(const struct status *status, struct str *to);

struct status_form {
    bool colour; /* for a terminal that has it                              */
    int columns; /* lines are folded and tables narrowed to it; 0: no limit */
};

/* Writes the status for people. */
void status_text(const struct status *status, struct status_form form, struct str *to);

/* Writes a sentence, folded to the same width and ended by a newline. */
void status_sentence(const char *text, struct status_form form, struct str *to);

/* Writes one line, for a log that follows a run. */
void status_line(const struct status *status, struct str *to);

/* Whether every document is done, waived or gone, and the census is closed. */
bool status_is_complete(const struct status *status);
