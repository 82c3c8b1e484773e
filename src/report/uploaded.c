/* Writes what was uploaded, beside what was moved: a clinic without uploads has no such part. */
#include "report/html.h"
#include "report/parts.h"

void uploaded_write(struct html_page *page, const struct figures *f)
{
    const struct ledger_upload_counts *u = &f->status->uploads;

    if (u->arrived + u->failed + u->under_way == 0)
        return;
    (void)page_fill(page, html_uploaded, PAGE_NUMBER("arrived", u->arrived),
                    PAGE_BYTES("bytes", u->bytes), PAGE_NUMBER("under_way", u->under_way),
                    PAGE_NUMBER("failed", u->failed));
}
