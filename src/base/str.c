/* Spans and growing text. */
#include "base/str.h"

#include "base/mem.h"

#include <stdarg.h>
#include <strings.h>

bool span_is_nocase(struct span span, const char *text)
{
    return span.size == strlen(text)
           && (span.size == 0 || strncasecmp(span.at, text, span.size) == 0);
}

bool span_ends(struct span span, const char *suffix)
{
    size_t size = strlen(suffix);

    return span.size >= size && span_is(span_from(span, span.size - size), suffix);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span span_trim(struct span span)
{
    while (span.size && is_blank(span.at[0]))
        span = span_from(span, 1);
    while (span.size && is_blank(span.at[span.size - 1]))
        span.size--;
    return span;
}

size_t span_find(struct span hay, const char *needle)
{
    size_t size = strlen(needle);
    const char *found;

    if (size == 0)
        return 0;
    if (hay.size < size)
        return hay.size;
    found = memmem(hay.at, hay.size, needle, size);
    return found ? (size_t)(found - hay.at) : hay.size;
}

struct span span_cut(struct span *rest, char separator)
{
    const char *found = rest->size ? memchr(rest->at, separator, rest->size) : NULL;
    struct span before = *rest;

    if (!found) {
        *rest = SPAN_NONE;
        return before;
    }
    before.size = (size_t)(found - rest->at);
    *rest = span_from(*rest, before.size + 1);
    return before;
}

static bool ends_word(char c)
{
    return c == ' ' || c == ',';
}

struct span span_word(struct span *rest)
{
    struct span word;

    while (rest->size && ends_word(*rest->at))
        *rest = span_from(*rest, 1);
    for (word = *rest; rest->size && !ends_word(*rest->at);)
        *rest = span_from(*rest, 1);
    word.size -= rest->size;
    return word.size ? word : SPAN_NONE;
}

struct span span_extension(struct span path)
{
    for (size_t i = path.size; i > 0 && path.at[i - 1] != '/'; i--)
        if (path.at[i - 1] == '.')
            return span_from(path, i);
    return SPAN_NONE;
}

char *span_text(struct span span)
{
    return mem_copy(span.at, span.size);
}

void str_clear(struct str *s)
{
    free(s->at);
    *s = (struct str)STR_MAX(s->max);
}

void str_reset(struct str *s)
{
    s->cut = false;
    str_cut(s, 0);
}

void str_cut(struct str *s, size_t size_bytes)
{
    if (size_bytes > s->size || !s->at)
        return;
    s->size = size_bytes;
    s->at[s->size] = '\0';
}

/* Twice as much as before, but never beyond the cap and its zero. */
static size_t room_for(const struct str *s, size_t need)
{
    size_t room = s->room < 128 ? 256 : s->room * 2;

    if (room > s->max)
        room = s->max + 1;
    return room > need ? room : need;
}

bool str_reserve(struct str *s, size_t size_bytes)
{
    size_t need;

    if (size_bytes > s->max - s->size) {
        s->cut = true;
        return false;
    }
    need = s->size + size_bytes + 1;
    if (need <= s->room)
        return true;
    s->room = room_for(s, need);
    s->at = mem_grow(s->at, s->room);
    s->at[s->size] = '\0';
    return true;
}

void str_add(struct str *s, const void *bytes, size_t size_bytes)
{
    if (!str_reserve(s, size_bytes))
        return;
    if (size_bytes)
        memcpy(s->at + s->size, bytes, size_bytes);
    s->size += size_bytes;
    s->at[s->size] = '\0';
}

void str_add_text(struct str *s, const char *text)
{
    str_add(s, text, strlen(text));
}

void str_add_span(struct str *s, struct span span)
{
    str_add(s, span.at, span.size);
}

void str_printf(struct str *s, const char *format, ...)
{
    char small[256];
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (length < 0)
        abort();
    if ((size_t)length < sizeof small) {
        str_add(s, small, (size_t)length);
        return;
    }
    if (!str_reserve(s, (size_t)length))
        return;
    va_start(args, format);
    (void)vsnprintf(s->at + s->size, (size_t)length + 1, format, args);
    va_end(args);
    s->size += (size_t)length;
}

void str_add_u64(struct str *s, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    str_add(s, digits + at, sizeof digits - at);
}

void str_add_i64(struct str *s, int64_t number)
{
    if (number < 0)
        str_add_char(s, '-');
    str_add_u64(s, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

struct span str_span(const struct str *s)
{
    return (struct span){ s->at, s->size };
}

const char *str_text(const struct str *s)
{
    return s->at ? s->at : "";
}

char *str_take(struct str *s)
{
    char *text = s->at ? s->at : mem_text("");

    *s = (struct str)STR_MAX(s->max);
    return text;
}
