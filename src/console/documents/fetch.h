/*
 * Hashed before handed out: reads a document's bytes from the store. Wrong ones are given to nobody,
 * and the document is shown to nobody from then on.
 */
#pragma once

#include "console/documents/handing.h"
#include "console/server/range.h"

/* Bytes that are not the document's own. */
struct fetch_wrong {
    const char *kind; /* "object-missing", "object-size", "object-hash"; NULL: they are its own */
    struct err why;
};

/*
 * Reads all bytes of a document for nobody's eyes, and compares their hash with the ledger's.
 *   to        gets the bytes, nothing if they are wrong; its cap is at least the document's size
 *   wrong_r   whether they are; saying so is left to the caller
 * Fails as store_get().
 */
must_check bool fetch_compared(struct console *console, const struct visible *document,
                               struct str *to, struct fetch_wrong *wrong_r, struct err *err);

/*
 * Reads all bytes of a document, and compares their hash with the one that the ledger has.
 *   handing   who asks; nothing is noted unless the bytes are wrong
 *   to        gets the bytes; its cap is at least the document's size
 * Refuses with PROBLEM_NOT_THERE: they are wrong, or not there. Fails as store_get().
 */
must_check bool fetch_whole(struct exchange *x, const struct visible *document,
                            const struct handing *handing, struct str *to, struct err *err);

/* As much of a document as a range has, read as it is sent. */
struct fetching;

/*
 * Opens a document in the store, to be sent as it is read, and notes that it is given.
 *   handing       taken over
 *   fetching_r    caller frees with fetching_free()
 * Refuses and fails as fetch_whole(), as far as that can be known before anything was read, and as
 * handing_note().
 */
must_check bool fetching_new(struct exchange *x, const struct visible *document,
                             const struct range *range, struct handing *handing,
                             struct fetching **fetching_r, struct err *err);
void fetching_free(void *fetching); /* NULL is allowed */

/* The next bytes, as an answer_stream's. False: they were wrong, or the store went away. */
bool fetching_read(void *fetching, char *to, size_t room, size_t *size_r);
