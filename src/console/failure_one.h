/* One failure by its document's number, as pages and programs ask for it. */
#pragma once

#include "console/exchange.h"
#include "ledger/read.h"

/* Reads `?class=` and a place in the list, for pages and programs alike. Refuses what is neither. */
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
