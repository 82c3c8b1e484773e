/* UTF-8: reads code points, repairs other bytes, makes lower case, finds white space. */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum { UTF8_REPLACEMENT = 0xFFFD };

/*
 * Reads one code point from the front of `*text` and moves past it. Over-long forms, surrogates and
 * values above 0x10FFFF are not code points: one byte is skipped, `*code_r` is UTF8_REPLACEMENT,
 * and false is returned. `text->size` must not be 0.
 */
bool utf8_next(struct span *text, uint32_t *code_r);

void utf8_add(struct str *to, uint32_t code);

bool utf8_is_valid(struct span text);

/*
 * Appends `text` as every database can keep it, so that it compares equal with what is read back:
 * NUL and every byte that is not part of UTF-8 become U+FFFD.
 */
void utf8_add_kept(struct str *to, struct span text);

/* Whether utf8_add_kept() would append `text` unchanged. */
bool utf8_is_kept(struct span text);

/* Appends `text` in lower case (Unicode simple mapping, independent of the locale). */
void utf8_add_lower(struct str *to, struct span text);

/* The property White_Space of Unicode. */
bool utf8_is_space(uint32_t code);

/* The longest prefix of at most `max_chars` code points; never cuts one in two. */
struct span utf8_first(struct span text, size_t max_chars);

/* Number of code points; a stray byte counts as one. */
size_t utf8_count(struct span text);
