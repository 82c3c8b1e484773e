/*
 * Writes HTML from the templates of html/: their markup goes out as it is, every text that fills a
 * place in them is escaped. Output is gathered; whether the stream took it all is asked once, at
 * the end.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

#include <stdio.h>

struct html_page;

/* Writes to a stream that stays the caller's. The caller frees with page_free(). */
struct html_page *page_new(FILE *to);
void page_free(struct html_page *page); /* NULL is allowed */
void auto_written_page_cleanup(struct html_page **page);
#define auto_written_page __attribute__((cleanup(auto_written_page_cleanup))) struct html_page

enum page_kind {
    PAGE_VALUE_TEXT,
    PAGE_VALUE_NUMBER,
    PAGE_VALUE_ID,
    PAGE_VALUE_LENGTH,
    PAGE_VALUE_BYTES,
    PAGE_VALUE_SHARE,
    PAGE_VALUE_MOMENT,
    PAGE_VALUE_STAMP,
    PAGE_VALUE_PART,
    PAGE_VALUE_ROWS,
};

/* The value of one place in a template. Made with the macros below. */
struct page_value {
    const char *place;
    enum page_kind kind;
    struct span text; /* of a count: its noun */
    int64_t number, whole;
    double length;
};

/* clang-format off */
/* A text from anywhere: escaped, and without characters that turn its direction or are none. */
#define PAGE_TEXT(place, of)        { place, PAGE_VALUE_TEXT, .text = span_of(of) }
#define PAGE_SPAN(place, of)        { place, PAGE_VALUE_TEXT, .text = (of) }

/* Figures: "11,259", "2 documents", "11259", "12.5", "376.1 MB", "90.6%". */
#define PAGE_NUMBER(place, n)       { place, PAGE_VALUE_NUMBER, .number = (n) }
#define PAGE_COUNT(place, n, one, many) \
    { place, PAGE_VALUE_NUMBER, .number = (n), .text = span_of((n) == 1 ? (one) : (many)) }
#define PAGE_ID(place, n)           { place, PAGE_VALUE_ID, .number = (n) }
#define PAGE_LENGTH(place, of)      { place, PAGE_VALUE_LENGTH, .length = (of) }
#define PAGE_BYTES(place, n)        { place, PAGE_VALUE_BYTES, .number = (n) }
#define PAGE_SHARE(place, part, of) { place, PAGE_VALUE_SHARE, .number = (part), .whole = (of) }

/* Times: "23 November 2026, 14:49 AEDT", "2026-11-23 14:49:17 AEDT". */
#define PAGE_MOMENT(place, at_us)   { place, PAGE_VALUE_MOMENT, .number = (at_us) }
#define PAGE_STAMP(place, at_us)    { place, PAGE_VALUE_STAMP, .number = (at_us) }

/* Another template, filled with the same values; PAGE_WHEN: nothing unless the condition holds. */
#define PAGE_PART(place, template)  { place, PAGE_VALUE_PART, .text = span_of(template) }
#define PAGE_WHEN(place, condition, template) PAGE_PART(place, (condition) ? (template) : "")

/* Nothing: page_fill() stops here, and the caller writes the rows. */
#define PAGE_ROWS(place)            { place, PAGE_VALUE_ROWS }
/* clang-format on */

/*
 * Writes a template, each {{place}} filled with the value of that name; a place without a value is
 * a fault of ours and ends the process.
 *   ...   one or more of the values above
 * Returns what is left of the template after the place of a PAGE_ROWS(), "" if it was written
 * whole.
 */
#define page_fill(page, template, ...)                                                             \
    page_fill_values(page, template, (const struct page_value[]){ __VA_ARGS__, { NULL } })
const char *page_fill_values(struct html_page *page, const char *template,
                             const struct page_value *values);

/* Writes a template, or what is left of one, that has no places. */
void page_add(struct html_page *page, const char *markup);

/* Hands everything to the stream. Fails with ERR_OS if it did not take it. */
must_check bool page_end(struct html_page *page, struct err *err);
