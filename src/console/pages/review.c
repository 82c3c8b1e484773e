/* /review and /review/{id}: two rosters side by side, and a person's word that they mean the same. */
#include "base/mem.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/pages/paging.h"
#include "console/whose/giving.h"
#include "console/whose/reviewing.h"

enum { ID_MAX = 16 * 1024 };

/* --- one case --------------------------------------------------------------------------------- */

static const char *or_unknown(const char *text)
{
    return *text ? text : "not known";
}

/* What differs is said by a word: nobody needs to see a colour. */
static const char *verdict_of(const struct reviewing_side *filemaker, const char *theirs,
                              const char *ours)
{
    if (!filemaker->is_there || !*theirs || !*ours)
        return "";
    return strcmp(theirs, ours) == 0 ? "same" : "differs";
}

static void line_add(struct html_page *page, const struct reviewing_case *one, const char *what,
                     char *(*part)(const struct reviewing_side *side))
{
    const char *theirs = one->filemaker.is_there ? part(&one->filemaker) : "";
    const char *rest = page_fill(page, console_review_line, PAGE_TEXT("what", what),
                                 PAGE_TEXT("filemaker", or_unknown(theirs)), PAGE_ROWS("cells"));

    for (size_t i = 0; i < one->candidate_count; i++) {
        const char *ours = part(&one->candidates[i]);

        (void)page_fill(page, console_review_cell, PAGE_TEXT("text", or_unknown(ours)),
                        PAGE_TEXT("verdict", verdict_of(&one->filemaker, theirs, ours)));
    }
    if (one->candidate_count == 0)
        (void)page_fill(page, console_review_cell, PAGE_TEXT("text", ""), PAGE_TEXT("verdict", ""));
    page_add(page, rest);
}

static char *first_name_of(const struct reviewing_side *side)
{
    return side->first_name;
}

static char *last_name_of(const struct reviewing_side *side)
{
    return side->last_name;
}

static char *born_of(const struct reviewing_side *side)
{
    return side->born;
}

static void patients_add(struct html_page *page, const struct reviewing_case *one)
{
    const char *rest;

    if (one->candidate_count == 0)
        return;
    rest = page_fill(page, console_review_patients, PAGE_ROWS("cells"));
    for (size_t i = 0; i < one->candidate_count; i++)
        (void)page_fill(page, console_review_patient,
                        PAGE_TEXT("patient", one->candidates[i].patient));
    page_add(page, rest);
}

static void sides_add(struct html_page *page, const struct reviewing_case *one, size_t number,
                      const char *encoded)
{
    const char *rest = page_fill(
        page, console_review_case, PAGE_ID("number", (int64_t)number), PAGE_TEXT("why", one->why),
        PAGE_TEXT("id", one->filemaker_id), PAGE_TEXT("id_encoded", encoded),
        PAGE_WHEN("documents", one->documents > 0, console_review_documents),
        PAGE_COUNT("count", one->documents, "document", "documents"),
        PAGE_WHEN("document", *one->document, console_review_document),
        PAGE_TEXT("row", one->document), PAGE_ROWS("heads"));

    for (size_t i = 0; i < one->candidate_count; i++)
        page_add(page, console_review_head);
    if (one->candidate_count == 0)
        page_add(page, console_review_head_none);
    page_add(page, rest);
    line_add(page, one, "First name", first_name_of);
    line_add(page, one, "Last name", last_name_of);
    line_add(page, one, "Born", born_of);
    patients_add(page, one);
}

/* `decides`: with the link to the page where one says that they are the same. */
static void case_add(struct html_page *page, const struct reviewing_case *one, size_t number,
                     bool decides)
{
    auto_str encoded = STR_MAX(ID_MAX);
    const char *end = decides ? console_review_decide : "";

    request_encode(span_of(one->filemaker_id), &encoded);
    sides_add(page, one, number, str_text(&encoded));
    if (!one->may_be_the_one)
        end = console_review_cannot;
    (void)page_fill(page, console_review_case_end, PAGE_PART("decide", end),
                    PAGE_TEXT("id", one->filemaker_id),
                    PAGE_TEXT("id_encoded", str_text(&encoded)));
}

/* --- the list --------------------------------------------------------------------------------- */

static void done_say(struct frame *frame)
{
    const char *done = request_query(frame->x->request, "done");

    if (done && strcmp(done, "accept") == 0)
        (void)page_fill(frame->page, console_review_said,
                        PAGE_TEXT("sentence",
                                  "They are the same person from now on. Their documents go to "
                                  "them with the next 'fmferry link'."));
}

static void list_show(struct frame *frame, const struct reviewing_list *list)
{
    auto_str cursor = STR_MAX(ID_MAX);

    done_say(frame);
    page_add(frame->page, console_review_lead);
    if (list->count == 0)
        page_add(frame->page, console_review_nobody);
    for (size_t i = 0; i < list->count; i++)
        case_add(frame->page, &list->items[i], i + 1, true);
    if (!list->next)
        return;
    request_encode(span_of(list->next), &cursor);
    (void)page_fill(frame->page, console_review_more, PAGE_TEXT("cursor", str_text(&cursor)));
}

bool review_answer(struct exchange *x, struct err *err)
{
    auto_reviewing_list list = { 0 };
    auto_frame frame = { 0 };

    if (!reviewing_page(x, PAGING_USUAL, &list, err))
        return false;
    frame_begin(&frame, x, "Whose is it", TAB_REVIEW);
    list_show(&frame, &list);
    return frame_end(&frame, err);
}

/* --- one of them ------------------------------------------------------------------------------ */

static void accept_form(struct frame *frame)
{
    auto_str action = STR_MAX(ID_MAX);
    const char *rest = page_fill(frame->page, console_review_accept, PAGE_ROWS("form"));

    str_add_text(&action, "/review/");
    request_encode(span_of(request_param(frame->x->request, "id")), &action);
    frame_form(frame, str_text(&action));
    (void)page_fill(frame->page, rest, PAGE_ID("least", REVIEWING_REASON_LEAST),
                    PAGE_TEXT("name", frame->x->who.name));
}

bool review_one_answer(struct exchange *x, struct err *err)
{
    auto_reviewing_list list = { 0 };
    auto_frame frame = { 0 };
    bool may_be_the_one = false;

    if (!reviewing_one(x, &list, err))
        return false;
    frame_begin(&frame, x, "Whose is it", TAB_REVIEW);
    for (size_t i = 0; i < list.count; i++) {
        case_add(frame.page, &list.items[i], i + 1, false);
        may_be_the_one = may_be_the_one || list.items[i].may_be_the_one;
    }
    if (may_be_the_one)
        accept_form(&frame);
    return frame_end(&frame, err);
}

bool review_accept_answer(struct exchange *x, struct err *err)
{
    auto_free char *to = NULL;
    char task[UUID_TEXT_SIZE];

    if (!reviewing_accept(x, request_form_text(x->request, "reason"), err)
        || !giving_order_all(x, task, err))
        return false;
    to = *task ? mem_printf("/tasks/%s", task) : mem_text("/review?done=accept");
    answer_go_to(&x->answer, to);
    return true;
}
