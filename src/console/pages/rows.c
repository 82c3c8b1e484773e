/* The table of documents. */
#include "console/pages/rows.h"

#include "console/console_html.h"

const char *rows_kind(const char *mime, char kind[ROWS_KIND_SIZE])
{
    const char *slash = strchr(mime, '/');
    struct span rest = span_first(span_of(slash ? slash + 1 : mime), ROWS_KIND_SIZE - 1);

    for (size_t i = 0; i < rest.size; i++)
        kind[i] =
            (char)(rest.at[i] >= 'a' && rest.at[i] <= 'z' ? rest.at[i] - 'a' + 'A' : rest.at[i]);
    kind[rest.size] = '\0';
    return kind;
}

const char *rows_or_dash(const char *text)
{
    return *text ? text : "\xe2\x80\x93";
}

static void document_row(struct html_page *page, const struct visible *document, bool has_box)
{
    char row[UUID_TEXT_SIZE], kind[ROWS_KIND_SIZE];

    (void)page_fill(
        page, console_patients_document, PAGE_WHEN("box", has_box, console_patients_box),
        PAGE_TEXT("row", uuid_text(&document->row, row)),
        PAGE_TEXT("day", rows_or_dash(document->day)),
        PAGE_TEXT("type", rows_or_dash(document->type)), PAGE_TEXT("name", document->name),
        PAGE_TEXT("kind", rows_kind(document->mime, kind)), PAGE_BYTES("size", document->size));
}

static void table_write(struct html_page *page, const struct visible_list *shown, bool has_boxes)
{
    if (shown->count == 0) {
        page_add(page, console_patients_no_document);
        return;
    }
    page_add(page, console_patients_documents_begin);
    for (size_t i = 0; i < shown->count; i++)
        document_row(page, &shown->items[i], has_boxes);
    page_add(page, console_patients_documents_end);
}

void rows_of_documents(struct html_page *page, const struct visible_list *shown)
{
    table_write(page, shown, false);
}

void rows_to_choose(struct frame *frame, const struct visible_list *shown,
                    const struct rows_list *list)
{
    bool may_choose = shown->count > 0 && may(frame->x, RIGHT_DOWNLOAD);

    if (may_choose) {
        frame_form(frame, "/zip");
        (void)page_fill(frame->page, console_patients_list, PAGE_TEXT("patient", list->patient),
                        PAGE_TEXT("type", list->type), PAGE_TEXT("from", list->from),
                        PAGE_TEXT("to", list->to));
    }
    table_write(frame->page, shown, may_choose);
    if (may_choose)
        page_add(frame->page, console_patients_many);
}
