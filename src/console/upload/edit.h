/*
 * Type and date of an upload, as people correct them: noted before, and after. Of a document that was moved,
 * FileMaker's values stand: they are corrected there, and the next run brings them.
 */
#pragma once

#include "console/documents/visible.h"
#include "console/server/exchange.h"

enum { EDIT_REASON_MOST = 1000 };

/* As the document shall be. Borrowed. */
struct edit_wish {
    const char *type, *day; /* "Letter"; "2024-03-01", or "" */
    const char *reason;     /* in the words of the one who asks; perhaps "" */
};

/*
 * Changes an upload; nothing is written if it is so already.
 *   document   as the one who asks saw it
 * Refuses a document that was moved, one that was changed meanwhile, a type or a day that is none, and a
 * reason that is too long. Fails as change_upload(), places_store() and view_of().
 */
must_check bool edit_change(struct exchange *x, const struct visible *document,
                            const struct edit_wish *wish, struct err *err);

/* Refuses a document that was moved from FileMaker. */
must_check bool edit_is_allowed(struct exchange *x, const struct visible *document);
