/* The frame of every page. */
#include "console/pages/frame.h"

#include "base/time.h"
#include "console/inside.h"
#include "console/server/assets.h"
#include "version.h"

void auto_frame_cleanup(struct frame *frame)
{
    page_free(frame->page);
    if (frame->to)
        (void)fclose(frame->to);
    free(frame->text);
}

/* A tab is shown to those who have its right. */
static const struct tab {
    enum frame_tab tab;
    enum right right;
    const char *to, *name;
} tabs[] = {
    { TAB_RUN, RIGHT_RUN, "/run", "Run" },
    { TAB_FAILURES, RIGHT_FAILURES, "/failures", "Failures" },
    { TAB_SIGNOFF, RIGHT_RUN, "/signoff", "Sign-off" },
    { TAB_PATIENTS, RIGHT_FIND, "/patients", "Patients" },
    { TAB_SEARCH, RIGHT_FIND, "/search", "Search" },
    { TAB_REVIEW, RIGHT_REVIEW, "/review", "Whose is it" },
    { TAB_VIEWS, RIGHT_VIEWS, "/views", "Who saw what" },
    { TAB_USERS, RIGHT_USERS, "/users", "Users" },
};

static void links_add(struct frame *frame, enum frame_tab current)
{
    page_add(frame->page, console_frame_links_begin);
    for (size_t i = 0; i < lengthof(tabs); i++)
        if (may(frame->x, tabs[i].right))
            (void)page_fill(frame->page, console_frame_link, PAGE_TEXT("to", tabs[i].to),
                            PAGE_TEXT("name", tabs[i].name),
                            PAGE_WHEN("current", tabs[i].tab == current, console_frame_link_here));
    page_add(frame->page, console_frame_links_end);
}

void frame_begin(struct frame *frame, struct exchange *x, const char *title, enum frame_tab tab)
{
    const char *rest;

    frame->x = x;
    frame->to = open_memstream(&frame->text, &frame->size);
    frame->page = page_new(frame->to);
    rest = page_fill(frame->page, console_frame_top, PAGE_TEXT("title", title),
                     PAGE_TEXT("practice", x->console->practice),
                     PAGE_TEXT("icon", assets_icon_path()), PAGE_TEXT("style", assets_style_path()),
                     PAGE_TEXT("script", assets_script_path()), PAGE_ROWS("links"));
    if (x->who.account)
        links_add(frame, tab);
    rest = page_fill(frame->page, rest, PAGE_TEXT("title", title), PAGE_TEXT("name", x->who.name),
                     PAGE_TEXT("csrf", x->who.csrf),
                     PAGE_WHEN("self", x->who.account != 0, console_frame_self),
                     PAGE_ROWS("content"));
    (void)rest;
}

bool frame_end(struct frame *frame, struct err *err)
{
    struct exchange *x = frame->x;
    char ends[TIME_TEXT_SIZE];

    (void)page_fill(frame->page, console_frame_bottom, PAGE_TEXT("version", VERSION),
                    PAGE_TEXT("name", x->who.name),
                    PAGE_TEXT("ends", time_rfc3339(x->who.ends_us, ends)),
                    PAGE_STAMP("ends_shown", x->who.ends_us),
                    PAGE_WHEN("session", x->who.session != 0, console_frame_session));
    if (!page_end(frame->page, err))
        return false;
    if (fflush(frame->to) != 0)
        return err_os(err, "writing a page");
    str_add(&x->answer.body, frame->text, frame->size);
    return true;
}

void frame_form(struct frame *frame, const char *action)
{
    (void)page_fill(frame->page, console_frame_form, PAGE_TEXT("action", action),
                    PAGE_TEXT("csrf", frame->x->who.csrf));
}

bool frame_problem(struct exchange *x, struct err *err)
{
    auto_frame frame = { 0 };

    problem_head(&x->problem, &x->answer);
    frame_begin(&frame, x, problem_title(x->problem.type), TAB_NONE);
    (void)page_fill(frame.page, console_problem_page, PAGE_TEXT("detail", x->problem.detail),
                    PAGE_TEXT("mend", problem_mend(x->problem.type)), PAGE_TEXT("id", x->id));
    return frame_end(&frame, err);
}
