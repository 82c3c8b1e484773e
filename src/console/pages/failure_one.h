/* One failure by its document's number, as pages and programs ask for it. */
#pragma once

#include "console/server/cursor.h"
#include "console/server/exchange.h"
#include "ledger/read.h"

/* Writes the place behind a document in the list of a class, as `cursor` (cursor.h). Returns `text`. */
const char *failures_place(const struct exchange *x, const char *class, int64_t document,
                           char text[CURSOR_TEXT_SIZE]);

/*
 * Reads `?class=` and a place in its list, for pages and programs alike. Refuses an unknown class,
 * and a place that failures_place() did not write for it since the console was started.
 */
must_check bool failures_asked(struct exchange *x, const char *place, const char **class_r,
                               int64_t *after_r);

/*
 * Calls `each` with the failure that the path's {document} names; it borrows it.
 * Refuses a document that is not there, has not failed, and waits after no failure. Fails with
 * ERR_DATABASE, ERR_DATA.
 */
must_check bool failure_find(struct exchange *x, struct ledger *ledger,
                             bool (*each)(void *arg, const struct ledger_failure *failure),
                             void *arg, struct err *err);
