/* What is asked about a page of a document, and what is told. */
#pragma once

#include "base/digest.h"
#include "base/str.h"

enum preview_shape {
    PREVIEW_OK,
    PREVIEW_ENCRYPTED,
    PREVIEW_DAMAGED,
    PREVIEW_TOO_LARGE,
    PREVIEW_NO_PICTURE,
    PREVIEW_DIED,
    PREVIEW_AWAY, /* too many wait for pictures, or the program that makes them is not there */
};

struct preview_job {
    struct span bytes; /* the whole document, compared with its hash; may be "" if it is cached */
    struct sha256 sha256;
    const char *mime;
    int page;             /* from 1                                                              */
    int width;            /* 320, 1200, 2000; 0: text alone                                      */
    const char *password; /* NULL: none; never kept, and what it opens is never cached          */
    int64_t session;      /* whose further pages the same process may draw                       */
    int patience_ms;      /* how long one page may take; 0: as long as people wait               */
};

struct preview_page {
    enum preview_shape shape;
    int pages;         /* of the document; 0: not known                                */
    int width, height; /* of the picture                                               */
    struct str jpeg;   /* "" unless `shape` is PREVIEW_OK, and for a width of 0        */
    struct str text;   /* UTF-8 lines, as read; of plain text beside PREVIEW_NO_PICTURE */
};

void preview_page_clear(struct preview_page *page);
#define auto_preview_page __attribute__((cleanup(preview_page_clear))) struct preview_page

/* Why there is no picture: a sentence for people; "" for PREVIEW_OK. */
const char *preview_words(enum preview_shape shape);
