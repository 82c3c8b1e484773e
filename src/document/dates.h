/* Dates and stamps as FileMaker writes them. */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "base/time.h"

enum { STAMP_TEXT_SIZE = 64, DATE_TEXT_SIZE = 64 };

/*
 * The form of the dates in a field. FileMaker writes its own date fields month first; a text field
 * or a file holds whatever people typed, so its form must be given. DATE_ASK: it was not; then only
 * a text that can mean just one day is a date.
 */
enum dates_form { DATE_ASK, DATE_US, DATE_ISO, DATE_DAY_FIRST };

/* The meanings that a text can have as a date, in any form. */
enum date_sense {
    DATE_IS_NONE,        /* no date                                                 */
    DATE_IS_SHORT,       /* a year of fewer than four digits: of unknown century    */
    DATE_IS_YEAR_FIRST,  /* 2026-03-04: one day                                     */
    DATE_IS_PLAIN,       /* 04/04/2026: one day, whichever number is the month      */
    DATE_IS_MONTH_FIRST, /* 03/25/2026: can be nothing else                         */
    DATE_IS_DAY_FIRST,   /* 25/03/2026: can be nothing else                         */
    DATE_IS_EITHER,      /* 03/04/2026                                              */
};

/* Writes a mark, "11/23/2026 08:15:02" on the source's wall clock, as the Data API takes it. */
const char *dates_stamp_text(int64_t at_us, char text[STAMP_TEXT_SIZE]);

/*
 * Reads a stamp as FileMaker writes it, "MM/DD/YYYY HH:mm:ss" or "YYYY-MM-DDTHH:mm:ss"; a date
 * alone is midnight. False if it is neither.
 */
must_check bool dates_stamp_read(struct span text, struct time_civil *civil_r);

/* Whether two stamps say the same moment, however they are written. */
bool dates_stamp_equal(struct span a, struct span b);

/*
 * The meaning of a text that somebody typed: three numbers with `-`, `/` or `.` between them, the
 * year of four digits first or last, perhaps followed by a time of day (8:15, 8:15:02 p.m.). A time
 * with a zone is no date: its day depends on who looks.
 */
enum date_sense dates_sense(struct span text);

/*
 * Reads such a text as a moment, in the given form. False if it cannot be read so, or if it could
 * mean two days and no form was given: it is then kept as text, and never guessed.
 */
must_check bool dates_moment_read(struct span text, enum dates_form form,
                                  struct time_civil *civil_r);

/* As dates_moment_read(), its day alone. `day_r`: "2026-11-23" */
must_check bool dates_day_read(struct span text, enum dates_form form, char day_r[DATE_TEXT_SIZE]);

/* Whether a text contradicts a day, "1980-02-29": it is a date, and in no meaning that day. */
bool dates_contradict(struct span text, enum dates_form form, const char *day);
