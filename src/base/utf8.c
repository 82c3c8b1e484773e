/* UTF-8 without the process's locale. */
#include "base/utf8.h"

#include <locale.h>
#include <pthread.h>
#include <wctype.h>

static const struct {
    uint8_t mask, lead;
    unsigned extra;
    uint32_t least;
} forms[] = {
    { 0xE0, 0xC0, 1, 0x80 },
    { 0xF0, 0xE0, 2, 0x800 },
    { 0xF8, 0xF0, 3, 0x10000 },
};

static bool utf8_decode(struct span text, uint32_t *code_r, size_t *used_r)
{
    uint8_t first = (uint8_t)text.at[0];

    if (first < 0x80) {
        *code_r = first;
        *used_r = 1;
        return true;
    }
    for (size_t i = 0; i < lengthof(forms); i++) {
        uint32_t code = first & (uint8_t)~forms[i].mask;

        if ((first & forms[i].mask) != forms[i].lead)
            continue;
        if (text.size <= forms[i].extra)
            return false;
        for (unsigned k = 1; k <= forms[i].extra; k++) {
            uint8_t byte = (uint8_t)text.at[k];

            if ((byte & 0xC0) != 0x80)
                return false;
            code = code << 6 | (byte & 0x3F);
        }
        if (code < forms[i].least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return false;
        *code_r = code;
        *used_r = forms[i].extra + 1;
        return true;
    }
    return false;
}

bool utf8_next(struct span *text, uint32_t *code_r)
{
    size_t used = 1;
    bool good = utf8_decode(*text, code_r, &used);

    if (!good)
        *code_r = UTF8_REPLACEMENT;
    *text = span_from(*text, used);
    return good;
}

static char continuation_byte(uint32_t code, unsigned shift)
{
    return (char)(0x80 | (code >> shift & 0x3F));
}

/* Added in one piece, so that the cap of `to` never cuts a character in two. */
void utf8_add(struct str *to, uint32_t code)
{
    if (code < 0x80)
        str_add_char(to, (char)code);
    else if (code < 0x800)
        str_add(to, (char[]){ (char)(0xC0 | code >> 6), continuation_byte(code, 0) }, 2);
    else if (code < 0x10000)
        str_add(to,
                (char[]){ (char)(0xE0 | code >> 12), continuation_byte(code, 6),
                          continuation_byte(code, 0) },
                3);
    else
        str_add(to,
                (char[]){ (char)(0xF0 | code >> 18), continuation_byte(code, 12),
                          continuation_byte(code, 6), continuation_byte(code, 0) },
                4);
}

/* The size of the ASCII in front: nearly all text is ASCII, and needs no decoding. */
static size_t ascii_size(struct span text)
{
    const uint64_t high_bits = 0x8080808080808080;
    size_t size = 0;

    for (uint64_t eight; size + sizeof eight <= text.size; size += sizeof eight) {
        memcpy(&eight, text.at + size, sizeof eight);
        if (eight & high_bits)
            break;
    }
    while (size < text.size && (uint8_t)text.at[size] < 0x80)
        size++;
    return size;
}

bool utf8_is_kept(struct span text)
{
    return text.size == 0 || (!memchr(text.at, '\0', text.size) && utf8_is_valid(text));
}

void utf8_add_kept(struct str *to, struct span text)
{
    uint32_t code;

    if (utf8_is_kept(text)) {
        str_add_span(to, text);
        return;
    }
    while (text.size) {
        (void)utf8_next(&text, &code);
        utf8_add(to, code ? code : UTF8_REPLACEMENT);
    }
}

bool utf8_is_valid(struct span text)
{
    uint32_t code;

    for (;;) {
        text = span_from(text, ascii_size(text));
        if (text.size == 0)
            return true;
        if (!utf8_next(&text, &code))
            return false;
    }
}

/* C.UTF-8 comes with glibc's own files (libc-bin); no other locale needs to be installed. */
static locale_t unicode;
static pthread_once_t unicode_once = PTHREAD_ONCE_INIT;

/* Without it, equal names would silently differ, so the process ends. */
static void unicode_open(void)
{
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (unicode)
        return;
    (void)fputs("fmferry: the locale C.UTF-8 is missing (package libc-bin)\n", stderr);
    abort();
}

static void add_lower_ascii(struct str *to, struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];

        str_add_char(to, c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
    }
}

void utf8_add_lower(struct str *to, struct span text)
{
    uint32_t code;

    (void)pthread_once(&unicode_once, unicode_open);
    for (;;) {
        size_t plain = ascii_size(text);

        add_lower_ascii(to, span_first(text, plain));
        text = span_from(text, plain);
        if (text.size == 0)
            return;
        (void)utf8_next(&text, &code);
        utf8_add(to, (uint32_t)towlower_l((wint_t)code, unicode));
    }
}

bool utf8_is_space(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        { 0x09, 0x0D },     { 0x20, 0x20 },     { 0x85, 0x85 },     { 0xA0, 0xA0 },
        { 0x1680, 0x1680 }, { 0x2000, 0x200A }, { 0x2028, 0x2029 }, { 0x202F, 0x202F },
        { 0x205F, 0x205F }, { 0x3000, 0x3000 },
    };

    for (size_t i = 0; i < lengthof(ranges); i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

struct span utf8_first(struct span text, size_t max_chars)
{
    struct span rest = text;
    uint32_t code;

    if (text.size <= max_chars)
        return text;
    for (size_t n = 0; rest.size && n < max_chars; n++)
        (void)utf8_next(&rest, &code);
    return span_first(text, text.size - rest.size);
}

size_t utf8_count(struct span text)
{
    size_t count = 0;
    uint32_t code;

    for (; text.size; count++)
        (void)utf8_next(&text, &code);
    return count;
}
