/* Dates and stamps as FileMaker writes them. */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "base/time.h"

enum { STAMP_TEXT_SIZE = 64, DATE_TEXT_SIZE = 64 };

/*
 * How dates stand in a field. FileMaker's own date fields always come in US form, or in ISO form if
 * asked for; a text field may hold anything, so its form must be told.
 */
enum date_form { DATE_US, DATE_ISO, DATE_DAY_FIRST };

/* The mark: "11/23/2026 08:15:02" on the source's wall clock, the form that the Data API takes. */
const char *stamp_text(int64_t at_us, char text[STAMP_TEXT_SIZE]);

/*
 * Reads a stamp, "MM/DD/YYYY HH:mm:ss" or "YYYY-MM-DDTHH:mm:ss"; a date alone is midnight.
 * False if it is neither.
 */
must_check bool stamp_read(struct span text, struct time_civil *civil_r);

/* Whether two stamps say the same moment, however they are written. */
bool stamp_equal(struct span a, struct span b);

/*
 * Reads a date, of a stamp its day.
 *   form   how an ambiguous one is meant; an ISO date is always understood
 *   day_r  "2026-11-23"
 * False if it is no date: it is then kept as text and never guessed.
 */
must_check bool date_read(struct span text, enum date_form form, char day_r[DATE_TEXT_SIZE]);
