/* What people change about documents by the console; the objects stay as they are. Any thread. */
#pragma once

#include "base/uuid.h"
#include "upload/uploads.h"

/*
 * Takes a document away in the application, or brings it back: an upload, or one that was moved.
 *   row       of the document
 *   there_r   false: the application has no such row, or no column for this
 * Fails as uploads_use() and the writer.
 */
must_check bool change_active(struct uploads *uploads, const struct uuid *row, bool is_active,
                              bool *there_r, struct err *err);
