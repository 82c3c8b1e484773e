/*
 * Writing HTML: what is ours goes out as it is, what is somebody else's is escaped. Small pieces
 * are gathered; whether the stream took them all is asked once, in the end.
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

/* Markup of ours. */
void page_add(struct html_page *page, const char *markup);
void page_printf(struct html_page *page, const char *format, ...) printf_like(2, 3);

/* A text of anybody's: escaped, without what would turn its direction or is no character. */
void page_text(struct html_page *page, const char *text);
void page_span(struct html_page *page, struct span text);

/* Words of ours with figures in them, escaped as well. */
void page_number(struct html_page *page, int64_t n);
void page_bytes(struct html_page *page, int64_t bytes);
void page_share(struct html_page *page, int64_t part, int64_t whole);
void page_moment(struct html_page *page, int64_t at_us); /* "23 November 2026, 03:49 UTC" */
void page_stamp(struct html_page *page, int64_t at_us);  /* "2026-11-23 03:49:17"         */

/* "1 document", "2 documents" */
void page_count(struct html_page *page, int64_t n, const char *one, const char *many);

/* Hands everything to the stream. Fails with ERR_OS if it did not take it. */
must_check bool page_end(struct html_page *page, struct err *err);
