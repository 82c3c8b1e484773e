/*
 * Text and bytes: a span borrows them, a str owns and grows them up to a cap given at birth.
 *
 * Appending beyond the cap is remembered rather than reported: append freely, then ask str_fits()
 * (base/err.h) once, where there is something to say about it.
 */
#pragma once

#include "base/base.h"

#include <string.h>

/* Borrowed bytes, not ended by a zero. `at` may be NULL if `size` is 0. */
struct span {
    const char *at;
    size_t size;
};

#define SPAN_NONE ((struct span){ NULL, 0 })
#define SPAN_FORMAT "%.*s"
#define SPAN_ARGS(span) (int)(span).size, (span).at

/*
 * The short ones are inline: a document calls them thousands of times, mostly with texts whose
 * length the compiler knows.
 */

/* NULL gives SPAN_NONE. */
static inline struct span span_of(const char *text)
{
    return (struct span){ text, text ? strlen(text) : 0 };
}

/* The rest after `skip` bytes. */
static inline struct span span_from(struct span span, size_t skip)
{
    if (skip >= span.size)
        return (struct span){ span.at ? span.at + span.size : NULL, 0 };
    return (struct span){ span.at + skip, span.size - skip };
}

/* At most the first `keep` bytes. */
static inline struct span span_first(struct span span, size_t keep)
{
    return (struct span){ span.at, keep < span.size ? keep : span.size };
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

static inline bool span_is(struct span span, const char *text)
{
    return span_equal(span, span_of(text));
}

static inline bool span_starts(struct span span, const char *prefix)
{
    return span_is(span_first(span, strlen(prefix)), prefix);
}

bool span_is_nocase(struct span span, const char *text); /* ASCII letters only */
bool span_ends(struct span span, const char *suffix);
struct span span_trim(struct span span); /* blanks, tabs, CR and LF at both ends */

/* Where `needle` begins in `hay`, or hay.size. */
size_t span_find(struct span hay, const char *needle);

/*
 * Cuts `*rest` at the first `separator`: returns the part before it, leaves the part after it.
 * Without a separator returns everything and leaves SPAN_NONE with `at` NULL.
 */
struct span span_cut(struct span *rest, char separator);

/* Cuts the next of words with blanks or commas between; SPAN_NONE: there is none any more. */
struct span span_word(struct span *rest);

/* The extension of a path's last name: the text after its last dot; SPAN_NONE if it has no dot. */
struct span span_extension(struct span path);

/* A copy ended by a zero; the caller frees. */
char *span_text(struct span span);

struct str {
    char *at; /* NULL, or always ended by a zero */
    size_t size;
    size_t room; /* allocated, the zero included; at most max + 1 */
    size_t max;  /* cap on `size` */
    bool cut;    /* something did not fit */
};

/* `struct str s = STR_MAX(KIB(64));` and str_clear() or auto_str in the end. */
#define STR_MAX(max_bytes)                                                                         \
    {                                                                                              \
        .max = (max_bytes)                                                                         \
    }
#define auto_str __attribute__((cleanup(str_clear))) struct str

void str_clear(struct str *s); /* frees; the cap stays */
void str_reset(struct str *s); /* empties; keeps the memory */

/* Append all of it, or nothing if it goes beyond the cap. */
void str_add(struct str *s, const void *bytes, size_t size_bytes);
void str_add_text(struct str *s, const char *text);
void str_add_span(struct str *s, struct span span);
void str_printf(struct str *s, const char *format, ...) printf_like(2, 3);

/* In decimal. */
void str_add_i64(struct str *s, int64_t number);
void str_add_u64(struct str *s, uint64_t number);

/* Text is often written character by character. Mostly there is room, and nothing else to check. */
static inline void str_add_char(struct str *s, char c)
{
    if (s->size + 1 >= s->room) {
        str_add(s, &c, 1);
        return;
    }
    s->at[s->size++] = c;
    s->at[s->size] = '\0';
}

/* Shortens to `size_bytes`. */
void str_cut(struct str *s, size_t size_bytes);

/* Makes room for `size_bytes` more; false if the cap forbids it (and marks the str as cut). */
bool str_reserve(struct str *s, size_t size_bytes);

struct span str_span(const struct str *s);
const char *str_text(const struct str *s); /* "" when empty; borrowed until the next change */
char *str_take(struct str *s);             /* the text; the caller frees; the str is empty again */
