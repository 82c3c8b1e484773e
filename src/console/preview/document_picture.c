/* Between the store, whose bytes are compared first, and the processes that draw. */
#include "console/preview/document_picture.h"

#include "base/num.h"
#include "console/documents/fetch.h"

bool picture_read(struct exchange *x, const char *page, struct picture_choice *choice_r)
{
    static const int widths[] = { 320, 1200, 2000 };
    const char *width = request_query(x->request, "w");
    int64_t number = 1, wanted = PICTURE_WIDTH;
    struct err wrong;

    if (page && *page && !num_i64(span_of(page), 1, PICTURE_PAGES_MAX, &number, &wrong))
        return refuse(x, PROBLEM_BAD_REQUEST, "page: %s", wrong.msg);
    if (width && !num_i64(span_of(width), 0, INT32_MAX, &wanted, &wrong))
        return refuse(x, PROBLEM_BAD_REQUEST, "w: %s", wrong.msg);
    for (size_t i = 0; i < lengthof(widths); i++)
        if (wanted == widths[i]) {
            *choice_r = (struct picture_choice){ .page = (int)number, .width = widths[i] };
            return true;
        }
    return refuse(x, PROBLEM_BAD_REQUEST, "w is 320, 1200 or 2000");
}

static bool is_cached(const struct exchange *x, const struct visible *document,
                      const struct picture_choice *choice)
{
    return !choice->password
           && preview_is_cached(x->console, &document->sha256, choice->page, choice->width);
}

bool picture_draw(struct exchange *x, const struct visible *document,
                  const struct picture_choice *choice, struct preview_page *page_r, struct err *err)
{
    auto_handing handing = handing_of(x, document, VIEW_PAGES, NULL);
    auto_str bytes = STR_MAX(PICTURE_DOCUMENT_MAX);
    struct preview_job job = { .sha256 = document->sha256,
                               .mime = document->mime,
                               .page = choice->page,
                               .width = choice->width,
                               .password = choice->password,
                               .session = x->who.session ? x->who.session : -x->who.token };

    if (document->size > PICTURE_DOCUMENT_MAX) {
        *page_r = (struct preview_page){ .shape = PREVIEW_TOO_LARGE };
        return true;
    }
    if (!is_cached(x, document, choice) && !fetch_whole(x, document, &handing, &bytes, err))
        return false;
    job.bytes = str_span(&bytes);
    return preview_draw(x->console, &job, page_r, err);
}
