/* Code points from the Unicode property tables; by range, because the ranges do not move. */
#include "base/foreign.h"

#include "base/mem.h"
#include "base/screen.h"
#include "base/utf8.h"

#include <stdarg.h>

/* Stands before each line end of our own. It is not UTF-8, so text in UTF-8 never has it. */
#define OURS "\xFF\xFE"

enum { OURS_SIZE = sizeof OURS - 1 };

static const struct {
    uint32_t first, last;
} harmful[] = {
    { 0x00, 0x1F },       /* C0: escape sequences begin here            */
    { 0x7F, 0x9F },       /* delete, and C1: here, too                  */
    { 0xAD, 0xAD },       /* soft hyphen                                */
    { 0x034F, 0x034F },   /* combining grapheme joiner                  */
    { 0x061C, 0x061C },   /* Arabic letter mark                         */
    { 0x115F, 0x1160 },   /* Hangul fillers                             */
    { 0x17B4, 0x17B5 },   /* invisible Khmer vowels                     */
    { 0x180B, 0x180F },   /* Mongolian selectors                        */
    { 0x200B, 0x200F },   /* no width, and marks of direction           */
    { 0x2028, 0x202E },   /* separators, and overrides of direction     */
    { 0x2060, 0x206F },   /* word joiner, invisible operators, isolates */
    { 0x3164, 0x3164 },   /* Hangul filler                              */
    { 0xFEFF, 0xFEFF },   /* byte order mark                            */
    { 0xFFA0, 0xFFA0 },   /* half-width Hangul filler                   */
    { 0xFFF0, 0xFFFB },   /* interlinear annotation                     */
    { 0x1BCA0, 0x1BCA3 }, /* shorthand controls                         */
    { 0x1D173, 0x1D17A }, /* musical controls                           */
    { 0xE0000, 0xE0FFF }, /* tags, and selectors                        */
};

bool foreign_is_harmful(uint32_t code)
{
    if (code >= 0x20 && code < 0x7F) /* nearly every one */
        return false;
    for (size_t i = 0; i < lengthof(harmful); i++)
        if (code >= harmful[i].first && code <= harmful[i].last)
            return true;
    return false;
}

static void add_code(struct str *to, uint32_t code)
{
    if (code == '\t' || code == '\n' || code == '\r')
        str_add_char(to, ' ');
    else
        utf8_add(to, foreign_is_harmful(code) ? UTF8_REPLACEMENT : code);
}

void foreign_add(struct str *to, struct span text)
{
    uint32_t code;

    while (text.size) {
        (void)utf8_next(&text, &code);
        add_code(to, code);
    }
}

void foreign_add_first(struct str *to, struct span text, size_t max_chars)
{
    struct span first = utf8_first(text, max_chars);

    foreign_add(to, first);
    if (first.size < text.size)
        str_add_text(to, "...");
}

/* --- sentences ------------------------------------------------------------------------------ */

/* The same format with each line end marked as ours. The caller frees it. */
__attribute__((format_arg(1))) static char *lines_marked(const char *format)
{
    auto_str to = STR_MAX(SIZE_MAX / 4);

    for (; *format; format++) {
        if (*format == '\n')
            str_add_text(&to, OURS);
        str_add_char(&to, *format);
    }
    return str_take(&to);
}

static void add_marked(struct str *to, struct span text)
{
    while (text.size) {
        size_t at = span_find(text, OURS "\n");

        foreign_add(to, span_first(text, at));
        if (at < text.size) {
            str_add_char(to, '\n');
            at += OURS_SIZE + 1;
        }
        text = span_from(text, at);
    }
}

/* The format is the caller's own literal, checked there; only its marks are added here. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

printf_like(2, 0) static void add_sentence(struct str *to, const char *format, va_list args)
{
    auto_free char *format_marked = lines_marked(format);
    char *text = NULL;
    int size = vasprintf(&text, format_marked, args);

    if (size < 0)
        abort();
    add_marked(to, (struct span){ text, (size_t)size });
    free(text);
}

#pragma GCC diagnostic pop

void foreign_printf(struct str *to, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_sentence(to, format, args);
    va_end(args);
}

void print_raw(struct span text)
{
    bool is_shared = screen_begin();

    (void)fwrite(text.at, 1, text.size, stdout);
    if (is_shared)
        (void)fflush(stdout);
    screen_end();
}

void print(const char *format, ...)
{
    auto_str text = STR_MAX(SIZE_MAX / 4);
    va_list args;

    va_start(args, format);
    add_sentence(&text, format, args);
    va_end(args);
    print_raw(str_span(&text));
}
