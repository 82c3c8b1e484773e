/*
 * A page of a document as a picture, and its words. The bytes are fetched and compared only where
 * the cache has no picture of them. The caller has noted that the document was opened.
 */
#pragma once

#include "console/documents/visible.h"
#include "console/preview/preview.h"

/* Of a document that is drawn; a larger one is only downloaded. */
enum { PICTURE_DOCUMENT_MAX = 256 * 1024 * 1024, PICTURE_PAGES_MAX = 2000, PICTURE_WIDTH = 1200 };

struct picture_choice {
    int page, width;      /* as of a preview_job                 */
    const char *password; /* NULL: none; it is used and forgotten */
};

/*
 * Reads the page and width that an address asks for: {n} of the path or ?page=, and ?w=.
 *   page   the page's text; NULL or "": 1
 * Refuses with PROBLEM_BAD_REQUEST.
 */
must_check bool picture_read(struct exchange *x, const char *page, struct picture_choice *choice_r);

/*
 * Draws a page; what cannot be drawn has a `shape` that says why.
 *   page_r   the caller clears it
 * Refuses and fails as fetch_whole() and preview_draw().
 */
must_check bool picture_draw(struct exchange *x, const struct visible *document,
                             const struct picture_choice *choice, struct preview_page *page_r,
                             struct err *err);
