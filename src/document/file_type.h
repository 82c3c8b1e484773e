/* What the bytes are: type and extension. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

/* One for all threads; a handle of libmagic takes megabytes. */
struct content_reader;

/* Fails with ERR_OS if libmagic's database is missing. Caller frees with content_reader_free(). */
must_check bool content_reader_new(struct content_reader **reader_r, struct err *err);
void content_reader_free(struct content_reader *reader); /* NULL is allowed */

#define CONTENT_UNKNOWN "application/octet-stream"

enum { CONTENT_NAME_MAX = 8 }; /* letters of an extension that is taken from a name */

struct content {
    char mime[101];
    char ext[16];  /* lower case, without the dot; "bin" if unknown */
    bool is_named; /* the bytes told nothing: `ext` is from the file's name */
};

/*
 * Tells what a file is by its bytes.
 *   bytes   its beginning, the more the better up to 8 MiB, or all of it: old Office files keep the
 *           list of their parts anywhere
 * Safe from any thread.
 */
void content_tell(struct content_reader *reader, struct span bytes, struct content *content_r);

/*
 * Gives a file the extension of its name where its bytes tell no type, or only that of a box that
 * may hold anything (a zip archive). The type stays what the bytes tell.
 *   ext   from the container's URL or the file's name, without the dot; SPAN_NONE, or anything but
 *         1 to CONTENT_NAME_MAX plain letters and digits, changes nothing
 */
void content_name(struct content *content, struct span ext);
