/*
 * The view log: who saw or did what, noted before it is shown. One chain of hashes for each start
 * of the console (a "watch"). Entries that come at the same time are committed together: the first
 * thread that comes writes for all that wait. Any thread.
 */
#pragma once

#include "base/clock.h"
#include "console/console_db.h"
#include "console/server/exchange.h"
#include "console/views/view_chain.h"

struct view_log;

/*
 * What is noted. Texts are borrowed for the call; NULL is "". They are kept as foreign_add() shows
 * them, on one line, and cut after 2,000 characters.
 */
struct view_entry {
    enum view_what what;
    const char *outcome; /* NULL: "ok" */
    const char *row;     /* the registry's row of a document */
    const char *patient; /* the application's id */
    int64_t document;    /* the ledger's number; 0: none */
    const char *detail;
    int64_t account, token, session; /* who; 0: none */
    const char *address;
};

/*
 * Begins a watch and its chain, whose first entry names the head of the chain before.
 *   db, clock   outlive the log
 *   log_r       caller ends with view_log_close()
 * Fails with ERR_DATABASE.
 */
must_check bool view_log_open(struct console_db *db, const struct clock *clock,
                              struct view_log **log_r, struct err *err);

/* Seals the chain and ends the watch; what goes wrong is said in the log. NULL is allowed. */
void view_log_close(struct view_log *log);

/*
 * Notes entries, in this order. True: they are committed, and what they tell of may be shown.
 *   count   1 or more
 * The caller lends nothing from the console's database meanwhile (console_db.h).
 * Fails with ERR_DATABASE (SQL_AWAY, whatever the cause: nothing may be shown now).
 */
must_check bool view_note(struct console *console, const struct view_entry *entries, size_t count,
                          struct err *err);

/*
 * As view_note(), one entry by the one who asks. It may name an account itself: of somebody who is
 * about to log in.
 */
must_check bool view_of(struct exchange *x, struct view_entry entry, struct err *err);

/* Seals the chain if it is time to; to be called now and then. What goes wrong is said in the log. */
void view_log_tend(struct view_log *log);
