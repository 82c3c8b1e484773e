/* Folds by columns, not by bytes: wide characters take two. */
#include "report/terminal.h"

#include "base/utf8.h"
#include "report/words.h"

enum { COLUMNS_MIN = 40 };

void terminal_colour(const struct terminal *t, const char *code)
{
    if (t->has_colour)
        str_printf(t->to, "\033[%sm", code);
}

void terminal_heading(const struct terminal *t, const char *text)
{
    str_add_char(t->to, '\n');
    terminal_colour(t, "1");
    str_add_text(t->to, text);
    terminal_colour(t, "0");
    str_add_char(t->to, '\n');
}

void terminal_blanks(const struct terminal *t, size_t count)
{
    while (count-- > 0)
        str_add_char(t->to, ' ');
}

size_t terminal_cells(int64_t count, int64_t total, size_t width)
{
    size_t cells;

    if (count <= 0 || total <= 0 || width == 0)
        return 0;
    if (count >= total)
        return width;
    cells = (size_t)((double)count / (double)total * (double)width);
    return cells == 0 ? 1 : cells < width ? cells : width - 1;
}

void terminal_number(const struct terminal *t, int64_t n)
{
    auto_str digits = STR_MAX(64);

    words_number(&digits, n);
    terminal_blanks(t, digits.size < 9 ? 9 - digits.size : 0);
    str_add_span(t->to, str_span(&digits));
}

void terminal_sentence(const struct terminal *t, size_t at, size_t indent, const char *text)
{
    auto_str clean = STR_MAX(KIB(16));
    struct span rest;
    bool first = true;

    words_clean(&clean, span_of(text));
    rest = str_span(&clean);
    if (t->columns < COLUMNS_MIN || indent + COLUMNS_MIN / 2 > t->columns)
        indent = 2;
    while (rest.size) {
        struct span word = span_cut(&rest, ' ');
        size_t columns = words_columns(word);

        if (!first && at + 1 + columns > t->columns) {
            str_add_char(t->to, '\n');
            terminal_blanks(t, indent);
            at = indent;
        } else if (!first) {
            str_add_char(t->to, ' ');
            at++;
        }
        str_add_span(t->to, word);
        at += columns;
        first = false;
    }
    str_add_char(t->to, '\n');
}

void terminal_cell(const struct terminal *t, const char *text, size_t columns)
{
    auto_str clean = STR_MAX(KIB(4));
    struct span rest;
    size_t at = 0;
    uint32_t code;

    words_clean(&clean, span_of(text));
    rest = str_span(&clean);
    while (rest.size && at < columns) {
        struct span before = rest;
        size_t wide;

        (void)utf8_next(&rest, &code);
        wide = words_columns(span_first(before, before.size - rest.size));
        if (at + wide > columns - (rest.size > 0)) {
            str_add_text(t->to, "…");
            at++;
            break;
        }
        utf8_add(t->to, code);
        at += wide;
    }
    terminal_blanks(t, columns - at);
}
