/*
 * What the console and fmferry-preview say to each other, over a socket that keeps messages apart.
 * The worker says hello once it is locked. Then each request gets one answer. With the first
 * request come two descriptors: the document, sealed, and the room that pictures and text are
 * written to. The console made both and trusts nothing that stands in the room.
 */
#pragma once

#include <stdint.h>

enum {
    WIRE_MAGIC = 0x46505631, /* changes with every change of this file */
    WIRE_FD = 3,             /* the worker's end of the socket */
    WIRE_IDLE_S = 30,        /* after its first answer a worker waits so long for another request */
    WIRE_JPEG_MAX = 16 << 20,
    WIRE_TEXT_MAX = 1 << 20,
    WIRE_ROOM = WIRE_JPEG_MAX + WIRE_TEXT_MAX, /* the picture, and from WIRE_JPEG_MAX on the text */
    WIRE_WIDTH_MAX = 2000,
    WIRE_HEIGHT_MAX = 4096,
    WIRE_PAGES_MAX = 2000, /* later pages of a document are not drawn */
    WIRE_COUNT_MAX = 1 << 20,
    WIRE_FILE_MAX = 256 << 20,
    WIRE_MIME_SIZE = 64,
    WIRE_PASSWORD_SIZE = 128,
};

enum wire_shape {
    WIRE_OK,
    WIRE_ENCRYPTED,
    WIRE_DAMAGED,
    WIRE_TOO_LARGE,
    WIRE_NO_PICTURE,
};

struct wire_hello {
    uint32_t magic;
    int32_t landlock; /* version of the kernel's interface that was used; 0: the kernel has none */
    int32_t seccomp;  /* 1: the kernel filters system calls */
};

struct wire_request {
    uint32_t magic;
    int32_t page;                      /* from 1                                        */
    int32_t width;                     /* 0: text alone                                 */
    char mime[WIRE_MIME_SIZE];         /* as the ledger has it; ended by a zero         */
    char password[WIRE_PASSWORD_SIZE]; /* "": none; ended by a zero                     */
};

struct wire_answer {
    uint32_t magic;
    uint32_t shape; /* enum wire_shape */
    int32_t pages;  /* 0: not known */
    int32_t width, height;
    uint32_t jpeg_size, text_size;
};

/*
 * fmferry-words has the document as its standard input, which can be sought in; the words come by
 * its standard output: of RTF as HTML, else as UTF-8 for the most part; nobody promises that. An
 * argument names the languages of scans ("deu+eng"): then pictures have words, too. Its end is that
 * of the program which it became, or one of these.
 */
enum words_code {
    WORDS_NOT_LOCKED = 100, /* the kernel cannot lock it: nothing was read   */
    WORDS_NO_KIND = 101,    /* no kind of document that one of them reads    */
    WORDS_NO_PROGRAM = 102, /* the program that reads this kind is not there */
};

#define WORDS_CATDOC "/usr/bin/catdoc"
#define WORDS_XLS2CSV "/usr/bin/xls2csv"
#define WORDS_UNRTF "/usr/bin/unrtf"
#define WORDS_TESSERACT "/usr/bin/tesseract"
