/* By the uploads' own run, so that one thread writes whatever the console changes. */
#include "upload/change.h"

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

bool change_upload(struct uploads *uploads, const struct ledger_upload_edit *edit,
                   const char *bucket, enum upload_edit_outcome *outcome_r, struct err *err)
{
    struct upload_edit wanted = { edit, uploads_source(uploads), bucket };
    auto_uploads_use use = { 0 };

    if (!uploads_use(uploads, &use, err))
        return false;
    if (write_upload_edit(use.writer, &wanted, outcome_r, err))
        return true;
    uploads_failed(uploads, err);
    if (err->kind != ERR_DATABASE || err->code != LEDGER_NOT_OURS)
        return false;
    *outcome_r = UPLOAD_EDIT_STALE;
    return true;
}
