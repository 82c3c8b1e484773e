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

/* A change that failed is not done later, behind the back of whoever was told so. */
static void intent_give_up(struct uploads_use *use, const struct upload_edit *edit)
{
    struct err err;

    if (!write_upload_edit_given_up(use->writer, edit, &err))
        uploads_failed(use->uploads, &err);
}

static bool is_stale(const struct err *err)
{
    return err->kind == ERR_DATABASE && err->code == LEDGER_NOT_OURS;
}

bool change_upload(struct uploads *uploads, const struct ledger_upload_edit *edit,
                   const char *bucket, enum upload_edit_outcome *outcome_r, struct err *err)
{
    struct upload_edit wanted = { edit, uploads_source(uploads), bucket, 0 };
    auto_uploads_use use = { 0 };

    if (!uploads_use(uploads, &use, err))
        return false;
    if (write_upload_edit_intent(use.writer, edit, err)
        && write_upload_edit(use.writer, &wanted, outcome_r, err))
        return true;
    uploads_failed(uploads, err);
    if (!writer_is_broken_by(err))
        intent_give_up(&use, &wanted);
    *outcome_r = UPLOAD_EDIT_STALE;
    return is_stale(err);
}
