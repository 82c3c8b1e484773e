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
    FILE_HTML, /* a page that somebody saved                                     */
    FILE_XLS,  /* a table as old programs export it: HTML under another name     */
    FILE_JSON, /* with a member `messages`, as an answer of the Data API has one */
    FILE_GZIP,
    FILE_OTHER,
};

/* ".pdf", or "" for types whose URLs carry none. */
const char *file_type_suffix(enum file_type type);
/* The media type that the server names, which for office files is a shrug. */
const char *file_type_media(enum file_type type);
/* The type that a file's name promises. */
enum file_type file_type_of_name(struct span name);
