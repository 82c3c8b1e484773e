/* Dates and stamps. Pure functions, but for the source's zone in dates_stamp_text(). */
#include "document/dates.h"

enum { YEAR_DIGITS = 4 };

const char *dates_stamp_text(int64_t at_us, char text[STAMP_TEXT_SIZE])
{
    struct time_civil at = time_to_zone(at_us);

    (void)snprintf(text, STAMP_TEXT_SIZE, "%02d/%02d/%04d %02d:%02d:%02d", at.month, at.day,
                   at.year, at.hour, at.minute, at.second);
    return text;
}

/* Reads a number of up to four digits. */
static bool date_number_read(struct span text, int *number_r)
{
    int number = 0;

    if (text.size == 0 || text.size > YEAR_DIGITS)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        number = number * 10 + (text.at[i] - '0');
    }
    *number_r = number;
    return true;
}

/* Three numbers with a separator between them, and how many digits each was written with. */
struct three_numbers {
    int n[3];
    size_t digits[3];
};

static bool three_read(struct span text, char separator, struct three_numbers *three_r)
{
    for (int i = 0; i < 3; i++) {
        struct span number = i < 2 ? span_cut(&text, separator) : text;

        if (!date_number_read(number, &three_r->n[i]))
            return false;
        three_r->digits[i] = number.size;
    }
    return true;
}

static bool is_year_first(const struct three_numbers *t)
{
    return t->digits[0] == YEAR_DIGITS && t->digits[1] <= 2 && t->digits[2] <= 2;
}

static bool is_year_last(const struct three_numbers *t)
{
    return t->digits[0] <= 2 && t->digits[1] <= 2 && t->digits[2] == YEAR_DIGITS;
}

static struct time_civil day_of(int year, int month, int day)
{
    return (struct time_civil){ .year = year, .month = month, .day = day };
}

/* --- stamps as FileMaker writes them -------------------------------------------------------- */

static bool stamp_day_read(struct span text, struct time_civil *civil)
{
    struct three_numbers t;

    if (three_read(text, '-', &t)) {
        *civil = day_of(t.n[0], t.n[1], t.n[2]);
        return is_year_first(&t);
    }
    if (!three_read(text, '/', &t) && !three_read(text, '.', &t))
        return false;
    *civil = day_of(t.n[2], t.n[0], t.n[1]);
    return is_year_last(&t);
}

static bool stamp_clock_read(struct span text, struct time_civil *civil)
{
    struct three_numbers t;

    if (!three_read(text, ':', &t))
        return false;
    civil->hour = t.n[0], civil->minute = t.n[1], civil->second = t.n[2];
    return true;
}

/* Cuts a text into its day and the time after it; `clock_r->at` is NULL if there is none. */
static struct span day_cut(struct span text, struct span *clock_r)
{
    char between = text.size && memchr(text.at, 'T', text.size) ? 'T' : ' ';

    *clock_r = text;
    return span_cut(clock_r, between);
}

bool dates_stamp_read(struct span text, struct time_civil *civil_r)
{
    struct time_civil civil = { 0 };
    struct span clock, day = day_cut(span_trim(text), &clock);

    if (!stamp_day_read(day, &civil) || (clock.at && !stamp_clock_read(clock, &civil))
        || !time_civil_is_valid(civil))
        return false;
    *civil_r = civil;
    return true;
}

bool dates_stamp_equal(struct span a, struct span b)
{
    struct time_civil left, right;

    if (span_equal(a, b))
        return true;
    return dates_stamp_read(a, &left) && dates_stamp_read(b, &right)
           && memcmp(&left, &right, sizeof left) == 0;
}

/* --- dates as people type them -------------------------------------------------------------- */

/* The days that a text can mean; several only if the year comes last. */
struct date_readings {
    enum date_sense sense;
    struct time_civil year_first, month_first, day_first;
};

static bool day_numbers_read(struct span text, struct three_numbers *t)
{
    return three_read(text, '-', t) || three_read(text, '/', t) || three_read(text, '.', t);
}

static enum date_sense sense_of(const struct three_numbers *t, const struct date_readings *r)
{
    bool month_first = time_civil_is_valid(r->month_first);
    bool day_first = time_civil_is_valid(r->day_first);

    if (is_year_first(t))
        return time_civil_is_valid(r->year_first) ? DATE_IS_YEAR_FIRST : DATE_IS_NONE;
    if (t->digits[0] <= 2 && t->digits[1] <= 2 && t->digits[2] < YEAR_DIGITS)
        return DATE_IS_SHORT;
    if (!is_year_last(t) || (!month_first && !day_first))
        return DATE_IS_NONE;
    if (month_first && day_first)
        return t->n[0] == t->n[1] ? DATE_IS_PLAIN : DATE_IS_EITHER;
    return month_first ? DATE_IS_MONTH_FIRST : DATE_IS_DAY_FIRST;
}

