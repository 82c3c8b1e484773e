/*
 * Reads the few XML answers of S3: walks over an answer once, element by element. Over expat.
 * Document types, and with them custom entities, are refused; depth and sizes are capped.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum { S3_XML_NAME_SIZE = 64, S3_XML_TEXT_MAX = 64 * 1024, S3_XML_DEPTH_MAX = 12 };

/*
 * Called for each element when it ends, inner ones first.
 *   path   its place below the root: "Contents/Key"; "" for the root itself
 *   text   its own text, without that of the elements inside
 * False with `err` set ends the walk.
 */
typedef bool s3_xml_ended(void *arg, const char *path, struct span text, struct err *err);

/*
 * Walks over a document; blanks around it are ignored.
 *   root_r   the root's name
 *   ended    may be NULL: only the root's name is wanted
 * Fails with ERR_DATA, also if the document is not well-formed to its end; and as `ended` does.
 */
must_check bool s3_xml_walk(struct span text, char root_r[S3_XML_NAME_SIZE], s3_xml_ended *ended,
                            void *arg, struct err *err);

/* Appends a text, escaped as it stands between tags. */
void s3_xml_add(struct str *to, const char *text);
