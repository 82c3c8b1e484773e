/* /views and /self/views: who saw what, for those who check it, and for everybody one's own. */
#include "console/pages/pages.h"

#include "base/mem.h"
#include "console/console_db.h"
#include "console/inside.h"
#include "console/pages/frame.h"
#include "console/views/view_list.h"
#include "console/views/view_log.h"

enum { PAGE_ENTRIES = 50, CSV_ENTRIES = 20000, QUERY_MAX = 16 * 1024 };

/* A list on its way. */
struct views_page {
    struct exchange *x;
    const char *path; /* "/views" */
    bool is_own;
    const char *who, *from, *to; /* as they were typed */
    struct view_choice choice;
    struct str query; /* "who=kim&what=login": the choice, for links and under the cursor's seal */
    bool is_nobody;   /* `who` has no account */
    struct frame *frame;
    int64_t count;
    struct cursor last;
};

/* --- what is chosen --------------------------------------------------------------------------- */

/* The value of a filter, which also goes into the query. */
static const char *filter_read(struct views_page *page, const char *name)
{
    const char *value = request_query(page->x->request, name);

    if (!value || !*value)
        return "";
    str_printf(&page->query, "%s%s=", page->query.size ? "&" : "", name);
    request_encode(span_of(value), &page->query);
    return value;
}

static bool choice_read(struct views_page *page, struct err *err)
{
    struct view_choice *choice = &page->choice;

    if (page->is_own) {
        choice->account = page->x->who.account;
    } else {
        page->who = filter_read(page, "who");
        choice->row = filter_read(page, "row");
        choice->patient = filter_read(page, "patient");
    }
    choice->what = filter_read(page, "what");
    page->from = filter_read(page, "from");
    page->to = filter_read(page, "to");
    return view_days_read(page->from, page->to, choice, err);
}

/* Reading the log is noted, too; one's own entries are one's own. */
static bool reading_note(struct views_page *page, const char *how, struct err *err)
{
    auto_free char *detail = mem_printf("%s%s", how, str_text(&page->query));

    return page->is_own
           || view_of(page->x, (struct view_entry){ .what = VIEW_VIEWS_READ, .detail = detail },
                      err);
}

static bool account_find(struct views_page *page, struct sql *sql, struct err *err)
{
    if (page->is_own || !*page->who)
        return true;
    if (!view_account(sql, page->who, &page->choice.account, err))
        return false;
    page->is_nobody = !page->choice.account;
    return true;
}

static bool entries_each(struct views_page *page, view_seen_row *row, struct err *err)
{
    auto_lent lent = { 0 };

    return console_db_borrow(page->x->console->db, &lent, err) && account_find(page, lent.sql, err)
           && (page->is_nobody || view_list_each(lent.sql, &page->choice, row, page, err));
}

/* --- the page --------------------------------------------------------------------------------- */

static void choose_form(struct views_page *page)
{
    struct html_page *html = page->frame->page;
    const char *rest;

    rest = page_fill(html, console_views_choose, PAGE_TEXT("action", page->path),
                     PAGE_WHEN("others", !page->is_own, console_views_others),
                     PAGE_TEXT("who", page->who), PAGE_TEXT("row", page->choice.row),
                     PAGE_TEXT("patient", page->choice.patient), PAGE_ROWS("whats"));
    for (int i = 0; i < VIEW_WHATS; i++) {
        const char *name = view_what_name((enum view_what)i);

        (void)page_fill(
            html, console_views_option, PAGE_TEXT("name", name),
            PAGE_WHEN("selected", strcmp(name, page->choice.what) == 0, console_views_selected));
    }
    (void)page_fill(html, rest, PAGE_TEXT("from", page->from), PAGE_TEXT("to", page->to));
}

/* One more than a page is asked for, which tells whether there are older ones. */
static bool entry_row(void *arg, const struct view_seen *seen)
{
    struct views_page *page = arg;
    const struct view_columns *c = &seen->columns;

    if (++page->count > PAGE_ENTRIES)
        return false;
    page->last = view_cursor(seen);
    (void)page_fill(page->frame->page, console_views_entry, PAGE_STAMP("at", c->at_us),
                    PAGE_SPAN("who", seen->who), PAGE_SPAN("what", c->what),
                    PAGE_SPAN("outcome", c->outcome), PAGE_SPAN("row", c->row),
                    PAGE_SPAN("patient", c->patient), PAGE_SPAN("detail", c->detail),
                    PAGE_SPAN("address", c->address));
    return true;
}

