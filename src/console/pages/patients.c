/* /patients and /patients/{patient}: who is found, and the documents of one. */
#include "console/pages/pages.h"

#include "base/mem.h"
#include "console/index/finding.h"
#include "console/pages/frame.h"
#include "console/pages/lists.h"
#include "console/pages/paging.h"
#include "console/pages/rows.h"

/* --- /patients -------------------------------------------------------------------------------- */

static void person_row(struct frame *frame, const struct catalog_person *person)
{
    auto_str name = STR_MAX(LISTS_NAME_MAX);

    lists_name(person, &name);
    (void)page_fill(
        frame->page, console_patients_person, PAGE_TEXT("patient", person->patient),
        PAGE_TEXT("name", str_text(&name)), PAGE_TEXT("born", rows_or_dash(person->born)),
        PAGE_TEXT("mrn", rows_or_dash(person->mrn)), PAGE_NUMBER("documents", person->documents));
}

static void people_show(struct frame *frame, const struct finding_people *found)
{
    static const char *const names[] = { "q", "dob", NULL };
    bool is_sought = *found->typed;

    (void)page_fill(frame->page, console_patients_find, PAGE_TEXT("q", found->typed),
                    PAGE_WHEN("focus", !is_sought, console_patients_focus));
    lists_say_filling(frame);
    if (found->count == 0) {
        page_add(frame->page, is_sought ? console_patients_nobody : console_patients_unopened);
        return;
    }
    (void)page_fill(frame->page, console_patients_people_begin,
                    PAGE_TEXT("caption", is_sought ? "Found" : "Opened last"),
                    PAGE_WHEN("aim", is_sought, console_patients_aim));
    for (size_t i = 0; i < found->count; i++)
        person_row(frame, &found->people.items[i]);
    page_add(frame->page, console_patients_people_end);
    lists_link_next(frame, "/patients", names, found->next);
}

bool patients_answer(struct exchange *x, struct err *err)
{
    auto_finding_people found = { 0 };
    auto_frame frame = { 0 };

    if (!finding_people(x, PAGING_USUAL, &found, err))
        return false;
    frame_begin(&frame, x, "Patients", TAB_PATIENTS);
    people_show(&frame, &found);
    if (may(x, RIGHT_AWAY))
        page_add(frame.page, console_patients_all_away);
    return frame_end(&frame, err);
}

/* --- /patients/{patient} ---------------------------------------------------------------------- */

/* The types to choose from, and how many documents there are of all. */
struct types {
    struct frame *frame;
    const char *chosen;
    int64_t documents;
};

static void type_option(void *arg, struct span type, int64_t documents)
{
    struct types *types = arg;

    types->documents += documents;
    (void)page_fill(
        types->frame->page, console_patients_type, PAGE_SPAN("type", type),
        PAGE_NUMBER("documents", documents),
        PAGE_WHEN("selected", span_is_nocase(type, types->chosen), console_patients_selected));
}

static bool filter_form(struct frame *frame, const char *patient,
                        const struct finding_documents *found, int64_t *documents_r,
                        struct err *err)
{
    struct types types = { frame, found->type, 0 };
    const char *rest = page_fill(frame->page, console_patients_filter,
                                 PAGE_TEXT("patient", patient), PAGE_ROWS("types"));

    if (!catalog_types(frame->x->console, patient, type_option, &types, err))
        return false;
    (void)page_fill(frame->page, rest, PAGE_TEXT("from", found->from), PAGE_TEXT("to", found->to));
    *documents_r = types.documents;
    return true;
}

/* If all of them are on the page, they are counted there: the index may be a moment behind. */
static int64_t verified_of(const struct finding_documents *found, int64_t listed)
{
    bool is_all = !*found->type && !*found->from && !*found->to && !found->choice.behind.document
                  && !found->listing.has_more;

    return is_all ? (int64_t)found->listing.shown.count : listed;
}

static void documents_show(struct frame *frame, const char *patient,
                           const struct finding_documents *found)
{
    static const char *const names[] = { "type", "from", "to", NULL };
    struct rows_list list = { patient, found->type, found->from, found->to };
    auto_free char *path = mem_printf("/patients/%s", patient);

    rows_to_choose(frame, &found->listing.shown, &list);
    lists_link_next(frame, path, names, found->next);
}

static void person_head(struct frame *frame, const struct catalog_person *person)
{
    (void)page_fill(frame->page, console_patients_head,
                    PAGE_TEXT("born", rows_or_dash(person->born)),
                    PAGE_TEXT("mrn", rows_or_dash(person->mrn)));
}

static void counts_show(struct frame *frame, int64_t verified, int64_t rows)
{
    int64_t more = rows > verified ? rows - verified : 0;

    (void)page_fill(frame->page, console_patients_counts,
                    PAGE_COUNT("documents", verified, "document", "documents"),
                    PAGE_WHEN("unverified", more > 0, console_patients_unverified),
                    PAGE_NUMBER("more", more), PAGE_TEXT("verb", more == 1 ? "is" : "are"));
}

bool patient_answer(struct exchange *x, struct err *err)
{
    auto_finding_person person = { 0 };
    auto_finding_documents found = { 0 };
    auto_frame frame = { 0 };
    auto_str title = STR_MAX(LISTS_NAME_MAX);
    const struct catalog_person *one;
    int64_t listed;

    if (!finding_person(x, &person, err))
        return false;
    one = &person.people.items[0];
    if (!finding_documents(x, one->patient, PAGING_USUAL, &found, err))
        return false;
    lists_name(one, &title);
    frame_begin(&frame, x, str_text(&title), TAB_PATIENTS);
    person_head(&frame, one);
    lists_say_filling(&frame);
    if (!filter_form(&frame, one->patient, &found, &listed, err))
        return false;
    counts_show(&frame, verified_of(&found, listed), person.rows);
    if (may(x, RIGHT_UPLOAD))
        (void)page_fill(frame.page, console_patients_upload, PAGE_TEXT("patient", one->patient));
    documents_show(&frame, one->patient, &found);
    if (may(x, RIGHT_AWAY))
        (void)page_fill(frame.page, console_patients_away, PAGE_TEXT("patient", one->patient));
    return frame_end(&frame, err);
}
