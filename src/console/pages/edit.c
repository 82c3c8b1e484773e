/* /documents/{row}/edit: type and date of an upload are corrected. */
#include "console/upload/edit.h"
#include "base/mem.h"
#include "console/documents/document_shown.h"
#include "console/documents/opened.h"
#include "console/index/catalog.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/pages/rows.h"

static void type_option(void *arg, struct span type, int64_t documents)
{
    struct frame *frame = arg;

    (void)documents;
    (void)page_fill(frame->page, console_edit_option, PAGE_SPAN("type", type));
}

/* The types that the patient's documents have are offered. */
static bool form_add(struct frame *frame, const struct visible *d, struct err *err)
{
    char row[UUID_TEXT_SIZE], tag[DOCUMENT_TAG_SIZE];
    auto_free char *action = mem_printf("/documents/%s/edit", uuid_text(&d->row, row));
    const char *rest;

    (void)page_fill(frame->page, console_edit_lead, PAGE_TEXT("name", rows_or_dash(d->name)),
                    PAGE_BYTES("size", d->size), PAGE_STAMP("stored", d->stored_us));
    frame_form(frame, action);
    rest = page_fill(frame->page, console_edit_fields, PAGE_TEXT("version", document_tag(d, tag)),
                     PAGE_TEXT("type", d->type), PAGE_ROWS("types"));
    if (d->patient && !catalog_types(frame->x->console, d->patient, type_option, frame, err))
        return false;
    (void)page_fill(frame->page, rest, PAGE_TEXT("day", d->day), PAGE_ID("most", EDIT_REASON_MOST),
                    PAGE_TEXT("who", frame->x->who.name), PAGE_TEXT("row", row));
    return true;
}

bool edit_page_answer(struct exchange *x, struct err *err)
{
    auto_visible_list list = { 0 };
    auto_frame frame = { 0 };

    if (!visible_one(x, request_param(x->request, "row"), &list, err)
        || !edit_is_allowed(x, &list.items[0]) || !opened_note(x, &list.items[0], err))
        return false;
    frame_begin(&frame, x, "Edit type and date", TAB_PATIENTS);
    return form_add(&frame, &list.items[0], err) && frame_end(&frame, err);
}

bool edit_answer(struct exchange *x, struct err *err)
{
    struct edit_wish wish = { .type = request_form_text(x->request, "type"),
                              .day = request_form_text(x->request, "date"),
                              .reason = request_form_text(x->request, "reason") };
    auto_visible_list list = { 0 };
    auto_free char *to = NULL;
    char tag[DOCUMENT_TAG_SIZE];

    if (!visible_one(x, request_param(x->request, "row"), &list, err))
        return false;
    if (strcmp(request_form_text(x->request, "version"), document_tag(&list.items[0], tag)) != 0)
        return refuse(x, PROBLEM_STALE, "the document is not as you saw it");
    if (!edit_change(x, &list.items[0], &wish, err))
        return false;
    to = mem_printf("/documents/%s", request_param(x->request, "row"));
    answer_go_to(&x->answer, to);
    return true;
}
