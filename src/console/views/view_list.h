/* Reads the view log: chosen entries, newest first for pages, oldest first for an export. */
#pragma once

#include "console/server/cursor.h"
#include "console/views/view_chain.h"
#include "sql/sql.h"

/* Which entries. Zero and NULL choose all. Texts are borrowed. */
struct view_choice {
    int64_t account;
    const char *row, *patient, *what; /* exactly these; "" is as NULL */
    int64_t from_us, to_us;           /* `to_us` is the first moment that is not chosen any more */
    struct cursor behind; /* time, watch and number of the last entry of the page before */
    int64_t limit;
};

/* An entry, borrowed for the call. */
struct view_seen {
    struct view_columns columns;
    struct span who; /* the account's name as it is typed, or that of a token; "" */
    struct span hash;
};
typedef bool view_seen_row(void *arg, const struct view_seen *seen);

/*
 * Calls `row` for each chosen entry, newest first, until it returns false.
 * Fails with ERR_DATABASE.
 */
must_check bool view_list_each(struct sql *sql, const struct view_choice *choice,
                               view_seen_row *row, void *arg, struct err *err);

/* The same for all entries of a time, oldest first: nothing but the times of `choice` counts. */
must_check bool view_list_export(struct sql *sql, const struct view_choice *choice,
                                 view_seen_row *row, void *arg, struct err *err);

/* The account of a name as it is typed; 0: there is none. Fails with ERR_DATABASE. */
must_check bool view_account(struct sql *sql, const char *name, int64_t *account_r,
                             struct err *err);

/*
 * Reads days, "2026-12-01", as the practice's clock has them.
 *   from, to   the first and the last day; NULL or "": no end
 * Fails with ERR_DATA.
 */
must_check bool view_days_read(const char *from, const char *to, struct view_choice *choice,
                               struct err *err);

/* The cursor of an entry, for the page behind it. */
struct cursor view_cursor(const struct view_seen *seen);

/* The head line of a CSV, and an entry as a line of it; no cell is a formula to a spreadsheet. */
const char *view_csv_head(void);
void view_csv_add(struct str *to, const struct view_seen *seen);
