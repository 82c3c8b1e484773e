/* The type of a file, detected by its bytes, and its extension. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

/* One for all threads; a handle of libmagic takes megabytes. */
struct type_detector;

/* Fails with ERR_OS if libmagic's database is missing. Caller frees with type_detector_free(). */
must_check bool type_detector_new(struct type_detector **reader_r, struct err *err);
void type_detector_free(struct type_detector *reader); /* NULL is allowed */

#define FILE_TYPE_UNKNOWN "application/octet-stream"

enum { FILE_TYPE_EXT_MAX = 8 }; /* letters of an extension that is taken from a name */

struct detected_type {
    char mime[101];
    char ext[16];      /* lower case, without the dot; "bin" if unknown */
    bool ext_is_named; /* the bytes do not tell: `ext` is from the file's name */
};

/*
 * Detects a file's type by its bytes.
 *   bytes   its beginning, the more the better up to 8 MiB, or all of it: old Office files keep the
 *           list of their parts anywhere
 * Safe from any thread.
 */
void file_type_detect(struct type_detector *reader, struct span bytes,
                      struct detected_type *content_r);

/*
 * Gives a file the extension of its name if its bytes are of no known type, or if they are a zip
 * archive and so are files of that extension. The type stays the detected one.
 *   ext   from the container's URL or the file's name, without the dot; SPAN_NONE, or anything but
 *         1 to FILE_TYPE_EXT_MAX plain letters and digits, changes nothing
 */
void file_type_use_name(struct detected_type *content, struct span ext);
