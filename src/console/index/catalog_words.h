/*
 * What people type to find patients and documents, taken apart for the index. No I/O; any thread.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

/* Days are numbers: 20240301. */
enum { CATALOG_DAY_FIRST = 0, CATALOG_DAY_LAST = 99999999, CATALOG_WORDS = 16 };

/* "2024-03-01" as a number; 0: it is no day. */
int64_t catalog_day(struct span text);

enum { CATALOG_DAY_SIZE = 11 };

/* The day of a number as text; "" for 0. Returns `text`. */
const char *catalog_day_text(int64_t day, char text[CATALOG_DAY_SIZE]);

/* Patients that are sought. */
struct people_words {
    struct str match;  /* as FTS5 takes it; empty: not by words */
    int64_t from, to;  /* born; both ends belong to it          */
    bool is_by_birth;  /* a day or a year was typed             */
    bool is_by_either; /* four digits alone: a year of birth, or a record number */
};

/*
 * Reads beginnings of names, a day of birth ("1980-02-29", "29.02.1980", "29/2/1980"), a month, a year,
 * or a record number, in any order.
 *   words_r   the caller clears it with people_words_clear(); nothing to seek: `match` is empty and
 *             `is_by_birth` is false
 * Fails with ERR_DATA: too many words.
 */
must_check bool people_words_read(struct span typed, struct people_words *words_r, struct err *err);
void people_words_clear(struct people_words *words);

/* Documents that are sought. */
struct facts_words {
    struct str match;   /* as FTS5 takes it; empty: not by words */
    struct str marks;   /* the same, any of the words that may stand on a page, to mark them */
    struct str patient; /* the application's id, or a record number; empty: anybody's */
    int64_t from, to;   /* days; both ends belong to it          */
    bool is_of_facts;   /* types alone are sought, no words      */
};

/*
 * Reads words of a document's pages, type and name, "phrases", and type: from: to: patient:. The last word
 * is a beginning if it has three letters or more.
 *   words_r   the caller clears it with facts_words_clear()
 * Fails with ERR_DATA, and says how to mend it: too many words, a day that is none, a time that ends
 * before it begins, a phrase without an end, nothing behind type: or another of these, or a name
 * before a colon that is none of them.
 */
must_check bool facts_words_read(struct span typed, struct facts_words *words_r, struct err *err);
void facts_words_clear(struct facts_words *words);

/*
 * Reads an end of a time: "2023", "2023-05" or "2023-05-17"; "" or NULL is no end.
 *   is_last   the end of the year or month is meant, not its beginning
 * Fails with ERR_DATA.
 */
must_check bool catalog_end_read(const char *name, const char *text, bool is_last, int64_t *day_r,
                                 struct err *err);
