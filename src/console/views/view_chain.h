/*
 * What an entry of the view log says, and the hash that ties it to the one before. The form is
 * promised in docs/access.md to people who check it without this program.
 */
#pragma once

#include "base/digest.h"
#include "sql/sql.h"

/* What was done; docs/access.md says what each means. */
enum view_what {
    VIEW_START, /* of the console: the first entry of each chain */
    VIEW_LOGIN,
    VIEW_LOGOUT,
    VIEW_REFUSED, /* a page without the right to it */
    VIEW_LIST,    /* of a patient's documents       */
    VIEW_SEARCH,
    VIEW_OPEN,
    VIEW_PAGES,
    VIEW_DOWNLOAD,
    VIEW_ZIP,
    VIEW_ONCE,
    VIEW_PRINT,
    VIEW_UPLOAD,
    VIEW_AWAY,
    VIEW_BACK,
    VIEW_EDIT,
    VIEW_LINK,
    VIEW_ACCEPT,
    VIEW_RETRY,
    VIEW_WAIVE,
    VIEW_SIGN,
    VIEW_USER,
    VIEW_TOKEN,
    VIEW_SETTING,
    VIEW_VIEWS_READ,
    VIEW_EXPORT,
    VIEW_WHATS
};

/* "login", "views-read": as the log has it. */
const char *view_what_name(enum view_what what);

/* An entry's columns; numbers that are null in the database are 0. Texts have no control characters. */
struct view_columns {
    int64_t watch, seq, at_us;
    int64_t account, token, session;
    struct span address, what, outcome, row, patient;
    int64_t document;
    struct span detail;
};

/* The present row of a statement that selects them first, in this order. Texts are borrowed from it. */
struct view_columns view_columns_read(const struct sql_rows *rows);

/*
 * The hash of an entry.
 *   before   of the entry before it; of the first: zeroes
 * Fails with ERR_DATA: longer than a mebibyte.
 */
must_check bool view_hash(const struct sha256 *before, const struct view_columns *entry,
                          struct sha256 *hash_r, struct err *err);
