/*
 * Gives a document's file: noted before the first byte leaves, and hashed before it is handed out.
 * Up to 8 MiB it is read and compared first, then sent; a larger one is hashed while it is sent,
 * and the connection breaks before its end if it is wrong.
 */
#pragma once

#include "console/documents/visible.h"
#include "console/server/exchange.h"

/*
 * Answers with the file, as an attachment under its own name, or with a part of it (Range), or with
 * 304 (If-None-Match) or 412 (If-Match). HEAD gives the headers alone.
 * Refuses with PROBLEM_TOO_MANY: one person took too many documents within an hour. Fails as
 * fetch_whole() and view_note().
 */
must_check bool deliver(struct exchange *x, const struct visible *document, struct err *err);
