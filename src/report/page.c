/* A buffer before a stream, and the five characters that mean something in HTML. */
#include "report/page.h"

#include "base/mem.h"
#include "report/words.h"

#include <stdarg.h>

enum { GATHERED = 32 * 1024, TEXT_MAX = 1024 * 1024 };

struct html_page {
    FILE *to;
    struct str text;
    bool broken;
    int code; /* errno, if broken */
};

struct html_page *page_new(FILE *to)
{
    struct html_page *page = mem_new(struct html_page);

    page->to = to;
    page->text = (struct str)STR_MAX(GATHERED + TEXT_MAX);
    return page;
}

void page_free(struct html_page *page)
{
    if (!page)
        return;
    str_clear(&page->text);
    free(page);
}

void auto_written_page_cleanup(struct html_page **page)
{
    page_free(*page);
}

static void page_flush(struct html_page *page)
{
    if (!page->broken
        && fwrite(str_text(&page->text), 1, page->text.size, page->to) != page->text.size) {
        page->broken = true;
        page->code = errno;
    }
    str_reset(&page->text);
}

void page_add(struct html_page *page, const char *markup)
{
    str_add_text(&page->text, markup);
    if (page->text.size >= GATHERED)
        page_flush(page);
}

void page_printf(struct html_page *page, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    if (vsnprintf(text, sizeof text, format, args) >= (int)sizeof text)
        abort(); /* only markup of ours comes here, and it is short */
    va_end(args);
    page_add(page, text);
}

void page_span(struct html_page *page, struct span text)
{
    auto_str clean = STR_MAX(TEXT_MAX);

    words_clean(&clean, text);
    for (size_t i = 0; i < clean.size; i++) {
        switch (clean.at[i]) {
        case '&':
            str_add_text(&page->text, "&amp;");
            break;
        case '<':
            str_add_text(&page->text, "&lt;");
            break;
        case '>':
            str_add_text(&page->text, "&gt;");
            break;
        case '"':
            str_add_text(&page->text, "&quot;");
            break;
        case '\'':
            str_add_text(&page->text, "&#39;");
            break;
        default:
            str_add_char(&page->text, clean.at[i]);
        }
        if (page->text.size >= GATHERED)
            page_flush(page);
    }
}

void page_text(struct html_page *page, const char *text)
{
    page_span(page, span_of(text));
}

void page_number(struct html_page *page, int64_t n)
{
    words_number(&page->text, n);
}

void page_bytes(struct html_page *page, int64_t bytes)
{
    words_bytes(&page->text, bytes);
}

void page_share(struct html_page *page, int64_t part, int64_t whole)
{
    words_share(&page->text, part, whole);
}

void page_moment(struct html_page *page, int64_t at_us)
{
    words_moment(&page->text, at_us);
}

void page_stamp(struct html_page *page, int64_t at_us)
{
    words_stamp(&page->text, at_us);
}

void page_count(struct html_page *page, int64_t n, const char *one, const char *many)
{
    page_number(page, n);
    page_add(page, " ");
    page_add(page, n == 1 ? one : many);
}

bool page_end(struct html_page *page, struct err *err)
{
    page_flush(page);
    if (page->broken)
        errno = page->code;
    return (!page->broken && fflush(page->to) == 0) || err_os(err, "writing the report");
}
