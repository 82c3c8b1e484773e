/* /search: the documents that have the words, each with the page and the words around them. */
#include "base/mem.h"
#include "console/index/finding.h"
#include "console/index/indexer.h"
#include "console/inside.h"
#include "console/pages/frame.h"
#include "console/pages/lists.h"
#include "console/pages/pages.h"
#include "console/pages/paging.h"
#include "console/pages/rows.h"

enum { LINK_MAX = 4 * 1024 };

/* Documents come into the list before their words do. */
static void reading_say(struct frame *frame)
{
    struct indexer_words words = indexer_words(frame->x->console->indexer);

    if (words.waiting > 0)
        (void)page_fill(frame->page, console_search_reading,
                        PAGE_NUMBER("read", words.documents - words.waiting),
                        PAGE_NUMBER("total", words.documents));
}

/* --- hits ------------------------------------------------------------------------------------- */

static bool patients_of(struct exchange *x, const struct visible_list *shown,
                        struct catalog_people *people_r, struct err *err)
{
    auto_free const char **ids = mem_zero((shown->count + 1) * sizeof *ids);
    size_t count = 0;

    for (size_t i = 0; i < shown->count; i++)
        if (shown->items[i].patient)
            ids[count++] = shown->items[i].patient;
    return catalog_people_of(x->console, ids, count, people_r, err);
}

/* The page that has the words, which are marked there; a document that fits by its facts is opened as usual. */
static char *hit_link(const struct finding_documents *found, size_t i)
{
    auto_str to = STR_MAX(LINK_MAX);
    char row[UUID_TEXT_SIZE];

    str_printf(&to, "/documents/%s", uuid_text(&found->listing.shown.items[i].row, row));
    if (found->listing.pages[i] > 0) {
        str_printf(&to, "?page=%d&q=", found->listing.pages[i]);
        request_encode(span_of(found->typed), &to);
    }
    return str_take(&to);
}

static void excerpt_show(struct html_page *page, const char *text)
{
    struct span rest = span_of(text), part;
    const char *behind;
    bool is_marked;

    if (!text)
        return;
    behind = page_fill(page, console_search_excerpt, PAGE_ROWS("marked"));
    while (marked_cut(&rest, &part, &is_marked))
        (void)page_fill(page, is_marked ? console_search_marked : console_search_plain,
                        PAGE_SPAN("text", part));
    (void)page_fill(page, behind, PAGE_TEXT("plain", ""));
}

static void facts_show(struct frame *frame, const struct visible *document,
                       const struct catalog_people *people)
{
    const struct catalog_person *person = catalog_person_of(people, document->patient);
    auto_str name = STR_MAX(LISTS_NAME_MAX);
    char kind[ROWS_KIND_SIZE];

    if (person)
        lists_name(person, &name);
    (void)page_fill(
        frame->page, console_search_hit_facts, PAGE_WHEN("whose", person, console_search_whose),
        PAGE_TEXT("patient", person ? person->patient : ""), PAGE_TEXT("name", str_text(&name)),
        PAGE_TEXT("file", document->name), PAGE_TEXT("kind", rows_kind(document->mime, kind)),
        PAGE_BYTES("size", document->size));
}

static void hit_show(struct frame *frame, const struct finding_documents *found, size_t i,
                     const struct catalog_people *people)
{
    const struct visible *document = &found->listing.shown.items[i];
    auto_free char *to = hit_link(found, i);
    int number = found->listing.pages[i];

    (void)page_fill(frame->page, console_search_hit, PAGE_TEXT("to", to),
                    PAGE_TEXT("day", rows_or_dash(document->day)),
                    PAGE_TEXT("type", rows_or_dash(document->type)),
                    PAGE_WHEN("on", number > 0, console_search_on), PAGE_ID("page", number));
    excerpt_show(frame->page, found->excerpts.texts[i]);
    facts_show(frame, document, people);
}

/* The same words in the other order. */
static void order_show(struct frame *frame, const struct finding_documents *found)
{
    bool is_best = found->choice.is_best_first;
    auto_str to = STR_MAX(LINK_MAX);

    str_add_text(&to, "/search?q=");
    request_encode(span_of(found->typed), &to);
    if (!is_best)
        str_add_text(&to, "&sort=best");
    (void)page_fill(frame->page, console_search_order,
                    PAGE_COUNT("documents", found->listing.documents, "document", "documents"),
                    PAGE_WHEN("or_more", found->listing.is_cut, console_search_or_more),
                    PAGE_TEXT("order", is_best ? "best first" : "newest first"),
                    PAGE_WHEN("other", found->was_best_wanted == is_best, console_search_other),
                    PAGE_TEXT("to", str_text(&to)),
                    PAGE_TEXT("other_order", is_best ? "newest first" : "best first"));
}

static void hits_show(struct frame *frame, const struct finding_documents *found,
                      const struct catalog_people *people)
{
    static const char *const names[] = { "q", "sort", NULL };
    const struct listing *listing = &found->listing;

    if (listing->is_cut)
        (void)page_fill(frame->page, console_search_cut, PAGE_NUMBER("fits", CATALOG_FITS));
    if (listing->shown.count == 0) {
        page_add(frame->page, console_search_no_hit);
    } else {
        if (found->words.match.size)
            order_show(frame, found);
        page_add(frame->page, console_search_hits_begin);
        for (size_t i = 0; i < listing->shown.count; i++)
            hit_show(frame, found, i, people);
        page_add(frame->page, console_search_hits_end);
    }
    lists_link_next(frame, "/search", names, found->next);
}

/* --- the page --------------------------------------------------------------------------------- */

static void form_show(struct frame *frame, const char *q)
{
    (void)page_fill(frame->page, console_search_form, PAGE_TEXT("q", q),
                    PAGE_WHEN("focus", !*q, console_search_focus));
}

/* What was typed stays in the field, to be mended there. */
static bool search_mend(struct exchange *x, const char *q, const struct err *why, struct err *err)
{
    auto_frame frame = { 0 };

    x->answer.status = 400;
    frame_begin(&frame, x, "Search", TAB_SEARCH);
    form_show(&frame, q);
    (void)page_fill(frame.page, console_search_mend, PAGE_TEXT("why", why->msg));
    return frame_end(&frame, err);
}

bool search_answer(struct exchange *x, struct err *err)
{
    const char *typed = request_query(x->request, "q"), *q = typed ? typed : "";
    auto_finding_documents found = { 0 };
    auto_people people = { 0 };
    auto_frame frame = { 0 };
    struct err why = { 0 };

    if (*q && !finding_documents(x, NULL, PAGING_USUAL, &found, &why)) {
        if (why.kind == ERR_DATA && !x->is_refused)
            return search_mend(x, q, &why, err);
        *err = why;
        return false;
    }
    if (*q && !patients_of(x, &found.listing.shown, &people, err))
        return false;
    frame_begin(&frame, x, "Search", TAB_SEARCH);
    form_show(&frame, q);
    lists_say_filling(&frame);
    reading_say(&frame);
    if (*q)
        hits_show(&frame, &found, &people);
    return frame_end(&frame, err);
}
