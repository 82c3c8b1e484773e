/* /documents/{row}/pages/{n} and the same for programs: a page as a picture, and its words. */
#include "console/console_assets.h"
#include "console/documents/opened.h"
#include "console/pages/pages.h"
#include "console/preview/document_picture.h"
#include "json/writer.h"

enum { THUMBNAIL_WIDTH = 320 };

/* The page that the path names, of a document whose opening is noted. */
static bool page_draw(struct exchange *x, const char *password, struct preview_page *page_r,
                      struct err *err)
{
    auto_visible_list list = { 0 };
    struct picture_choice choice;

    if (!picture_read(x, request_param(x->request, "n"), &choice)
        || !visible_one(x, request_param(x->request, "row"), &list, err)
        || !opened_note(x, &list.items[0], err))
        return false;
    choice.password = password;
    return picture_draw(x, &list.items[0], &choice, page_r, err);
}

/* A page that the document does not have is not there, and so is one that cannot be drawn. */
static bool picture_answer(struct exchange *x, const char *password, struct err *err)
{
    auto_preview_page page = { 0 };

    if (!page_draw(x, password, &page, err))
        return false;
    if (page.jpeg.size == 0)
        return refuse(x, PROBLEM_NOT_THERE, "%s",
                      page.shape == PREVIEW_OK ? "the document has no such page"
                                               : preview_words(page.shape));
    x->answer.type = "image/jpeg";
    str_add_span(&x->answer.body, str_span(&page.jpeg));
    return true;
}

/* In a list, what cannot be drawn has an empty sheet: it is named there, and opened elsewhere. */
bool thumbnail_answer(struct exchange *x, struct err *err)
{
    static const struct picture_choice choice = { .page = 1, .width = THUMBNAIL_WIDTH };
    auto_visible_list list = { 0 };
    auto_preview_page page = { 0 };

    if (!visible_one(x, request_param(x->request, "row"), &list, err)
        || !opened_glance_note(x, &list.items[0], err)
        || !picture_draw(x, &list.items[0], &choice, &page, err))
        return false;
    if (page.jpeg.size == 0) {
        x->answer.type = "image/svg+xml";
        str_add_text(&x->answer.body, asset_sheet);
        return true;
    }
    x->answer.type = "image/jpeg";
    str_add_span(&x->answer.body, str_span(&page.jpeg));
    return true;
}

bool document_page_answer(struct exchange *x, struct err *err)
{
    return picture_answer(x, NULL, err);
}

bool document_opened_page_answer(struct exchange *x, struct err *err)
{
    const char *password = request_form_text(x->request, "password");

    return picture_answer(x, *password ? password : NULL, err);
}

bool document_text_answer(struct exchange *x, struct err *err)
{
    auto_preview_page page = { 0 };

    if (!page_draw(x, NULL, &page, err))
        return false;
    if (page.text.size == 0 && page.shape != PREVIEW_OK)
        return refuse(x, PROBLEM_NOT_THERE, "%s", preview_words(page.shape));
    x->answer.type = "text/plain; charset=utf-8";
    str_add_span(&x->answer.body, str_span(&page.text));
    return true;
}

static void lines_write(struct json_writer *w, struct span text)
{
    json_name(w, "lines");
    json_open_array(w);
    while (text.size)
        json_write_span(w, span_cut(&text, '\n'));
    json_close_array(w);
}

bool api_document_text_answer(struct exchange *x, struct err *err)
{
    struct json_writer w = JSON_WRITER_SHOWN(&x->answer.body);
    auto_preview_page page = { 0 };

    if (!page_draw(x, NULL, &page, err))
        return false;
    if (page.text.size == 0 && page.shape != PREVIEW_OK)
        return refuse(x, PROBLEM_NOT_THERE, "%s", preview_words(page.shape));
    json_open_object(&w);
    json_member_i64(&w, "pages", page.pages);
    json_member_i64(&w, "width", page.width);
    json_member_i64(&w, "height", page.height);
    lines_write(&w, str_span(&page.text));
    json_close_object(&w);
    answer_json(&x->answer);
    return true;
}
