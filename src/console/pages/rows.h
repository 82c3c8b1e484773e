/* Rows of documents, as every list of them has. */
#pragma once

#include "console/documents/visible.h"
#include "console/pages/frame.h"

enum { ROWS_KIND_SIZE = 12 };

/* "PDF" of "application/pdf". Returns `kind`. */
const char *rows_kind(const char *mime, char kind[ROWS_KIND_SIZE]);

/* The text, or a dash instead of "". */
const char *rows_or_dash(const char *text);

/* Writes the table of documents, each with a link to its page; a sentence if there is none. */
void rows_of_documents(struct html_page *page, const struct visible_list *shown);

/* The list in which documents stand: what chooses them, "" where nothing does. */
struct rows_list {
    const char *patient, *type, *from, *to;
};

/*
 * As rows_of_documents(), with a box for each document and what can be done with many, for those who may
 * download.
 */
void rows_to_choose(struct frame *frame, const struct visible_list *shown,
                    const struct rows_list *list);
