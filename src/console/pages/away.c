/* /documents/{row}/away: a document is taken away, or brought back; /away: what is away. */
#include "console/upload/away.h"
#include "base/mem.h"
#include "console/documents/document_shown.h"
#include "console/documents/opened.h"
#include "console/index/catalog.h"
#include "console/pages/lists.h"
#include "console/pages/pages.h"
#include "console/pages/paging.h"
#include "console/pages/rows.h"

/* The document of the address, whether it is away or not. */
static bool document_find(struct exchange *x, struct visible_list *list, struct err *err)
{
    const char *row = request_param(x->request, "row");
    struct uuid id;

    if (uuid_read(span_of(row), &id) && !visible_ask_away(x->console, &id, 1, list, err))
        return false;
    if (list->count == 1)
        return true;
    visible_list_clear(list);
    return visible_one(x, row, list, err);
}

/* --- the page that asks ----------------------------------------------------------------------- */

static bool lead_add(struct frame *frame, const struct visible *d, struct err *err)
{
    const char *patient = d->patient;
    auto_people people = { 0 };
    auto_str name = STR_MAX(LISTS_NAME_MAX);
    auto_free char *title = mem_printf("%s %s", *d->type ? d->type : "Document", d->day);

    if (patient && !catalog_people_of(frame->x->console, &patient, 1, &people, err))
        return false;
    if (people.count == 1)
        lists_name(&people.items[0], &name);
    else
        str_add_text(&name, "this patient");
    (void)page_fill(
        frame->page, console_away_lead, PAGE_TEXT("title", title),
        PAGE_PART("patient", patient ? console_away_of_patient : console_away_of_nobody),
        PAGE_TEXT("patient_id", patient ? patient : ""),
        PAGE_TEXT("patient_name", str_text(&name)));
    (void)page_fill(frame->page, console_away_facts, PAGE_TEXT("type", rows_or_dash(d->type)),
                    PAGE_TEXT("day", rows_or_dash(d->day)),
                    PAGE_TEXT("name", rows_or_dash(d->name)), PAGE_BYTES("size", d->size));
    return true;
}

static void form_add(struct frame *frame, const struct visible *d)
{
    char row[UUID_TEXT_SIZE], tag[DOCUMENT_TAG_SIZE];
    auto_free char *action = mem_printf("/documents/%s/away", uuid_text(&d->row, row));

    page_add(frame->page, d->is_away ? console_away_is_away : console_away_is_there);
    frame_form(frame, action);
    (void)page_fill(frame->page, console_away_reason, PAGE_TEXT("version", document_tag(d, tag)),
                    PAGE_ID("most", AWAY_REASON_MOST), PAGE_TEXT("who", frame->x->who.name));
    (void)page_fill(frame->page, d->is_away ? console_away_bring : console_away_take,
                    PAGE_TEXT("row", row));
}

bool away_page_answer(struct exchange *x, struct err *err)
{
    auto_visible_list list = { 0 };
    auto_frame frame = { 0 };

    if (!document_find(x, &list, err) || !opened_note(x, &list.items[0], err))
        return false;
    frame_begin(&frame, x, list.items[0].is_away ? "Taken away" : "Take a document away",
                TAB_PATIENTS);
    if (!lead_add(&frame, &list.items[0], err))
        return false;
    form_add(&frame, &list.items[0]);
    return frame_end(&frame, err);
}

bool away_answer(struct exchange *x, struct err *err)
{
    auto_visible_list list = { 0 };
    auto_free char *to = NULL;
    char tag[DOCUMENT_TAG_SIZE];

    if (!document_find(x, &list, err))
        return false;
    if (strcmp(request_form_text(x->request, "version"), document_tag(&list.items[0], tag)) != 0)
        return refuse(x, PROBLEM_STALE, "the document is not as you saw it");
    if (!away_change(x, &list.items[0], request_form_text(x->request, "reason"), err))
        return false;
    to = mem_printf("/documents/%s%s", request_param(x->request, "row"),
                    list.items[0].is_away ? "" : "/away");
    answer_go_to(&x->answer, to);
    return true;
}

/* --- what is away ----------------------------------------------------------------------------- */

static void document_row(struct html_page *page, const struct visible *d)
{
    char row[UUID_TEXT_SIZE], kind[ROWS_KIND_SIZE];

    (void)page_fill(page, console_away_document, PAGE_TEXT("row", uuid_text(&d->row, row)),
                    PAGE_TEXT("day", rows_or_dash(d->day)),
                    PAGE_TEXT("type", rows_or_dash(d->type)), PAGE_TEXT("name", d->name),
                    PAGE_TEXT("kind", rows_kind(d->mime, kind)), PAGE_BYTES("size", d->size));
}

static void list_show(struct frame *frame, const struct away_list *list)
{
    static const char *const names[] = { "patient", NULL };

    if (list->shown.count == 0 && list->hidden == 0)
        page_add(frame->page, console_away_nothing);
    if (list->shown.count > 0) {
        page_add(frame->page, console_away_list_begin);
        for (size_t i = 0; i < list->shown.count; i++)
            document_row(frame->page, &list->shown.items[i]);
        page_add(frame->page, console_away_list_end);
    }
    if (list->hidden > 0)
        (void)page_fill(frame->page, console_away_hidden, PAGE_NUMBER("hidden", list->hidden),
                        PAGE_TEXT("verb", list->hidden == 1 ? "is" : "are"));
    lists_link_next(frame, "/away", names, list->next);
}

bool away_list_answer(struct exchange *x, struct err *err)
{
    auto_away_list list = { 0 };
    auto_frame frame = { 0 };

    if (!away_page(x, PAGING_USUAL, &list, err))
        return false;
    frame_begin(&frame, x, "Taken away", TAB_PATIENTS);
    list_show(&frame, &list);
    return frame_end(&frame, err);
}
