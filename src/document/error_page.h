/*
 * A web server's page, or the Data API's message, that came with a good status instead of a file.
 * But a document may be one itself: old programs exported HTML as .xls and .doc, and JSON has
 * members of any name. So a look at the bytes alone refuses nothing for ever: see engine/refused.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum error_page_sign {
    ERROR_PAGE_NONE,   /* a file                                                                  */
    ERROR_PAGE_LIKELY, /* looks like a page: a second reading decides                             */
    ERROR_PAGE_SURE, /* and a second sign says so: the name of a picture, or an error's own words */
};

/*
 * Judges what came as a file.
 *   bytes   all of it, or its beginning
 *   ext     what the container's URL or the file's name said, or SPAN_NONE
 */
enum error_page_sign error_page_judge(struct span bytes, struct span ext);
