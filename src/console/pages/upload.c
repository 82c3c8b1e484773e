/* /upload: new documents of a patient, by a form that works without script. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/index/catalog.h"
#include "console/index/finding.h"
#include "console/inside.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/upload/receiving.h"
#include "upload/kind.h"

enum { NAME_MAX_BYTES = 512, DAY_SIZE = 11, MOST_SIZE = 32 };

/* --- the form --------------------------------------------------------------------------------- */

static void type_option(void *arg, struct span type, int64_t documents)
{
    struct frame *frame = arg;

    (void)documents;
    (void)page_fill(frame->page, console_upload_type, PAGE_SPAN("type", type));
}

static void person_show(struct frame *frame, const struct catalog_person *person)
{
    auto_str name = STR_MAX(NAME_MAX_BYTES);

    catalog_person_name(person, &name);
    (void)page_fill(frame->page, console_upload_patient, PAGE_TEXT("patient", person->patient),
                    PAGE_TEXT("name", name.size ? str_text(&name) : person->patient),
                    PAGE_TEXT("born", *person->born ? person->born : "-"),
                    PAGE_TEXT("mrn", person->mrn && *person->mrn ? person->mrn : "-"));
}

/* A key of the page's own: the same form, sent twice, puts nothing twice. */
static bool form_show(struct frame *frame, const char *patient, struct err *err)
{
    const struct exchange *x = frame->x;
    struct uuid key = uuid_v4();
    char key_text[UUID_TEXT_SIZE], today[TIME_TEXT_SIZE], most[MOST_SIZE];
    const char *rest;

    (void)time_rfc3339(clock_now_us(x->console->clock), today);
    today[DAY_SIZE - 1] = '\0';
    (void)snprintf(most, sizeof most, "%jd MiB",
                   (intmax_t)(x->console->settings->upload_bytes / (int64_t)MIB(1)));
    rest = page_fill(frame->page, console_upload_begin, PAGE_TEXT("csrf", x->who.csrf),
                     PAGE_TEXT("key", uuid_text(&key, key_text)), PAGE_TEXT("patient", patient),
                     PAGE_TEXT("type", request_form_text(x->request, "type")), PAGE_ROWS("types"));
    if (!catalog_types(x->console, patient, type_option, frame, err))
        return false;
    (void)page_fill(frame->page, rest, PAGE_TEXT("day", today),
                    PAGE_TEXT("kinds", upload_kinds_text), PAGE_TEXT("most", most));
    return true;
}

/* --- what became of them ---------------------------------------------------------------------- */

static const char *outcome_words(const struct received *received)
{
    switch (received->outcome) {
    case RECEIVED_STORED:
        return "stored, compared, linked";
    case RECEIVED_DUPLICATE:
        return "is there already";
    case RECEIVED_REFUSED:
        return "was refused:";
    case RECEIVED_FAILED:
        return "did not arrive:";
    }
    abort();
}

static const char *link_of(const struct received *one)
{
    if (!one->has_row)
        return "";
    return one->is_away ? console_upload_document_away : console_upload_document;
}

static void results_show(struct frame *frame, const struct received_list *list)
{
    char row[UUID_TEXT_SIZE];

    page_add(frame->page, console_upload_results_begin);
    for (size_t i = 0; i < list->count; i++) {
        const struct received *one = &list->items[i];

        (void)page_fill(
            frame->page, console_upload_result, PAGE_TEXT("name", one->name),
            PAGE_TEXT("outcome", outcome_words(one)), PAGE_PART("document", link_of(one)),
            PAGE_TEXT("title", one->title ? one->title : "this document"),
            PAGE_TEXT("row", uuid_text(&one->row, row)), PAGE_TEXT("words", one->words));
    }
    page_add(frame->page, console_upload_results_end);
}

static bool upload_show(struct exchange *x, const struct finding_person *person,
                        const struct received_list *list, struct err *err)
{
    auto_frame frame = { 0 };

    frame_begin(&frame, x, "Upload", TAB_PATIENTS);
    person_show(&frame, &person->people.items[0]);
    if (list)
        results_show(&frame, list);
    return form_show(&frame, person->people.items[0].patient, err) && frame_end(&frame, err);
}

static bool nobody_show(struct exchange *x, struct err *err)
{
    auto_frame frame = { 0 };

    frame_begin(&frame, x, "Upload", TAB_PATIENTS);
    page_add(frame.page, console_upload_nobody);
    return frame_end(&frame, err);
}

/* To say who somebody is, is to show it. */
bool upload_page_answer(struct exchange *x, struct err *err)
{
    const char *patient = request_query(x->request, "patient");
    auto_finding_person person = { 0 };

    if (!patient || !*patient)
        return nobody_show(x, err);
    return finding_person_of(x, patient, &person, err) && finding_person_note(x, &person, err)
           && upload_show(x, &person, NULL, err);
}

bool upload_answer(struct exchange *x, struct err *err)
{
    struct receiving asked = { .patient = request_form_text(x->request, "patient"),
                               .type = request_form_text(x->request, "type"),
                               .day = request_form_text(x->request, "date"),
                               .key = request_form_text(x->request, "key"),
                               .anyway = request_form(x->request, "anyway") != NULL };
    auto_finding_person person = { 0 };
    auto_received_list list = { 0 };

    return receiving_all(x, &asked, &list, err) && finding_person_of(x, list.patient, &person, err)
           && finding_person_note(x, &person, err) && upload_show(x, &person, &list, err);
}
