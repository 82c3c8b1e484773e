/*
 * Time. Stamps are int64_t microseconds since 1970, UTC; durations too. The one zone that is not
 * UTC is the source's: FileMaker's stamps carry none, so the configuration names it.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

#define TIME_MS INT64_C(1000)
#define TIME_SECOND (1000 * TIME_MS)

int64_t time_now_us(void);  /* the wall clock; may jump */
int64_t time_mono_us(void); /* never goes back; only differences mean something */

/* The end of a wait on time_mono_us(). A negative wait ends now; INT64_MAX stays "for ever". */
int64_t time_mono_after_us(int64_t wait_us);

enum { TIME_TEXT_SIZE = 32 };

/* "2026-11-23T08:15:02.123456Z", the form of our JSON and logs. Returns `text`. */
const char *time_rfc3339(int64_t at_us, char text[TIME_TEXT_SIZE]);

/* "1 h 20 min", "45 s", "850 ms": for people. Returns `text`. */
const char *time_for_people(int64_t duration_us, char text[TIME_TEXT_SIZE]);

/*
 * Sets the zone of the source's stamps for the whole process. Call once, before threads start.
 *   name   from the zone database ("Australia/Sydney"), or "" for the machine's own
 * Fails with ERR_USAGE if the zone is not known here.
 */
must_check bool time_zone_set(const char *name, struct err *err);

/* A day and a time of day as clocks on the wall show them, without a zone. */
struct time_civil {
    int year, month, day; /* 1 .. 9999, 1 .. 12, 1 .. 31 */
    int hour, minute, second;
};

/* The time on the source's wall clock at an instant. */
struct time_civil time_to_zone(int64_t at_us);

/* How far the source's clock is from UTC at an instant: "UTC", "UTC+11:00". Returns `text`. */
const char *time_zone_offset(int64_t at_us, char text[TIME_TEXT_SIZE]);

/* What people call its time then: "AEDT"; the offset where the zone has no such name. */
const char *time_zone_name(int64_t at_us, char text[TIME_TEXT_SIZE]);

/*
 * The instant at which the source's wall clock shows this. A repeated time gives the first of its
 * two instants; a skipped time is read as if the clock had not been changed yet. The answer depends
 * on nothing but `civil` and the zone.
 */
int64_t time_from_zone(struct time_civil civil);

struct time_civil time_to_utc(int64_t at_us);
int64_t time_from_utc(struct time_civil civil);

/* Whether such a day and time of day exist. */
bool time_civil_is_valid(struct time_civil civil);
