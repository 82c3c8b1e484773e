/* Figures and texts as people read them: the same words in the terminal and in the report. */
#pragma once

#include "base/base.h"
#include "base/str.h"

/* "11,259"; with the text that follows it; with a noun: "1 document", "2 documents". */
void words_number(struct str *to, int64_t n);
void words_number_and(struct str *to, int64_t n, const char *text);
void words_count(struct str *to, int64_t n, const char *one, const char *many);

enum { SHARES_MAX = 16 };

/* A part's share of a whole. */
struct share {
    int tenths;    /* of a percent; -1: there is nothing to have a share of  */
    bool is_small; /* less than the one tenth that it counts as              */
};

/*
 * Shares out 100.0 % among parts by the largest remainder, so that they always sum to it. What is
 * there has at least 0.1 %, so that 100.0 % means all.
 *   parts      none below 0; together the whole; at most SHARES_MAX
 *   shares_r   one for each part
 */
void words_shares(const int64_t *parts, size_t count, struct share *shares_r);

/* Adds "90.6%", "below 0.1%" or "–". */
void words_share_add(struct str *to, struct share share);

/* Adds the share of a part, as it is beside the rest of the whole. */
void words_share(struct str *to, int64_t part, int64_t whole);

/* "376.1 MB"; powers of ten, as stores are billed. */
void words_bytes(struct str *to, int64_t bytes);

/*
 * "23 November 2026, 14:49 AEDT" and "2026-11-23 14:49:17 AEDT": on the source's clock, which hangs
 * on the wall of who reads it.
 */
void words_moment(struct str *to, int64_t at_us);
void words_stamp(struct str *to, int64_t at_us);

/* "taken from its patient by Kim on 2 December 2026"; several: "taken from their patients by Kim, the
 * last on 2 December 2026". `who` is a foreign text. */
void words_taken(struct str *to, int64_t documents, const char *who, int64_t at_us);

/* "March"; month from 1. */
const char *words_month(int month);

/*
 * Adds a foreign text for a terminal: what would move the cursor or turn the writing round becomes
 * U+FFFD, and an end of line becomes a blank.
 */
void words_clean(struct str *to, struct span text);

/* How many columns of a terminal a text takes. */
size_t words_columns(struct span text);
