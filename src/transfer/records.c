/* An answer and the number of its users. */
#include "transfer/records.h"

#include "base/mem.h"

struct records *records_new(struct filemaker_page *page)
{
    struct records *records = mem_new(struct records);

    records->page = *page;
    records->users = 1;
    *page = (struct filemaker_page){ 0 };
    return records;
}

struct records *records_share(struct records *records)
{
    records->users++;
    return records;
}

void records_release(struct records *records)
{
    if (!records || --records->users > 0)
        return;
    filemaker_page_clear(&records->page);
    free(records);
}
