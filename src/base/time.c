/* Clocks, stamps and the source's zone. */
#include "base/time.h"

#include <ctype.h>
#include <fcntl.h>
#include <unistd.h>

int64_t time_now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * TIME_SECOND + now.tv_nsec / 1000;
}

int64_t time_mono_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * TIME_SECOND + now.tv_nsec / 1000;
}

int64_t time_mono_after_us(int64_t wait_us)
{
    int64_t until_us;

    if (wait_us <= 0)
        return time_mono_us();
    return __builtin_add_overflow(time_mono_us(), wait_us, &until_us) ? INT64_MAX : until_us;
}

/* Rounded down, also before 1970. */
static int64_t seconds_of(int64_t at_us)
{
    return at_us / TIME_SECOND - (at_us % TIME_SECOND < 0);
}

static struct time_civil civil_of(const struct tm *tm)
{
    return (struct time_civil){ tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday,
                                tm->tm_hour,        tm->tm_min,     tm->tm_sec };
}

static struct tm tm_of(struct time_civil civil)
{
    return (struct tm){ .tm_year = civil.year - 1900,
                        .tm_mon = civil.month - 1,
                        .tm_mday = civil.day,
                        .tm_hour = civil.hour,
                        .tm_min = civil.minute,
                        .tm_sec = civil.second };
}

const char *time_rfc3339(int64_t at_us, char text[TIME_TEXT_SIZE])
{
    struct time_civil utc = time_to_utc(at_us);
    int64_t micros = (at_us % TIME_SECOND + TIME_SECOND) % TIME_SECOND;

    (void)snprintf(text, TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", utc.year % 10000,
                   utc.month, utc.day, utc.hour, utc.minute, utc.second, (int)micros);
    return text;
}

const char *time_for_people(int64_t duration_us, char text[TIME_TEXT_SIZE])
{
    int64_t seconds = (duration_us + TIME_SECOND / 2) / TIME_SECOND;

    if (duration_us < TIME_SECOND)
        (void)snprintf(text, TIME_TEXT_SIZE, "%jd ms", (intmax_t)(duration_us / TIME_MS));
    else if (seconds < 60)
        (void)snprintf(text, TIME_TEXT_SIZE, "%jd s", (intmax_t)seconds);
    else if (seconds < 3600)
        (void)snprintf(text, TIME_TEXT_SIZE, "%jd min %jd s", (intmax_t)(seconds / 60),
                       (intmax_t)(seconds % 60));
    else
        (void)snprintf(text, TIME_TEXT_SIZE, "%jd h %jd min", (intmax_t)(seconds / 3600),
                       (intmax_t)(seconds % 3600 / 60));
    return text;
}

/* Beside the zones are tables and lists, which the C library would silently read as UTC. */
static bool is_zone_file(const char *path)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    char magic[4];

    return fd >= 0 && read(fd, magic, sizeof magic) == sizeof magic
           && memcmp(magic, "TZif", sizeof magic) == 0;
}

/* Why a name in the zone database may not mean what its writer thinks; NULL: it does. */
static const char *zone_trap(const char *name)
{
    struct span zone = span_of(name);

    if (span_is(zone, "EST") || span_is(zone, "MST") || span_is(zone, "HST"))
        return "is an American offset that knows no summer time, and means other zones elsewhere";
    if ((span_starts(zone, "Etc/GMT+") || span_starts(zone, "Etc/GMT-"))
        && !span_is(zone, "Etc/GMT+0") && !span_is(zone, "Etc/GMT-0"))
        return "counts the other way round: Etc/GMT+9 is nine hours behind Greenwich";
    if (span_starts(zone, "right/"))
        return "counts leap seconds, which FileMaker does not";
    return NULL;
}

bool time_zone_set(const char *name, struct err *err)
{
    const char *trap = zone_trap(name);
    char path[256];
    bool fits = snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name) < (int)sizeof path;

    if (trap)
        return err_set(err, ERR_USAGE, 0,
                       "time zone '%.64s' %s: name a place instead, such as Australia/Sydney", name,
                       trap);
    if (*name && (!fits || strstr(name, "..") || !is_zone_file(path)))
        return err_set(
            err, ERR_USAGE, 0,
            "time zone '%.64s' is not known here (names are like Australia/Sydney; is the "
            "package tzdata installed?)",
            name);
    if (*name)
        (void)setenv("TZ", name, 1);
    tzset();
    return true;
}

static struct tm in_zone(int64_t seconds)
{
    time_t at = (time_t)seconds;
    struct tm tm;

    return *localtime_r(&at, &tm);
}

struct time_civil time_to_zone(int64_t at_us)
{
    struct tm tm = in_zone(seconds_of(at_us));

    return civil_of(&tm);
}

const char *time_zone_offset(int64_t at_us, char text[TIME_TEXT_SIZE])
{
    long minutes = in_zone(seconds_of(at_us)).tm_gmtoff / 60;
    long ahead = minutes < 0 ? -minutes : minutes;

    if (minutes == 0)
        (void)snprintf(text, TIME_TEXT_SIZE, "UTC");
    else
        (void)snprintf(text, TIME_TEXT_SIZE, "UTC%c%02ld:%02ld", minutes < 0 ? '-' : '+',
                       ahead / 60, ahead % 60);
    return text;
}

/* Many zones have no abbreviation; the zone database then has "+0545", or "-00". */
const char *time_zone_name(int64_t at_us, char text[TIME_TEXT_SIZE])
{
    struct tm tm = in_zone(seconds_of(at_us));

    if (!tm.tm_zone || !isalpha((unsigned char)tm.tm_zone[0]))
        return time_zone_offset(at_us, text);
    (void)snprintf(text, TIME_TEXT_SIZE, "%s", tm.tm_zone);
    return text;
}

/*
 * Not mktime(): of the two readings of a repeated hour it takes the one like the time that it was
 * asked for before. Here the offset of the day before is tried first, then that of the day after.
 */
int64_t time_from_zone(struct time_civil civil)
{
    enum { DAY = 24 * 60 * 60 };
    int64_t wall = time_from_utc(civil) / TIME_SECOND;
    int64_t before = wall - in_zone(wall - DAY).tm_gmtoff;
    int64_t after = wall - in_zone(wall + DAY).tm_gmtoff;
    bool is_before = before + in_zone(before).tm_gmtoff == wall;
    bool is_after = after + in_zone(after).tm_gmtoff == wall;

    return (is_after && !is_before ? after : before) * TIME_SECOND;
}

struct time_civil time_to_utc(int64_t at_us)
{
    time_t seconds = (time_t)seconds_of(at_us);
    struct tm tm;

    return civil_of(gmtime_r(&seconds, &tm));
}

int64_t time_from_utc(struct time_civil civil)
{
    struct tm tm = tm_of(civil);

    return (int64_t)timegm(&tm) * TIME_SECOND;
}

static int days_in(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

bool time_civil_is_valid(struct time_civil civil)
{
    return civil.year >= 1 && civil.year <= 9999 && civil.month >= 1 && civil.month <= 12
           && civil.day >= 1 && civil.day <= days_in(civil.year, civil.month) && civil.hour >= 0
           && civil.hour <= 23 && civil.minute >= 0 && civil.minute <= 59 && civil.second >= 0
           && civil.second <= 59;
}
