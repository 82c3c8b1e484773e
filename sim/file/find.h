/*
 * One criterion of a find: the text that a client wrote for a field, and whether a value meets it.
 * Tables are not known here.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "sim/base/switches.h"
#include "sim/file/value.h"

enum criterion_kind {
    CRITERION_EMPTY,      /* =                                          */
    CRITERION_FILLED,     /* *                                          */
    CRITERION_DUPLICATES, /* !                                          */
    CRITERION_INVALID,    /* ? : text that is no date                   */
    CRITERION_FIELD,      /* ==abc: the whole field                     */
    CRITERION_WORDS,      /* abc, =abc, "abc": words or a phrase        */
    CRITERION_BETWEEN,    /* < > <= >= ... and equality of typed values */
    CRITERION_CALENDAR,   /* dates with wildcards or braces: 3/{1..5}/2024 */
    CRITERION_NEVER,      /* matches nothing                            */
};

/* One end of a range, in the type of the field. */
struct find_bound {
    bool set, inclusive;
    int64_t seconds; /* dates, times, timestamps */
    char *text;      /* numbers (digits) and text */
};

/* A part of a calendar criterion. */
struct calendar_part {
    int low, high;
};

/* Bytes of a pattern that stand for something; no folded text contains them. */
enum { PATTERN_ONE = 1, PATTERN_DIGIT = 2, PATTERN_RUN = 3 };

struct find_pattern {
    char *codes; /* folded text and these */
    size_t size;
    bool whole_word; /* the whole word, not only its beginning */
    bool phrase;     /* words in a row */
};

enum { CRITERION_WORDS_MAX = 16 };

struct criterion {
    enum criterion_kind kind;
    enum column_type type;
    struct find_bound low, high;
    struct calendar_part month, day, year;
    struct find_pattern patterns[CRITERION_WORDS_MAX];
    size_t pattern_count;
    bool unicode_order, hyphen_joins, index_100;
};

/*
 * Reads a criterion.
 *   today   what // stands for
 * Returns 0 or FileMaker's code (500 for a date it cannot read, 413 for a container).
 */
int criterion_read(enum column_type type, struct span text, const struct switches *switches,
                   struct time_civil today, struct criterion *criterion_r);
void criterion_clear(struct criterion *criterion);

/* Whether a value meets it. Not for CRITERION_DUPLICATES, which needs all values. */
bool criterion_matches(const struct criterion *criterion, struct span value);

/* For CRITERION_BETWEEN: -1 below the range, 0 inside, 1 above; -1 for a value of no type. */
int criterion_side(const struct criterion *criterion, struct span value);

/* Whether the criterion is one text without wildcards ("==7F2D..." or "7F2D..."), and that text. */
bool criterion_exact(const struct criterion *criterion, struct str *to);
