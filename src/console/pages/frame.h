/*
 * The frame of every page: head, links to the pages that this one may use, the page's own content,
 * foot. Markup comes from the templates of html/ (report/page.h); every text in it is escaped.
 */
#pragma once

#include "console/console_html.h"
#include "console/server/exchange.h"
#include "report/page.h"

/* The link that is marked as where one is. */
enum frame_tab {
    TAB_NONE,
    TAB_RUN,
    TAB_FAILURES,
    TAB_SIGNOFF,
    TAB_PATIENTS,
    TAB_SEARCH,
    TAB_REVIEW,
    TAB_VIEWS,
    TAB_USERS,
    TAB_SELF,
};

/* A page on its way. `page` is what page_fill() writes to. */
struct frame {
    struct html_page *page;
    struct exchange *x;
    FILE *to;
    char *text;
    size_t size;
};

/* `auto_frame frame = { 0 };` and frame_begin(): what was not ended is dropped. */
void auto_frame_cleanup(struct frame *frame);
#define auto_frame __attribute__((cleanup(auto_frame_cleanup))) struct frame

/* Writes everything above the content. `title` is also the heading. */
void frame_begin(struct frame *frame, struct exchange *x, const char *title, enum frame_tab tab);

/* Writes the foot; the page becomes the answer's body. Fails with ERR_OS. */
must_check bool frame_end(struct frame *frame, struct err *err);

/* Begins a form that changes something, with the session's token in it; the caller ends it. */
void frame_form(struct frame *frame, const char *action);

/* The page about a problem, with its status. Fails with ERR_OS. */
must_check bool frame_problem(struct exchange *x, struct err *err);
