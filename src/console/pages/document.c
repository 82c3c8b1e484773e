/* /documents/{row}: one document with all that may be known of it. */
#include "base/mem.h"
#include "console/documents/opened.h"
#include "console/documents/story.h"
#include "console/index/excerpts.h"
#include "console/pages/frame.h"
#include "console/pages/pages.h"
#include "console/preview/document_picture.h"

enum { TITLE_MAX = 512, WORDS_MAX = 2 << 20, LINES_MOST = 2000, LINK_MAX = 4 * 1024 };

/* The page of the document that is shown, and the words that brought one there. */
struct sheet {
    const struct preview_page *drawn;
    int number;
    struct str words;  /* its text, with marks             */
    struct str sought; /* "&q=..." for links to other pages */
    bool has_marks;
};

static void sheet_clear(struct sheet *sheet)
{
    str_clear(&sheet->words);
    str_clear(&sheet->sought);
}

#define auto_sheet __attribute__((cleanup(sheet_clear))) struct sheet

/* --- the page --------------------------------------------------------------------------------- */

static void facts_add(struct html_page *page, const struct visible *d)
{
    char hex[SHA256_HEX_SIZE];

    (void)page_fill(page, console_document_facts, PAGE_TEXT("type", *d->type ? d->type : "-"),
                    PAGE_TEXT("day", *d->day ? d->day : "-"),
                    PAGE_TEXT("name", *d->name ? d->name : "-"), PAGE_BYTES("size", d->size),
                    PAGE_TEXT("mime", d->mime), PAGE_STAMP("stored", d->stored_us),
                    PAGE_TEXT("sha256", sha256_hex(&d->sha256, hex)));
}

static void step_show(struct html_page *page, const struct story_step *step)
{
    char run[32] = "";

    if (step->run)
        (void)snprintf(run, sizeof run, "run %jd", (intmax_t)step->run);
    (void)page_fill(page, console_document_step, PAGE_STAMP("at", step->at_us),
                    PAGE_TEXT("words", step->words), PAGE_TEXT("by", step->who ? step->who : run));
}

static void story_add(struct frame *frame, const struct told_story *story, const char *row)
{
    const char *rest = page_fill(frame->page, console_document_story, PAGE_ROWS("steps"));

    for (size_t i = 0; i < story->count; i++)
        step_show(frame->page, &story->steps[i]);
    (void)page_fill(frame->page, rest,
                    PAGE_WHEN("looks", may(frame->x, RIGHT_VIEWS), console_document_looks),
                    PAGE_TEXT("row", row));
}

/* The patient as the index has them; one whom it does not know yet has a link all the same. */
static bool patient_name(struct exchange *x, const struct visible *d, struct str *to,
                         struct err *err)
{
    const char *patient = d->patient;
    auto_people people = { 0 };

    if (patient && !catalog_people_of(x->console, &patient, 1, &people, err))
        return false;
    if (people.count == 1)
        catalog_person_name(&people.items[0], to);
    if (to->size == 0)
        str_add_text(to, "All documents of this patient");
    return true;
}

/* --- the picture ------------------------------------------------------------------------------ */

/* A part, marked or not, with its ends of lines. Returns how many it has. */
static int part_add(struct html_page *page, struct span part, bool is_marked)
{
    int lines = 0;

    while (part.size) {
        struct span rest = part, line = span_cut(&rest, '\n');

        if (line.size)
            (void)page_fill(page, is_marked ? console_document_marked : console_document_plain,
                            PAGE_SPAN("text", line));
        if (line.size < part.size) {
            page_add(page, console_document_line_end);
            lines++;
        }
        part = rest;
    }
    return lines;
}

static void words_add(struct html_page *page, const struct sheet *sheet)
{
    struct span rest = str_span(&sheet->words), part;
    bool is_marked;
    const char *behind;
    int lines = 0;

    if (rest.size == 0)
        return;
    behind = page_fill(page, console_document_words, PAGE_ID("page", sheet->number),
                       PAGE_WHEN("open", sheet->has_marks, console_document_open),
                       PAGE_ROWS("marked"));
    while (lines < LINES_MOST && marked_cut(&rest, &part, &is_marked))
        lines += part_add(page, part, is_marked);
    (void)page_fill(page, behind, PAGE_TEXT("plain", ""), PAGE_TEXT("line_end", ""));
}

static void picture_show(struct html_page *page, const struct sheet *sheet, const char *row)
{
    const struct preview_page *drawn = sheet->drawn;
    int number = sheet->number;

    (void)page_fill(page, console_document_picture, PAGE_TEXT("row", row), PAGE_ID("page", number),
                    PAGE_ID("pages", drawn->pages), PAGE_ID("width", drawn->width),
                    PAGE_ID("height", drawn->height), PAGE_ID("to_before", number - 1),
                    PAGE_ID("to_behind", number + 1), PAGE_TEXT("sought", str_text(&sheet->sought)),
                    PAGE_WHEN("of", drawn->pages > 0, console_document_of_pages),
                    PAGE_WHEN("before", number > 1, console_document_before),
                    PAGE_WHEN("behind", number < drawn->pages, console_document_behind));
}

