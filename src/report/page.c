/* Fills templates: escapes the five characters that mean something in HTML, and buffers. */
#include "report/page.h"

#include "base/mem.h"
#include "report/words.h"

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

static void markup_add(struct html_page *page, struct span markup)
{
    str_add_span(&page->text, markup);
    if (page->text.size >= GATHERED)
        page_flush(page);
}

void page_add(struct html_page *page, const char *markup)
{
    markup_add(page, span_of(markup));
}

/* The entity that stands for a character; NULL if the character stands for itself. */
static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void text_escape(struct html_page *page, struct span text)
{
    auto_str clean = STR_MAX(TEXT_MAX);

    words_clean(&clean, text);
    for (size_t i = 0; i < clean.size; i++) {
        const char *entity = entity_of(clean.at[i]);

        markup_add(page, entity ? span_of(entity) : (struct span){ &clean.at[i], 1 });
    }
}

static void value_write(struct html_page *page, const struct page_value *value,
                        const struct page_value *values)
{
    switch (value->kind) {
    case PAGE_VALUE_TEXT:
        text_escape(page, value->text);
        return;
    case PAGE_VALUE_NUMBER:
        words_number(&page->text, value->number);
        page_add(page, value->text.size ? " " : "");
        text_escape(page, value->text);
        return;
    case PAGE_VALUE_ID:
        str_printf(&page->text, "%jd", (intmax_t)value->number);
        return;
    case PAGE_VALUE_LENGTH:
        str_printf(&page->text, "%.1f", value->length);
        return;
    case PAGE_VALUE_BYTES:
        words_bytes(&page->text, value->number);
        return;
    case PAGE_VALUE_SHARE:
        words_share(&page->text, value->number, value->whole);
        return;
    case PAGE_VALUE_MOMENT:
        words_moment(&page->text, value->number);
        return;
    case PAGE_VALUE_STAMP:
        words_stamp(&page->text, value->number);
        return;
    case PAGE_VALUE_PART:
        (void)page_fill_values(page, value->text.at, values);
        return;
    case PAGE_VALUE_ROWS:
        break;
    }
    abort();
}

static const struct page_value *value_of(const struct page_value *values, struct span place)
{
    for (; values->place; values++)
        if (span_is(place, values->place))
            return values;
    abort();
}

const char *page_fill_values(struct html_page *page, const char *template,
                             const struct page_value *values)
{
    const char *open;

    while ((open = strstr(template, "{{"))) {
        const char *close = strstr(open, "}}");
        const struct page_value *value =
            value_of(values, (struct span){ open + 2, (size_t)(close - open - 2) });

        markup_add(page, (struct span){ template, (size_t)(open - template) });
        template = close + 2;
        if (value->kind == PAGE_VALUE_ROWS)
            return template;
        value_write(page, value, values);
    }
    page_add(page, template);
    return template + strlen(template);
}

bool page_end(struct html_page *page, struct err *err)
{
    page_flush(page);
    if (page->broken)
        errno = page->code;
    return (!page->broken && fflush(page->to) == 0) || err_os(err, "writing the report");
}
