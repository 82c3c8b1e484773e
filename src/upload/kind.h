/* Which files are taken, by their bytes alone; and the names that they are kept under. */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "document/file_type.h"

/*
 * Whether files of this kind are taken: PDF, TIFF, HEIC, JPEG, PNG, WebP, GIF, Word, Excel, OpenDocument
 * texts and tables, RTF, plain text.
 */
bool upload_kind_is_taken(const struct detected_type *type);

/* "PDF, TIFF, ...": for messages. */
extern const char upload_kinds_text[];

/*
 * Adds the name that a file is kept under: its last part without control characters, with the extension
 * that its bytes ask for. Returns whether it had another one.
 *   sent   as it came; perhaps empty
 */
bool upload_name_make(struct span sent, const struct detected_type *type, struct str *to);
