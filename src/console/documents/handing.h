/*
 * Who is given which document: what of a request must outlive it, for bytes that are still on their
 * way when the request is answered, and for what has to be said if they turn out wrong.
 */
#pragma once

#include "console/documents/visible.h"
#include "console/server/exchange.h"
#include "console/views/view_chain.h"

enum { HANDING_ADDRESS_SIZE = 64 };

struct handing {
    struct console *console;
    enum view_what what; /* VIEW_DOWNLOAD, VIEW_OPEN */
    bool is_upload;      /* the document */
    int64_t document, account, token, session;
    char row[UUID_TEXT_SIZE], address[HANDING_ADDRESS_SIZE];
    char *patient, *detail; /* NULL: none */
};

/* Of the one who asks. `detail` may be NULL and is copied, as the rest. The caller clears it. */
struct handing handing_of(const struct exchange *x, const struct visible *document,
                          enum view_what what, const char *detail);
void handing_clear(struct handing *handing);
#define auto_handing __attribute__((cleanup(handing_clear))) struct handing

/* Notes it before anything is given. Fails as view_note(). */
must_check bool handing_note(const struct handing *handing, struct err *err);

/*
 * Says that the bytes were not the document's own: in the ledger, so that nobody is shown it from now
 * on, and in the view log, with the outcome "broken". What goes wrong is said in the log.
 *   kind   "object-missing", "object-size", "object-hash"
 */
void handing_was_wrong(const struct handing *handing, const char *kind, const struct err *why);
