/* Notes that somebody opened a document, once for all that is shown of it within a quarter of an hour. */
#pragma once

#include "console/documents/visible.h"
#include "console/server/exchange.h"

enum { OPENED_MINUTES = 15 };

/*
 * Notes the entry "open", unless this session (or token) has one about this document that is not
 * older than OPENED_MINUTES. On success, what is of the document may be shown.
 * Fails as view_note(), and with ERR_DATABASE.
 */
must_check bool opened_note(struct exchange *x, const struct visible *document, struct err *err);

/*
 * The same for a glance at a document in a list: the entry "pages", unless there is one of either kind.
 * Fails as opened_note().
 */
must_check bool opened_glance_note(struct exchange *x, const struct visible *document,
                                   struct err *err);