/* What the cursor is good for: this list, of this person if it is one's own. */
static void seal_words(const struct views_page *page, struct str *to)
{
    str_printf(to, "%s %jd ", page->path, (intmax_t)(page->is_own ? page->x->who.account : 0));
    str_add_span(to, str_span(&page->query));
}

static void links_below(struct views_page *page)
{
    auto_str words = STR_MAX(QUERY_MAX + 64);
    const char *query = str_text(&page->query), *joint = *query ? "&" : "";
    char cursor[CURSOR_TEXT_SIZE];
    auto_free char *older = NULL, *csv = mem_printf("%s.csv?%s", page->path, query);

    seal_words(page, &words);
    older = mem_printf(
        "%s?%s%scursor=%s", page->path, query, joint,
        cursor_text(&page->x->console->cursor_key, str_span(&words), &page->last, cursor));
    if (page->count > PAGE_ENTRIES)
        (void)page_fill(page->frame->page, console_views_older, PAGE_TEXT("older", older));
    if (!page->is_own)
        (void)page_fill(page->frame->page, console_views_csv, PAGE_TEXT("csv", csv));
}

static bool list_write(struct views_page *page, struct err *err)
{
    struct html_page *html = page->frame->page;
    const char *rest = page_fill(html, console_views_table, PAGE_ROWS("rows"));

    if (!entries_each(page, entry_row, err))
        return false;
    page_add(html, rest);
    if (page->is_nobody)
        (void)page_fill(html, console_views_nobody, PAGE_TEXT("who", page->who));
    else if (page->count == 0)
        page_add(html, console_views_none);
    links_below(page);
    return true;
}

static bool page_answer(struct exchange *x, struct views_page *page, struct err *err)
{
    auto_frame frame = { 0 };
    auto_str words = STR_MAX(QUERY_MAX + 64);

    page->x = x;
    page->frame = &frame;
    page->choice.limit = PAGE_ENTRIES + 1;
    if (!choice_read(page, err))
        return false;
    seal_words(page, &words);
    if (!cursor_read(&x->console->cursor_key, str_span(&words), request_query(x->request, "cursor"),
                     &page->choice.behind, err)
        || !reading_note(page, "", err))
        return false;
    frame_begin(&frame, x, page->is_own ? "What you saw and did" : "Who saw what",
                page->is_own ? TAB_SELF : TAB_VIEWS);
    choose_form(page);
    return list_write(page, err) && frame_end(&frame, err);
}

bool views_answer(struct exchange *x, struct err *err)
{
    struct views_page page = { .path = "/views", .query = STR_MAX(QUERY_MAX) };
    bool done = page_answer(x, &page, err);

    str_clear(&page.query);
    return done;
}

bool self_views_answer(struct exchange *x, struct err *err)
{
    struct views_page page = { .path = "/self/views",
                               .is_own = true,
                               .who = "",
                               .choice = { .row = "", .patient = "" },
                               .query = STR_MAX(QUERY_MAX) };
    bool done = page_answer(x, &page, err);

    str_clear(&page.query);
    return done;
}

/* --- CSV -------------------------------------------------------------------------------------- */

static bool csv_row(void *arg, const struct view_seen *seen)
{
    struct views_page *page = arg;

    view_csv_add(&page->x->answer.body, seen);
    return true;
}

static bool csv_write(struct views_page *page, struct err *err)
{
    struct answer *answer = &page->x->answer;

    page->choice.limit = CSV_ENTRIES;
    if (!choice_read(page, err) || !reading_note(page, "CSV ", err))
        return false;
    str_add_text(&answer->body, view_csv_head());
    if (!entries_each(page, csv_row, err) || !str_fits(&answer->body, "the CSV", err))
        return false;
    answer->type = "text/csv; charset=utf-8";
    answer_header(answer, "Content-Disposition", "attachment; filename=\"views.csv\"");
    return true;
}

bool views_csv_answer(struct exchange *x, struct err *err)
{
    struct views_page page = { .x = x, .path = "/views", .query = STR_MAX(QUERY_MAX) };
    bool done = csv_write(&page, err);

    str_clear(&page.query);
    return done;
}
