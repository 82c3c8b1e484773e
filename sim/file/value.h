/*
 * FileMaker's values: how the text of a field becomes a date, a number or a JSON value, and which
 * of two comes first. A field keeps the text; dates are kept in US form.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "base/time.h"
#include "json/writer.h"

enum column_type {
    COLUMN_TEXT,
    COLUMN_NUMBER,
    COLUMN_DATE,
    COLUMN_TIME,
    COLUMN_TIMESTAMP,
    COLUMN_CONTAINER,
};

/* "timeStamp", as layout metadata has it. */
const char *column_type_name(enum column_type type);

/* `dateformats` of a request. */
enum value_date_form { DATES_US, DATES_LOCALE, DATES_ISO };

/*
 * Appends the text that the field keeps for what a client wrote.
 * Returns 0 or the FileMaker code of the refusal (500 date, 501 time, 502 number ...).
 */
int value_accept(enum column_type type, struct span text, enum value_date_form form,
                 struct str *to);

/* Writes a kept text as the JSON value that the Data API gives. */
void value_write(struct json_writer *w, enum column_type type, struct span text,
                 enum value_date_form form);

/* Day and time of a date, timestamp (US form) or time; false if the text is none. */
bool value_moment(enum column_type type, struct span text, struct time_civil *civil_r);

/* Seconds on a scale on which dates, times and timestamps compare; false if the text is none. */
bool value_seconds(enum column_type type, struct span text, int64_t *seconds_r);

/* The digits FileMaker reads as a number in a text: "25abc" is 25. False if there is none. */
bool value_number(struct span text, struct str *digits_to);

/* Compares two decimal numbers of any length, as value_number() gives them. */
int value_decimal_compare(struct span a, struct span b);

/* Text in the order of FileMaker's indexes: case, accents and punctuation do not count. */
void value_fold(struct span text, struct str *to);
int value_text_compare(struct span a, struct span b);
int value_folded_compare(struct span a, struct span b); /* of texts already folded */

void value_date_text(struct time_civil civil, struct str *to);      /* 03/01/2024          */
void value_timestamp_text(struct time_civil civil, struct str *to); /* 03/01/2024 09:10:20 */
