/* /print: the pages of chosen documents as pictures, for paper. */
#include "base/mem.h"
#include "console/documents/opened.h"
#include "console/inside.h"
#include "console/pages/chosen.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/preview/document_picture.h"
#include "console/views/view_log.h"

enum { PRINT_DOCUMENTS = 20, PRINT_PAGES = 100 };

/* What is printed, on its way to a page. */
struct printing {
    struct frame *frame;
    int64_t at_us;
    size_t documents, pages;
};

static bool print_note(struct exchange *x, const struct visible *d, struct err *err)
{
    char row[UUID_TEXT_SIZE];

    return view_of(x,
                   (struct view_entry){ .what = VIEW_PRINT,
                                        .row = uuid_text(&d->row, row),
                                        .patient = d->patient,
                                        .document = d->document,
                                        .detail = d->name },
                   err);
}

static void sheets_add(struct printing *p, const struct visible *d, const char *title, int pages)
{
    char row[UUID_TEXT_SIZE];

    (void)uuid_text(&d->row, row);
    for (int n = 1; n <= pages; n++)
        (void)page_fill(p->frame->page, console_print_page, PAGE_TEXT("row", row),
                        PAGE_ID("page", n), PAGE_TEXT("title", title), PAGE_ID("pages", pages),
                        PAGE_TEXT("who", p->frame->x->who.name), PAGE_STAMP("at", p->at_us));
    p->pages += (size_t)pages;
}

static void document_add(struct printing *p, const struct visible *d,
                         const struct preview_page *drawn)
{
    auto_free char *title = mem_printf("%s %s", *d->type ? d->type : "Document", d->day);
    int room = PRINT_PAGES - (int)p->pages, all = drawn->pages > 0 ? drawn->pages : 1;
    int pages = all < room ? all : room;
    const char *why = preview_words(drawn->shape);

    (void)page_fill(p->frame->page, console_print_document,
                    PAGE_TEXT("break", p->documents++ ? "apart" : "first"),
                    PAGE_TEXT("title", title), PAGE_TEXT("name", d->name),
                    PAGE_WHEN("more", drawn->jpeg.size > 0 && pages < all, console_print_more),
                    PAGE_ID("drawn", pages), PAGE_ID("pages", all));
    if (drawn->jpeg.size > 0)
        sheets_add(p, d, title, pages);
    else
        (void)page_fill(p->frame->page, console_print_none,
                        PAGE_TEXT("why", *why ? why : "It has no page."));
}

/* The first page is drawn to learn how many there are; the browser asks for them all. */
static bool document_print(struct printing *p, const struct uuid *row, struct err *err)
{
    static const struct picture_choice first = { .page = 1, .width = PICTURE_WIDTH };
    struct exchange *x = p->frame->x;
    auto_visible_list list = { 0 };
    auto_preview_page drawn = { 0 };

    if (!visible_ask(x->console, row, 1, &list, err))
        return false;
    if (list.count == 0)
        return true;
    if (!print_note(x, &list.items[0], err) || !opened_note(x, &list.items[0], err)
        || !picture_draw(x, &list.items[0], &first, &drawn, err))
        return false;
    document_add(p, &list.items[0], &drawn);
    return true;
}

bool print_answer(struct exchange *x, struct err *err)
{
    auto_selection selection = { 0 };
    auto_frame frame = { 0 };
    struct printing p = { .frame = &frame, .at_us = clock_now_us(x->console->clock) };

    if (!chosen_read(x, &selection, err))
        return false;
    if (selection.count > PRINT_DOCUMENTS)
        return refuse(x, PROBLEM_TOO_LARGE, "at most %d documents are printed at once; take a ZIP",
                      PRINT_DOCUMENTS);
    frame_begin(&frame, x, "Print", TAB_PATIENTS);
    for (size_t i = 0; i < selection.count; i++)
        if (!document_print(&p, &selection.rows[i], err))
            return false;
    (void)page_fill(frame.page, console_print_lead,
                    PAGE_COUNT("documents", (int64_t)p.documents, "document", "documents"),
                    PAGE_COUNT("pages", (int64_t)p.pages, "page", "pages"));
    return frame_end(&frame, err);
}
