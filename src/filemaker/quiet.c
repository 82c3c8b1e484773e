/*
 * Spans of the week. They are compared with what the clock on the wall shows, so that an hour that daylight saving
 * skips or repeats is quiet when the wall says so.
 */
#include "filemaker/quiet.h"

#include "base/num.h"
#include "base/str.h"
#include "base/time.h"

#define DAY_MINUTES (24 * 60)
enum { WEEK = 7, EVERY_DAY = 127 };

static bool minutes_read(struct span text, int *minutes_r)
{
    struct span hours = span_trim(span_cut(&text, ':'));
    uint64_t h, m;
    struct err ignored;

    if (!num_u64(hours, 0, 24, &h, &ignored) || !num_u64(span_trim(text), 0, 59, &m, &ignored)
        || h * 60 + m > DAY_MINUTES)
        return false;
    *minutes_r = (int)(h * 60 + m);
    return true;
}

static bool day_read(struct span text, int *day_r)
{
    static const char *const names[WEEK] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

    for (int day = 0; day < WEEK; day++)
        if (span_is_nocase(text, names[day])) {
            *day_r = day;
            return true;
        }
    return false;
}

/* "Mon", "Mon-Fri" or "Sat-Mon"; nothing stands for every day. */
static bool days_read(struct span text, unsigned *days_r)
{
    struct span last = text, first = span_cut(&last, '-');
    int from, until;

    *days_r = EVERY_DAY;
    if (text.size == 0)
        return true;
    if (!day_read(span_trim(first), &from) || !day_read(span_trim(last.at ? last : first), &until))
        return false;
    *days_r = 1u << until;
    for (int day = from; day != until; day = (day + 1) % WEEK)
        *days_r |= 1u << day;
    return true;
}

static bool span_read(struct span text, struct quiet_span *span_r)
{
    size_t days = 0;
    struct span from, until;

    while (days < text.size && (text.at[days] < '0' || text.at[days] > '9'))
        days++;
    until = span_from(text, days);
    from = span_cut(&until, '-');
    return days_read(span_trim(span_first(text, days)), &span_r->days)
           && minutes_read(from, &span_r->from) && minutes_read(until, &span_r->until);
}

bool quiet_read(const char *text, struct quiet_hours *hours_r, struct err *err)
{
    struct quiet_hours hours = { .count = 0 };
    struct span rest = span_of(text);

    while (rest.size) {
        struct span one = span_trim(span_cut(&rest, ','));
        struct quiet_span span;

        if (!span_read(one, &span))
            return err_set(err, ERR_USAGE, 0,
                           "'" SPAN_FORMAT "' is not a span such as 08:00-18:30 or "
                           "Mon-Fri 08:00-18:30",
                           SPAN_ARGS(span_first(one, 64)));
        if (hours.count == QUIET_SPANS_MAX)
            return err_set(err, ERR_USAGE, 0, "there are more than %d spans", QUIET_SPANS_MAX);
        if (span.from != span.until)
            hours.spans[hours.count++] = span;
    }
    *hours_r = hours;
    return true;
}

/* Monday is 0. The first day of 1970 was a Thursday. */
static int day_of(struct time_civil civil)
{
    int64_t days = time_from_utc((struct time_civil){ civil.year, civil.month, civil.day, 0, 0, 0 })
                   / (DAY_MINUTES * 60 * TIME_SECOND);

    return (int)((days + 3) % WEEK);
}

/* What a span that goes over midnight has of a day began on the day before. */
static bool span_has(const struct quiet_span *span, int day, int minute)
{
    bool today = span->days >> day & 1, yesterday = span->days >> (day + WEEK - 1) % WEEK & 1;

    if (span->from < span->until)
        return today && minute >= span->from && minute < span->until;
    return (today && minute >= span->from) || (yesterday && minute < span->until);
}

bool quiet_at(const struct quiet_hours *hours, int64_t at_us, int *until_r)
{
    struct time_civil civil = time_to_zone(at_us);

    for (size_t i = 0; i < hours->count; i++)
        if (span_has(&hours->spans[i], day_of(civil), civil.hour * 60 + civil.minute)) {
            if (until_r)
                *until_r = hours->spans[i].until;
            return true;
        }
    return false;
}
