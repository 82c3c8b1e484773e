/*
 * The console's own database: accounts, sessions, the view log. One connection, lent to one thread
 * at a time for a few short statements.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "sql/sql.h"

struct console_db;

/*
 * Opens it, and makes its tables or brings them up to date.
 *   url    as for sql_open()
 *   db_r   caller closes with console_db_close()
 * Fails as sql_open() and sql_upgrade().
 */
must_check bool console_db_open(const char *url, const struct cancel *cancel,
                                struct console_db **db_r, struct err *err);
void console_db_close(struct console_db *db); /* NULL is allowed; nothing is lent any more */

/* `auto_lent lent = { 0 };` and console_db_borrow(): given back when the scope is left. */
struct console_db_lent {
    struct console_db *db;
    struct sql *sql;
};
void auto_lent_cleanup(struct console_db_lent *lent);
#define auto_lent __attribute__((cleanup(auto_lent_cleanup))) struct console_db_lent

/*
 * Waits for the connection and lends it; one that broke is opened anew first. Nobody may borrow
 * twice, or wait for anything but the database meanwhile.
 * Fails with ERR_DATABASE (still away).
 */
must_check bool console_db_borrow(struct console_db *db, struct console_db_lent *lent,
                                  struct err *err);
