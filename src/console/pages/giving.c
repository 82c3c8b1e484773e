/* /documents/{row}/patient and /tasks/{task}: a document is given to another patient. */
#include "console/whose/giving.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/documents/document_shown.h"
#include "console/documents/opened.h"
#include "console/index/finding.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/pages/paging.h"
#include "console/pages/rows.h"
#include "console/whose/tasks.h"

enum { NAME_BYTES = 4 * 1024, FOUND_MOST = 20 };

/* How long a page waits for the end of a task before it says that it is under way. */
#define PATIENCE_US (5 * TIME_SECOND)

/* --- the page that asks ----------------------------------------------------------------------- */

static void person_name(const struct catalog_person *person, struct str *to)
{
    catalog_person_name(person, to);
    if (!to->size)
        str_add_text(to, "(no name)");
}

static bool lead_add(struct frame *frame, const struct visible *d, const char *row, struct err *err)
{
    const char *patient = d->patient;
    auto_people people = { 0 };
    auto_str name = STR_MAX(NAME_BYTES);
    auto_free char *title = mem_printf("%s %s", *d->type ? d->type : "Document", d->day);

    if (patient && !catalog_people_of(frame->x->console, &patient, 1, &people, err))
        return false;
    if (people.count == 1)
        person_name(&people.items[0], &name);
    else
        str_add_text(&name, "another patient");
    (void)page_fill(
        frame->page, console_giving_lead,
        PAGE_PART("what", patient ? console_giving_with_patient : console_giving_with_nobody),
        PAGE_TEXT("patient", patient ? patient : ""), PAGE_TEXT("name", str_text(&name)),
        PAGE_TEXT("row", row), PAGE_TEXT("title", title));
    return true;
}

static void choices_add(struct frame *frame, const struct visible *d, const char *row,
                        const struct finding_people *found)
{
    auto_free char *action = mem_printf("/documents/%s/patient", row);
    char tag[DOCUMENT_TAG_SIZE];

    frame_form(frame, action);
    (void)page_fill(frame->page, console_giving_choices_begin,
                    PAGE_TEXT("legend", *found->typed
                                            ? "Give it to"
                                            : "Give it to one of those whom you opened last"));
    for (size_t i = 0; i < found->count && i < FOUND_MOST; i++) {
        const struct catalog_person *person = &found->people.items[i];
        auto_str name = STR_MAX(NAME_BYTES);

        person_name(person, &name);
        (void)page_fill(frame->page, console_giving_choice, PAGE_TEXT("patient", person->patient),
                        PAGE_TEXT("name", str_text(&name)),
                        PAGE_TEXT("born", rows_or_dash(person->born)),
                        PAGE_TEXT("mrn", rows_or_dash(person->mrn)));
    }
    if (d->patient)
        page_add(frame->page, console_giving_choice_none);
    (void)page_fill(frame->page, console_giving_choices_end,
                    PAGE_TEXT("version", document_tag(d, tag)), PAGE_TEXT("row", row),
                    PAGE_ID("least", GIVING_REASON_LEAST), PAGE_TEXT("who", frame->x->who.name));
}

static bool giving_show(struct exchange *x, const struct visible *d,
                        const struct finding_people *found, struct err *err)
{
    char row[UUID_TEXT_SIZE];
    auto_frame frame = { 0 };

    (void)uuid_text(&d->row, row);
    frame_begin(&frame, x, "Give to a patient", TAB_REVIEW);
    if (!lead_add(&frame, d, row, err))
        return false;
    (void)page_fill(frame.page, console_giving_find, PAGE_TEXT("row", row),
                    PAGE_TEXT("q", found->typed));
    if (found->count == 0 && *found->typed)
        page_add(frame.page, console_giving_nobody);
    if (found->count > 0 || d->patient)
        choices_add(&frame, d, row, found);
    return frame_end(&frame, err);
}

bool giving_page_answer(struct exchange *x, struct err *err)
{
    auto_visible_list list = { 0 };
    auto_finding_people found = { 0 };

    return giving_is_allowed(x) && visible_one(x, request_param(x->request, "row"), &list, err)
           && opened_note(x, &list.items[0], err) && finding_people(x, FOUND_MOST, &found, err)
           && giving_show(x, &list.items[0], &found, err);
}

/* --- the wish --------------------------------------------------------------------------------- */

static bool is_the_version(struct exchange *x, const struct visible *d)
{
    char tag[DOCUMENT_TAG_SIZE];

    return strcmp(request_form_text(x->request, "version"), document_tag(d, tag)) == 0
           || refuse(x, PROBLEM_STALE, "the document is not as you saw it");
}

bool giving_answer(struct exchange *x, struct err *err)
{
    const char *patient = request_form(x->request, "patient");
    struct giving giving = { .patient = patient && *patient ? patient : NULL,
                             .reason = request_form_text(x->request, "reason") };
    auto_visible_list list = { 0 };
    auto_free char *to = NULL;
    char task[UUID_TEXT_SIZE];

    if (!visible_one(x, request_param(x->request, "row"), &list, err)
        || !is_the_version(x, &list.items[0]))
        return false;
    if (!patient)
        return refuse(x, PROBLEM_BAD_REQUEST, "say to whom, or to nobody");
    giving.document = &list.items[0];
    if (!giving_order(x, &giving, task, err))
        return false;
    to = mem_printf("/tasks/%s", task);
    answer_go_to(&x->answer, to);
    return true;
}

/* --- what became of it ------------------------------------------------------------------------ */

static const char *look_of(enum task_state state)
{
    switch (state) {
    case TASK_WAITING:
    case TASK_WORKING:
        return "warn";
    case TASK_DONE:
        return "said";
    case TASK_FAILED:
        return "problem";
    }
    return "";
}

bool task_answer(struct exchange *x, struct err *err)
{
    const char *id = request_param(x->request, "task");
    struct task_told told;
    auto_frame frame = { 0 };

    if (!tasks_look(x, id, PATIENCE_US, &told))
        return false;
    frame_begin(&frame, x, "Give to a patient", TAB_REVIEW);
    (void)page_fill(
        frame.page, console_giving_task, PAGE_TEXT("look", look_of(told.state)),
        PAGE_TEXT("words", *told.words ? told.words : "It is under way."),
        PAGE_PART("document", *told.row ? console_giving_task_document : console_giving_task_all),
        PAGE_TEXT("row", told.row),
        PAGE_WHEN("again", told.state < TASK_DONE, console_giving_task_again), PAGE_TEXT("id", id));
    return frame_end(&frame, err);
}
