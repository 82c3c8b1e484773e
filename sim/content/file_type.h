/* The types of files that a container can hold, and their names. */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum file_type {
    FILE_PDF,
    FILE_JPEG,
    FILE_PNG,
    FILE_TIFF,
    FILE_HEIC,
    FILE_TEXT,
    FILE_HTML, /* a saved web page                                               */
    FILE_XLS,  /* an HTML table, as old programs export it                       */
    FILE_JSON, /* with a member `messages`, as an answer of the Data API has one */
    FILE_GZIP,
    FILE_OTHER,
};

/* ".pdf", or "" for types whose URLs carry none. */
const char *file_type_suffix(enum file_type type);
/* The media type that the server sends; for office files it says nothing. */
const char *file_type_media(enum file_type type);
/* The type that a file's name promises. */
enum file_type file_type_of_name(struct span name);
