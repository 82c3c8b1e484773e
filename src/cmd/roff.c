/* Escapes as groff_char(7) asks: quotes, hyphens and tildes stay what can be typed and copied. */
#include "cmd/roff.h"

static const char *escape_of(char c)
{
    switch (c) {
    case '\\':
        return "\\e";
    case '-':
        return "\\-";
    case '\'':
        return "\\(aq";
    case '`':
        return "\\(ga";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    default:
        return NULL;
    }
}

void roff_words(struct str *to, const char *text)
{
    if (*text == '.')
        str_add_text(to, "\\&");
    for (; *text; text++) {
        const char *escape = escape_of(*text);

        if (escape)
            str_add_text(to, escape);
        else
            str_add_char(to, *text);
    }
}

void roff_bold(struct str *to, const char *text)
{
    str_add_text(to, "\\fB");
    roff_words(to, text);
    str_add_text(to, "\\fR");
}

void roff_italic(struct str *to, const char *text)
{
    str_add_text(to, "\\fI");
    roff_words(to, text);
    str_add_text(to, "\\fR");
}

void roff_flow(struct str *to, const char *text)
{
    struct span rest = span_of(text);

    while (rest.size) {
        auto_free char *line = span_text(span_trim(span_cut(&rest, '\n')));

        if (*line)
            roff_words(to, line);
        else
            str_add_text(to, ".PP");
        str_add_char(to, '\n');
    }
}