/* Takes "a.m." or "PM" off the end of a time of day. */
static bool half_take(struct span *clock, bool *evening_r)
{
    static const char *const words[] = { "am", "a.m.", "pm", "p.m." };

    for (size_t i = 0; i < lengthof(words); i++) {
        size_t size = strlen(words[i]);

        if (clock->size <= size || !span_is_nocase(span_from(*clock, clock->size - size), words[i]))
            continue;
        *clock = span_trim(span_first(*clock, clock->size - size));
        *evening_r = i >= 2;
        return true;
    }
    return false;
}

/* "8:15", "08:15:02", "08:15:02.000", each perhaps with a half of the day. */
static bool clock_read(struct span text, struct time_civil *civil)
{
    struct span clock = span_trim(text), part;
    bool evening = false, has_half = half_take(&clock, &evening);
    int n[3] = { 0 };

    for (int i = 0; i < 3 && clock.at; i++) {
        part = span_cut(&clock, ':');
        if (i == 2)
            part = span_cut(&part, '.');
        if (part.size > 2 || !date_number_read(part, &n[i]))
            return false;
        if (!clock.at && i == 0)
            return false;
    }
    if (clock.at || (has_half && (n[0] < 1 || n[0] > 12)))
        return false;
    civil->hour = has_half ? n[0] % 12 + (evening ? 12 : 0) : n[0];
    civil->minute = n[1], civil->second = n[2];
    return civil->hour <= 23 && civil->minute <= 59 && civil->second <= 59;
}

static struct date_readings readings_of(struct span text)
{
    struct date_readings r = { .sense = DATE_IS_NONE };
    struct time_civil at = { 0 };
    struct span clock, day = day_cut(span_trim(text), &clock);
    struct three_numbers t;

    if (!day_numbers_read(day, &t) || (clock.at && !clock_read(clock, &at)))
        return r;
    r.year_first = day_of(t.n[0], t.n[1], t.n[2]);
    r.month_first = day_of(t.n[2], t.n[0], t.n[1]);
    r.day_first = day_of(t.n[2], t.n[1], t.n[0]);
    r.sense = sense_of(&t, &r);
    for (struct time_civil *c = &r.year_first; c <= &r.day_first; c++)
        c->hour = at.hour, c->minute = at.minute, c->second = at.second;
    return r;
}

enum date_sense dates_sense(struct span text)
{
    return readings_of(text).sense;
}

static const struct time_civil *last_year_read(const struct date_readings *r, enum dates_form form)
{
    bool day_first = r->sense == DATE_IS_DAY_FIRST;

    switch (form) {
    case DATE_ASK:
        if (r->sense == DATE_IS_EITHER)
            return NULL;
        return day_first ? &r->day_first : &r->month_first;
    case DATE_US:
        return day_first ? NULL : &r->month_first;
    case DATE_DAY_FIRST:
        return r->sense == DATE_IS_MONTH_FIRST ? NULL : &r->day_first;
    case DATE_ISO:
        return NULL;
    }
    abort();
}

static const struct time_civil *form_read(const struct date_readings *r, enum dates_form form)
{
    switch (r->sense) {
    case DATE_IS_NONE:
    case DATE_IS_SHORT:
        return NULL;
    case DATE_IS_YEAR_FIRST:
        return &r->year_first;
    case DATE_IS_PLAIN:
    case DATE_IS_MONTH_FIRST:
    case DATE_IS_DAY_FIRST:
    case DATE_IS_EITHER:
        return last_year_read(r, form);
    }
    abort();
}

bool dates_moment_read(struct span text, enum dates_form form, struct time_civil *civil_r)
{
    struct date_readings r = readings_of(text);
    const struct time_civil *read = form_read(&r, form);

    if (!read)
        return false;
    *civil_r = *read;
    return true;
}

static const char *day_text(const struct time_civil *day, char text[DATE_TEXT_SIZE])
{
    (void)snprintf(text, DATE_TEXT_SIZE, "%04d-%02d-%02d", day->year, day->month, day->day);
    return text;
}

bool dates_day_read(struct span text, enum dates_form form, char day_r[DATE_TEXT_SIZE])
{
    struct time_civil civil;

    if (!dates_moment_read(text, form, &civil))
        return false;
    (void)day_text(&civil, day_r);
    return true;
}

/* A text that does not fit the given form is judged by every meaning that it can have. */
bool dates_contradict(struct span text, enum dates_form form, const char *day)
{
    struct date_readings r = readings_of(text);
    const struct time_civil *read = form_read(&r, form);
    char first[DATE_TEXT_SIZE], second[DATE_TEXT_SIZE];

    if (r.sense == DATE_IS_NONE || r.sense == DATE_IS_SHORT)
        return false;
    if (!read && r.sense != DATE_IS_EITHER)
        read = form_read(&r, DATE_ASK);
    if (read)
        return strcmp(day_text(read, first), day) != 0;
    return strcmp(day_text(&r.month_first, first), day) != 0
           && strcmp(day_text(&r.day_first, second), day) != 0;
}
