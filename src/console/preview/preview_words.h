/*
 * All words of a document, page by page, for the index: made by a process of their own, which runs
 * with the priority of the thread that asks, and takes no place of those in which people's pages
 * are drawn. Nothing is kept.
 */
#pragma once

#include "console/preview/preview.h"

/* Of one document: later pages, and pages behind so many bytes, are left out. */
enum { WORDS_PAGES_MOST = 2000, WORDS_BYTES_MOST = 8 << 20 };

/* Which words are wanted, and what was found out about those that are not. */
struct words_wish {
    const char *languages; /* of scans, whose words are read, too: "deu+eng"; NULL: not of scans */
    bool has_scans_r;      /* a page has a picture and no words                                  */
};

/*
 * Reads a document's pages in order.
 *   job       its page and width do not matter
 *   page      called with each page that has words: UTF-8, borrowed for the call
 *   shape_r   PREVIEW_OK: all pages were read; PREVIEW_NO_PICTURE: of its kind no words are known;
 *             what else there may be has pages before it that are to be dropped
 * Fails with ERR_CANCELED.
 */
must_check bool preview_words_read(struct console *console, const struct preview_job *job,
                                   struct words_wish *wish, const struct cancel *cancel,
                                   void (*page)(void *arg, int number, struct span text), void *arg,
                                   enum preview_shape *shape_r, struct err *err);

/* Tells which words can be read here, to see whether that has changed. The caller frees. */
char *preview_words_kinds(const struct console *console);
