/*
 * The names under which the streams of an object are moved that may each be the document: "Doc" is the
 * first, "Doc:2" the second. FileMaker allows no colon in the name of a field.
 */
#pragma once

#include "base/base.h"

/* Of one object. Beyond that it stays ambiguous; none with three was ever seen. */
enum { FILE_STREAMS_MAX = 4 };

/*
 * Under how many names a field's documents are moved: 1, or one more for each "Doc:N" that is named
 * behind "Doc" without a gap.
 *   containers   "Doc, Doc:2", "Scan(2), Scan:2(2)": as [source] container_field has them
 */
unsigned file_streams_of(const char *containers, const char *field);

/* "Doc" of the first, "Doc:2" of the second; caller frees. */
char *file_stream_name(const char *field, unsigned stream);

/* Whether any name is that of a second stream, or a later one. */
bool file_streams_are_named(const char *containers);
