/*
 * Documents that people take away, and bring back: noted before, and after. Nothing is removed: the
 * application's row says by is_active whether its document is to be seen.
 */
#pragma once

#include "console/documents/visible.h"
#include "console/server/cursor.h"
#include "console/server/exchange.h"

enum { AWAY_REASON_MOST = 1000 };

/*
 * Takes a document away, or brings it back if it is away.
 *   reason   in the words of the one who asks, for the view log; perhaps ""
 * Refuses an application that has no column for it, and a reason that is too long. Fails as
 * change_active() and view_of().
 */
must_check bool away_change(struct exchange *x, const struct visible *document, const char *reason,
                            struct err *err);

/* A page of what was taken away. */
struct away_list {
    struct visible_list shown;
    int64_t hidden;              /* rows of this page that are not verified */
    char next[CURSOR_TEXT_SIZE]; /* "": there are no more                   */
};
void away_list_clear(struct away_list *list);
#define auto_away_list __attribute__((cleanup(away_list_clear))) struct away_list

/*
 * Lists what was taken away, of the patient in ?patient= or of all, from ?cursor= on; noted.
 *   limit    at most VISIBLE_MOST
 *   list_r   the caller clears it
 * Refuses with PROBLEM_NOT_THERE a patient whom the application does not have. Fails with
 * ERR_DATABASE, ERR_DATA (a foreign cursor).
 */
must_check bool away_page(struct exchange *x, int64_t limit, struct away_list *list_r,
                          struct err *err);