static void password_ask(struct frame *frame, int number, const char *row)
{
    auto_free char *action = mem_printf("/documents/%s/pages/%d", row, number);
    const char *rest = page_fill(frame->page, console_document_password, PAGE_ROWS("form"));

    frame_form(frame, action);
    (void)page_fill(frame->page, rest, PAGE_ID("page", number));
}

static void sheet_add(struct frame *frame, const struct sheet *sheet, const char *row)
{
    const struct preview_page *drawn = sheet->drawn;
    const char *why = preview_words(drawn->shape);

    if (drawn->jpeg.size > 0)
        picture_show(frame->page, sheet, row);
    else
        (void)page_fill(frame->page, console_document_no_picture,
                        PAGE_TEXT("why", *why ? why : "It has no such page."));
    if (drawn->shape == PREVIEW_ENCRYPTED)
        password_ask(frame, sheet->number, row);
    words_add(frame->page, sheet);
}

/* --- all of it -------------------------------------------------------------------------------- */

static void head_add(struct frame *frame, const struct visible *d, const char *row,
                     const char *patient)
{
    (void)page_fill(
        frame->page, console_document_begin,
        PAGE_PART("patient", d->patient ? console_document_of_patient : console_document_of_nobody),
        PAGE_TEXT("patient_id", d->patient ? d->patient : ""), PAGE_TEXT("patient_name", patient),
        PAGE_WHEN("edit", d->is_upload && may(frame->x, RIGHT_EDIT), console_document_edit),
        PAGE_WHEN("give", may(frame->x, RIGHT_REVIEW) && frame->x->console->settings->link,
                  console_document_give),
        PAGE_WHEN("away", may(frame->x, RIGHT_AWAY), console_document_away), PAGE_TEXT("row", row));
}

/* "Referral 2024-03-01": no name of a person, which the browser's history would keep. */
static void title_write(const struct visible *d, struct str *to)
{
    str_add_text(to, *d->type ? d->type : "Document");
    if (*d->day)
        str_printf(to, " %s", d->day);
}

/* Words that cannot be read mark nothing: the page is shown all the same. */
static bool words_mark(struct exchange *x, const struct visible *d, struct sheet *sheet,
                       struct err *err)
{
    const char *typed = request_query(x->request, "q");
    struct span text = str_span(&sheet->drawn->text);
    struct facts_words words = { 0 };
    struct err ignored;
    bool good;

    if (typed && *typed && facts_words_read(span_of(typed), &words, &ignored)) {
        str_add_text(&sheet->sought, "&q=");
        request_encode(span_of(typed), &sheet->sought);
    }
    good =
        page_mark(x->console, d, sheet->number, str_text(&words.marks), text, &sheet->words, err);
    sheet->has_marks = sheet->words.size > text.size;
    facts_words_clear(&words);
    return good;
}

static bool document_show(struct exchange *x, const struct visible *d, const struct sheet *sheet,
                          struct err *err)
{
    auto_told_story story = { 0 };
    auto_str title = STR_MAX(TITLE_MAX), patient = STR_MAX(TITLE_MAX);
    auto_frame frame = { 0 };
    char row[UUID_TEXT_SIZE];

    if (!story_tell(x, d, &story, err) || !patient_name(x, d, &patient, err))
        return false;
    (void)uuid_text(&d->row, row);
    title_write(d, &title);
    frame_begin(&frame, x, str_text(&title), TAB_PATIENTS);
    head_add(&frame, d, row, str_text(&patient));
    sheet_add(&frame, sheet, row);
    facts_add(frame.page, d);
    story_add(&frame, &story, row);
    return frame_end(&frame, err);
}

bool document_answer(struct exchange *x, struct err *err)
{
    auto_visible_list list = { 0 };
    auto_preview_page drawn = { 0 };
    auto_sheet sheet = { .drawn = &drawn,
                         .words = STR_MAX(WORDS_MAX),
                         .sought = STR_MAX(LINK_MAX) };
    struct picture_choice choice = { 0 };

    return picture_read(x, request_query(x->request, "page"), &choice)
           && visible_one(x, request_param(x->request, "row"), &list, err)
           && opened_note(x, &list.items[0], err)
           && picture_draw(x, &list.items[0], &choice, &drawn, err)
           && (sheet.number = choice.page, words_mark(x, &list.items[0], &sheet, err))
           && document_show(x, &list.items[0], &sheet, err);
}
