/* /unlinked: documents that are with no patient, and the same for programs. */
#include "base/mem.h"
#include "console/documents/document_shown.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/pages/paging.h"
#include "console/pages/rows.h"
#include "console/whose/without_patient.h"

enum { ID_MAX = 16 * 1024 };

/* --- ids -------------------------------------------------------------------------------------- */

static const char *why_of(const struct without_patient_id *one)
{
    if (!*one->id)
        return console_unlinked_names_nobody;
    if (one->is_doubted)
        return console_unlinked_doubted;
    return *one->patient ? console_unlinked_is_known : console_unlinked_is_not_there;
}

static void id_row(struct html_page *page, const struct without_patient_id *one)
{
    auto_str encoded = STR_MAX(ID_MAX);
    auto_free char *name = mem_printf(
        "%s%s%s", one->last_name, *one->last_name && *one->first_name ? ", " : "", one->first_name);

    request_encode(span_of(one->id), &encoded);
    (void)page_fill(page, console_unlinked_id, PAGE_TEXT("encoded", str_text(&encoded)),
                    PAGE_TEXT("id", *one->id ? one->id : "none"),
                    PAGE_TEXT("name", one->is_in_roster ? name : ""), PAGE_TEXT("born", one->born),
                    PAGE_PART("why", why_of(one)), PAGE_NUMBER("documents", one->documents));
}

static void more_link(struct html_page *page, const char *of, const char *next)
{
    auto_str rest = STR_MAX(2 * ID_MAX);

    if (!next || !*next)
        return;
    if (of) {
        str_add_text(&rest, "of=");
        request_encode(span_of(of), &rest);
        str_add_char(&rest, '&');
    }
    str_add_text(&rest, "cursor=");
    request_encode(span_of(next), &rest);
    (void)page_fill(page, console_unlinked_more, PAGE_TEXT("rest", str_text(&rest)));
}

static bool ids_show(struct exchange *x, struct err *err)
{
    auto_without_patient_ids list = { 0 };
    auto_frame frame = { 0 };

    if (!without_patient_page(x, PAGING_USUAL, &list, err))
        return false;
    frame_begin(&frame, x, "Documents with no patient", TAB_REVIEW);
    page_add(frame.page, list.count ? console_unlinked_lead : console_unlinked_nothing);
    if (list.count) {
        page_add(frame.page, console_unlinked_ids_begin);
        for (size_t i = 0; i < list.count; i++)
            id_row(frame.page, &list.items[i]);
        page_add(frame.page, console_unlinked_ids_end);
    }
    more_link(frame.page, NULL, list.next);
    return frame_end(&frame, err);
}

/* --- documents of one id ---------------------------------------------------------------------- */

static bool documents_show(struct exchange *x, const char *of, struct err *err)
{
    auto_without_patient_documents found = { 0 };
    auto_frame frame = { 0 };

    if (!without_patient_list(x, PAGING_USUAL, &found, err))
        return false;
    frame_begin(&frame, x, "Documents with no patient", TAB_REVIEW);
    (void)page_fill(frame.page, console_unlinked_of, PAGE_TEXT("id", *of ? of : "none"));
    rows_of_documents(frame.page, &found.shown);
    if (found.hidden > 0)
        (void)page_fill(frame.page, console_unlinked_hidden, PAGE_NUMBER("hidden", found.hidden),
                        PAGE_TEXT("verb", found.hidden == 1 ? "is" : "are"));
    more_link(frame.page, of, found.next);
    return frame_end(&frame, err);
}

bool unlinked_answer(struct exchange *x, struct err *err)
{
    const char *of = request_query(x->request, "of");

    return of ? documents_show(x, of, err) : ids_show(x, err);
}

/* --- for programs ----------------------------------------------------------------------------- */

static void id_write(struct json_writer *w, const struct without_patient_id *one)
{
    json_open_object(w);
    json_member_text(w, "id", *one->id ? one->id : NULL);
    json_member_i64(w, "documents", one->documents);
    json_member_text(w, "first_name", *one->first_name ? one->first_name : NULL);
    json_member_text(w, "last_name", *one->last_name ? one->last_name : NULL);
    json_member_text(w, "born", *one->born ? one->born : NULL);
    json_member_text(w, "patient", *one->patient ? one->patient : NULL);
    json_member_flag(w, "in_doubt", one->is_doubted);
    json_close_object(w);
}

bool api_unlinked_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_without_patient_ids list = { 0 };
    int64_t limit;

    if (!paging_limit(x, &limit) || !without_patient_page(x, limit, &list, err))
        return false;
    paging_open(&w);
    for (size_t i = 0; i < list.count; i++)
        id_write(&w, &list.items[i]);
    paging_close(&w, list.next);
    answer_json(&x->answer);
    return true;
}

bool api_unlinked_documents_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_without_patient_documents found = { 0 };
    int64_t limit;

    if (!paging_limit(x, &limit) || !without_patient_list(x, limit, &found, err))
        return false;
    paging_open(&w);
    for (size_t i = 0; i < found.shown.count; i++) {
        json_open_object(&w);
        document_members(&w, &found.shown.items[i]);
        json_close_object(&w);
    }
    paging_close(&w, *found.next ? found.next : NULL);
    answer_json(&x->answer);
    return true;
}
