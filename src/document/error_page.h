/*
 * Error pages: a web server's page, or the Data API's message, that came with a good status instead
 * of a file. But a document may look like one: old programs exported HTML as .xls and .doc, and
 * JSON has members of any name. So the bytes alone refuse nothing for ever: see engine/refused.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum error_page_sign {
    ERROR_PAGE_NONE,   /* a file                                                                  */
    ERROR_PAGE_LIKELY, /* looks like a page: a second reading decides                             */
    ERROR_PAGE_SURE, /* and a second sign agrees: the name of a picture, or an error's own words */
};

/*
 * Judges bytes that came as a file.
 *   bytes   all of them, or the beginning
 *   ext     from the container's URL or the file's name, or SPAN_NONE
 */
enum error_page_sign error_page_judge(struct span bytes, struct span ext);
