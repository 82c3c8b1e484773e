/* Dates and stamps. Pure functions, but for the source's zone in stamp_text(). */
#include "move/stamp.h"

const char *stamp_text(int64_t at_us, char text[STAMP_TEXT_SIZE])
{
    struct time_civil at = time_to_zone(at_us);

    (void)snprintf(text, STAMP_TEXT_SIZE, "%02d/%02d/%04d %02d:%02d:%02d", at.month, at.day,
                   at.year, at.hour, at.minute, at.second);
    return text;
}

/* Up to four digits. */
static bool number_read(struct span text, int *number_r)
{
    int number = 0;

    if (text.size == 0 || text.size > 4)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        number = number * 10 + (text.at[i] - '0');
    }
    *number_r = number;
    return true;
}

/* Three numbers with a separator between them. */
static bool three_numbers(struct span text, char separator, int n[3])
{
    for (int i = 0; i < 3; i++)
        if (!number_read(i < 2 ? span_cut(&text, separator) : text, &n[i]))
            return false;
    return true;
}

static bool day_read(struct span text, enum date_form form, struct time_civil *civil)
{
    int n[3];

    if (three_numbers(text, '-', n)) {
        civil->year = n[0], civil->month = n[1], civil->day = n[2];
        return text.size >= 8 && n[0] >= 1000;
    }
    if (form == DATE_ISO || (!three_numbers(text, '/', n) && !three_numbers(text, '.', n)))
        return false;
    civil->month = form == DATE_US ? n[0] : n[1];
    civil->day = form == DATE_US ? n[1] : n[0];
    civil->year = n[2];
    return n[2] >= 1000; /* two digits for a year are a guess */
}

static bool clock_read(struct span text, struct time_civil *civil)
{
    int n[3];

    if (!three_numbers(text, ':', n))
        return false;
    civil->hour = n[0], civil->minute = n[1], civil->second = n[2];
    return true;
}

static bool moment_read(struct span text, enum date_form form, struct time_civil *civil_r)
{
    struct time_civil civil = { 0 };
    struct span clock = span_trim(text);
    char between = memchr(clock.at ? clock.at : "", 'T', clock.size) ? 'T' : ' ';
    struct span day = span_cut(&clock, between);

    if (!day_read(day, form, &civil) || (clock.at && !clock_read(clock, &civil))
        || !time_civil_is_valid(civil))
        return false;
    *civil_r = civil;
    return true;
}

bool stamp_read(struct span text, struct time_civil *civil_r)
{
    return moment_read(text, DATE_US, civil_r);
}

bool stamp_equal(struct span a, struct span b)
{
    struct time_civil left, right;

    if (span_equal(a, b))
        return true;
    return stamp_read(a, &left) && stamp_read(b, &right) && memcmp(&left, &right, sizeof left) == 0;
}

bool date_read(struct span text, enum date_form form, char day_r[DATE_TEXT_SIZE])
{
    struct time_civil civil;

    if (!moment_read(text, form, &civil))
        return false;
    (void)snprintf(day_r, DATE_TEXT_SIZE, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
    return true;
}
