/* What the bytes are: type and extension by their beginning, and whether they are a file at all. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

/* One for all threads; a handle of libmagic takes megabytes. */
struct content_reader;

/* Fails with ERR_OS if libmagic's database is missing. Caller frees with content_reader_free(). */
must_check bool content_reader_new(struct content_reader **reader_r, struct err *err);
void content_reader_free(struct content_reader *reader); /* NULL is allowed */

struct content {
    char mime[101];
    char ext[16]; /* lower case, without the dot; "bin" if unknown */
};

/*
 * Tells what a file is.
 *   bytes   its beginning, the more the better up to 64 KiB, or all of it
 * Safe from any thread.
 */
void content_tell(struct content_reader *reader, struct span bytes, struct content *content_r);

/*
 * Whether what came as a file is really a page that a server shows instead of one: HTML or a Data
 * API message, unless the file was said to be of that kind.
 *   ext   what the container's URL said, or SPAN_NONE
 */
bool content_is_error_page(struct span bytes, struct span ext);
