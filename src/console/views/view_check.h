/* Checks the view log: recomputes every chain, and compares it with its seals. One thread. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "sql/sql.h"

/* What was found. */
struct view_checked {
    int64_t watches, entries, seals;
    bool is_unbroken;
    int64_t watch, seq; /* where the log is broken first: the entry; seq 0: the watch itself */
    const char *why;    /* a clause: "its hash is not that of what it says" */
};

/*
 * Reads the whole log.
 *   sql   a connection to the console's database; a reader is enough
 * Fails with ERR_DATABASE, ERR_CANCELED. A broken log is no failure.
 */
must_check bool view_check(struct sql *sql, struct view_checked *checked_r, struct err *err);
