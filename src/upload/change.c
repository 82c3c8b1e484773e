/* By the uploads' own run, so that one thread writes whatever the console changes. */
#include "upload/change.h"

#include "engine/writes_upload.h"

bool change_active(struct uploads *uploads, const struct uuid *row, bool is_active, bool *there_r,
                   struct err *err)
{
    auto_uploads_use use = { 0 };

    if (!uploads_use(uploads, &use, err))
        return false;
    if (write_row_active(use.writer, row, is_active, there_r, err))
        return true;
    uploads_failed(uploads, err);
    return false;
}
