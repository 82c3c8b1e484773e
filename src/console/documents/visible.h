/*
 * Verified or invisible: which documents may be shown to people. A row of the application is shown
 * if all of this holds, asked afresh each time:
 *
 *   the application has the row, and nobody took it away
 *   the ledger's document of this row is stored or done, by the version that has the row's key
 *   that version is the document's present one, is stored, and its SHA-256 is known
 *   row and ledger name the same patient
 *   no finding about the document is open
 *
 * What the application itself wrote is not in the ledger, and not shown.
 */
#pragma once

#include "base/digest.h"
#include "base/uuid.h"
#include "console/server/exchange.h"
#include "ledger/shown.h"

enum { VISIBLE_MOST = 200 };

/* A document that may be shown. Texts are "" where there is none. */
struct visible {
    struct uuid row;
    int64_t document, epoch, record_id, size, stored_us;
    char *patient; /* the application's id, as the ledger has it; NULL: not linked */
    char *key, *type;
    char *mime; /* by its bytes, as the ledger has it */
    char *name; /* the file's own */
    char *day;  /* "2024-03-01"   */
    struct sha256 sha256;
    bool is_upload; /* not moved from FileMaker */
    bool is_away;   /* people took it away: to be shown to those alone who may bring it back */
};

struct visible_list {
    struct visible *items;
    size_t count;
};

void visible_list_clear(struct visible_list *list);
#define auto_visible_list __attribute__((cleanup(visible_list_clear))) struct visible_list

/*
 * Asks which of the rows may be shown: one statement for the application, one for the ledger.
 *   rows     of any number of patients, none twice
 *   count    at most VISIBLE_MOST
 *   list_r   those that may be shown, in the order of `rows`; the caller clears it
 * Any thread. Fails with ERR_DATABASE.
 */
must_check bool visible_ask(struct console *console, const struct uuid *rows, size_t count,
                            struct visible_list *list_r, struct err *err);

/*
 * As visible_ask(), of one row as it stands in an address. Refuses with PROBLEM_NOT_THERE what is
 * no row, and what may not be shown: nobody can tell the one from the other.
 *   list_r   with one item; the caller clears it
 */
must_check bool visible_one(struct exchange *x, const char *row, struct visible_list *list_r,
                            struct err *err);

/*
 * As visible_ask() and visible_one(), of documents that were taken away: those that could be shown
 * else. Whoever has the right `away` may know of them.
 */
must_check bool visible_ask_away(struct console *console, const struct uuid *rows, size_t count,
                                 struct visible_list *list_r, struct err *err);
must_check bool visible_one_away(struct exchange *x, const char *row, struct visible_list *list_r,
                                 struct err *err);

/* The row that shows a document of the ledger. */
struct uuid visible_row(const struct console *console, const struct ledger_shown *shown);

/* How many documents of a patient the application has, shown or not. Fails with ERR_DATABASE. */
must_check bool visible_count_of_patient(struct console *console, const char *patient,
                                         int64_t *count_r, struct err *err);
