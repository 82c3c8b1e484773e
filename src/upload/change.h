/* What people change about documents by the console; the objects stay as they are. Any thread. */
#pragma once

#include "base/uuid.h"
#include "engine/writes_upload.h"
#include "upload/uploads.h"

/*
 * Takes a document away in the application, or brings it back: an upload, or one that was moved.
 *   row       of the document
 *   there_r   false: the application has no such row, or no column for this
 * Fails as uploads_use() and the writer.
 */
must_check bool change_active(struct uploads *uploads, const struct uuid *row, bool is_active,
                              bool *there_r, struct err *err);

/*
 * Gives an upload another type and day: in the ledger, whose audit chain says who did it and why, and in the
 * application's row. The object stays under its key.
 *   bucket      as store_bucket() says
 *   outcome_r   UPLOAD_EDIT_STALE also if another console with the same ledger was faster
 * Fails as uploads_use() and the writer, and with ERR_DATA if it is no upload.
 */
must_check bool change_upload(struct uploads *uploads, const struct ledger_upload_edit *edit,
                              const char *bucket, enum upload_edit_outcome *outcome_r,
                              struct err *err);
