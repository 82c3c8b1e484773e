/* Pages of sources that are no server. */
#include "source/page.h"

#include "base/mem.h"
#include "http/http.h"

enum { PAGE_BYTES_MAX = 256 * 1024 * 1024 };

void source_page_begin(struct source_page *draft, struct filemaker_page *page, size_t most,
                       int64_t asked_us)
{
    page->text = (struct str)STR_MAX(PAGE_BYTES_MAX);
    page->records = mem_zero((most + 1) * sizeof *page->records);
    *draft = (struct source_page){ page, JSON_WRITER(&page->text), asked_us };
    json_open_array(&draft->fields);
}

void source_page_record(struct source_page *draft, uint64_t record_id, uint64_t mod_id)
{
    draft->page->records[draft->page->count++] = (struct filemaker_record){
        .record_id = record_id, .mod_id = mod_id, .asked_us = draft->asked_us
    };
}

bool source_page_end(struct source_page *draft, struct err *err)
{
    struct filemaker_page *page = draft->page;
    size_t at = 0;

    json_close_array(&draft->fields);
    if (!str_fits(&page->text, "a page", err)
        || !json_read(str_span(&page->text), &page->json, err)) {
        err->code = HTTP_TOO_LONG;
        return false;
    }
    json_each (fields, json_root(page->json))
        page->records[at++].fields = fields;
    return true;
}
