/* Stamps, durations and the source's zone. */
#include "base/time.h"

#include "tap.h"

#include <unistd.h>

TEST(stamps_are_written_in_utc)
{
    static const struct {
        int64_t at_us;
        const char *text;
    } cases[] = {
        { 0, "1970-01-01T00:00:00.000000Z" },
        { 1, "1970-01-01T00:00:00.000001Z" },
        { -1, "1969-12-31T23:59:59.999999Z" },
        { -1000000, "1969-12-31T23:59:59.000000Z" },
        { -1000001, "1969-12-31T23:59:58.999999Z" },
        { 951782400000000, "2000-02-29T00:00:00.000000Z" },
        { 1795421702123456, "2026-11-23T08:15:02.123456Z" },
        { 253402300799999999, "9999-12-31T23:59:59.999999Z" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        char text[TIME_TEXT_SIZE];

        CHECK_STR(time_rfc3339(cases[i].at_us, text), cases[i].text);
    }
}

/* Any stamp, however wrong, is written without harm. */
TEST(any_stamp_can_be_written)
{
    static const int64_t stamps[] = { INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX };

    for (size_t i = 0; i < lengthof(stamps); i++) {
        char text[TIME_TEXT_SIZE];

        CHECK_AT(i, strlen(time_rfc3339(stamps[i], text)) >= 27);
        CHECK_AT(i, text[strlen(text) - 1] == 'Z');
    }
}

TEST(durations_are_for_people)
{
    static const struct {
        int64_t duration_us;
        const char *text;
    } cases[] = {
        { 0, "0 ms" },
        { 999, "0 ms" },
        { 850000, "850 ms" },
        { 999999, "999 ms" },
        { 1000000, "1 s" },
        { 1500000, "2 s" },
        { 59499999, "59 s" },
        { 59500000, "1 min 0 s" },
        { 61000000, "1 min 1 s" },
        { 3599499999, "59 min 59 s" },
        { 3599500000, "1 h 0 min" },
        { 4800000000, "1 h 20 min" },
        { 360000000000, "100 h 0 min" },
        { -5000, "-5 ms" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        char text[TIME_TEXT_SIZE];

        CHECK_STR(time_for_people(cases[i].duration_us, text), cases[i].text);
    }
}

TEST(only_days_and_times_that_exist_are_valid)
{
    static const struct {
        struct time_civil civil;
        bool valid;
    } cases[] = {
        { { 2026, 11, 23, 8, 15, 2 }, true },   { { 1, 1, 1, 0, 0, 0 }, true },
        { { 9999, 12, 31, 23, 59, 59 }, true }, { { 2024, 2, 29, 0, 0, 0 }, true },
        { { 2023, 2, 29, 0, 0, 0 }, false },    { { 2000, 2, 29, 0, 0, 0 }, true },
        { { 1900, 2, 29, 0, 0, 0 }, false },    { { 2026, 4, 31, 0, 0, 0 }, false },
        { { 2026, 12, 32, 0, 0, 0 }, false },   { { 0, 1, 1, 0, 0, 0 }, false },
        { { 10000, 1, 1, 0, 0, 0 }, false },    { { 2026, 0, 1, 0, 0, 0 }, false },
        { { 2026, 13, 1, 0, 0, 0 }, false },    { { 2026, 1, 0, 0, 0, 0 }, false },
        { { 2026, 1, 1, 24, 0, 0 }, false },    { { 2026, 1, 1, -1, 0, 0 }, false },
        { { 2026, 1, 1, 0, 60, 0 }, false },    { { 2026, 1, 1, 0, -1, 0 }, false },
        { { 2026, 1, 1, 0, 0, 60 }, false },    { { 2026, 1, 1, 0, 0, -1 }, false },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, time_civil_is_valid(cases[i].civil) == cases[i].valid);
}

static bool same(struct time_civil a, struct time_civil b)
{
    return a.year == b.year && a.month == b.month && a.day == b.day && a.hour == b.hour
           && a.minute == b.minute && a.second == b.second;
}

static bool zone(const char *name)
{
    struct err err = { 0 };

    return time_zone_set(name, &err);
}

TEST(utc_needs_no_zone)
{
    static const struct {
        struct time_civil civil;
        int64_t at_us;
    } cases[] = {
        { { 1970, 1, 1, 0, 0, 0 }, 0 },
        { { 1969, 12, 31, 23, 59, 59 }, -1000000 },
        { { 2026, 11, 23, 8, 15, 2 }, 1795421702000000 },
        { { 1, 1, 1, 0, 0, 0 }, -62135596800000000 },
        { { 9999, 12, 31, 23, 59, 59 }, 253402300799000000 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_AT(i, time_from_utc(cases[i].civil) == cases[i].at_us);
        CHECK_AT(i, same(time_to_utc(cases[i].at_us), cases[i].civil));
    }
}

/* Sydney: +10, summer +11; in 2026 summer ended on 5 April at 3:00, began on 4 October at 2:00. */
TEST(the_zone_of_the_source_is_heard)
{
    static const struct {
        const char *zone;
        struct time_civil civil, utc;
    } cases[] = {
        { "Australia/Sydney", { 2026, 7, 1, 12, 0, 0 }, { 2026, 7, 1, 2, 0, 0 } },
        { "Australia/Sydney", { 2026, 1, 1, 0, 30, 0 }, { 2025, 12, 31, 13, 30, 0 } },
        { "Australia/Sydney", { 2026, 10, 4, 1, 59, 59 }, { 2026, 10, 3, 15, 59, 59 } },
        { "Australia/Sydney", { 2026, 10, 4, 3, 0, 0 }, { 2026, 10, 3, 16, 0, 0 } },
        { "Australia/Sydney", { 2026, 4, 5, 1, 59, 59 }, { 2026, 4, 4, 14, 59, 59 } },
        { "Australia/Sydney", { 2026, 4, 5, 3, 0, 0 }, { 2026, 4, 4, 17, 0, 0 } },
        { "Europe/Berlin", { 2026, 7, 1, 12, 0, 0 }, { 2026, 7, 1, 10, 0, 0 } },
        { "America/New_York", { 1960, 1, 1, 0, 0, 0 }, { 1960, 1, 1, 5, 0, 0 } },
        { "Asia/Kathmandu", { 2026, 1, 1, 5, 45, 0 }, { 2026, 1, 1, 0, 0, 0 } },
        { "Pacific/Kiritimati", { 2026, 1, 1, 13, 0, 0 }, { 2025, 12, 31, 23, 0, 0 } },
        { "Pacific/Apia", { 2011, 12, 29, 23, 0, 0 }, { 2011, 12, 30, 9, 0, 0 } },
        { "Pacific/Apia", { 2011, 12, 31, 5, 0, 0 }, { 2011, 12, 30, 15, 0, 0 } },
        { "Etc/UTC", { 2026, 1, 1, 5, 45, 0 }, { 2026, 1, 1, 5, 45, 0 } },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        int64_t at_us = time_from_utc(cases[i].utc);

        if (!zone(cases[i].zone))
            SKIP("the zone database is not installed");
        CHECK_AT(i, same(time_to_zone(at_us), cases[i].civil));
        CHECK_AT(i, time_from_zone(cases[i].civil) == at_us);
    }
}

/* The same wall time gives the same instant in every run, whatever was asked before. */
TEST(a_wall_time_left_out_or_repeated_gives_one_instant)
{
    static const struct time_civil before[] = { { 2026, 1, 15, 12, 0, 0 },
                                                { 2026, 7, 15, 12, 0, 0 } };
    static const struct {
        const char *zone;
        struct time_civil civil, utc;
    } cases[] = {
        /* left out: as far after the change as the clock would have shown */
        { "Australia/Sydney", { 2026, 10, 4, 2, 30, 0 }, { 2026, 10, 3, 16, 30, 0 } },
        { "Europe/Berlin", { 2026, 3, 29, 2, 30, 0 }, { 2026, 3, 29, 1, 30, 0 } },
        /* repeated: the first of the two */
        { "Australia/Sydney", { 2026, 4, 5, 2, 30, 0 }, { 2026, 4, 4, 15, 30, 0 } },
        { "Europe/Berlin", { 2026, 10, 25, 2, 30, 0 }, { 2026, 10, 25, 0, 30, 0 } },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        if (!zone(cases[i].zone))
            SKIP("the zone database is not installed");
        for (size_t k = 0; k < lengthof(before); k++) {
            (void)time_from_zone(before[k]);
            CHECK_AT(i, time_from_zone(cases[i].civil) == time_from_utc(cases[i].utc));
        }
    }
}

TEST(a_zone_that_is_not_known_is_refused)
{
    static const char *const names[] = {
        "Nowhere/Land",
        "Australia/../Australia/Sydney",
        "/etc/passwd",
        "Australia",
        "zone.tab",
        "Australia/"
        "SydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydney"
        "SydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydney"
        "SydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydneySydne"
        "y",
    };

    (void)setenv("TZ", "UTC0", 1);
    for (size_t i = 0; i < lengthof(names); i++) {
        struct err err = { 0 };

        CHECK_AT(i, !time_zone_set(names[i], &err) && err.kind == ERR_USAGE);
        CHECK_AT(i, strstr(err.msg, "is not known here") != NULL);
    }
    CHECK_STR(getenv("TZ"), "UTC0");
}

/* The zone database has these, but they are not what people mean by them. */
TEST(a_zone_that_means_something_else_is_refused)
{
    static const char *const names[] = { "EST",        "MST",        "HST",
                                         "Etc/GMT+10", "Etc/GMT-10", "right/Australia/Sydney" };

    (void)setenv("TZ", "UTC0", 1);
    for (size_t i = 0; i < lengthof(names); i++) {
        struct err err = { 0 };

        CHECK_AT(i, !time_zone_set(names[i], &err) && err.kind == ERR_USAGE);
        CHECK_AT(i, strstr(err.msg, "name a place instead") != NULL);
    }
    CHECK_STR(getenv("TZ"), "UTC0");
    CHECK(zone("Etc/GMT") && zone("Etc/GMT+0"));
}

/* An abbreviation where people have one, and the offset either way. */
TEST(a_zone_s_time_has_a_name)
{
    static const struct {
        const char *zone;
        struct time_civil utc;
        const char *name, *offset;
    } cases[] = {
        { "Australia/Sydney", { 2026, 1, 1, 0, 0, 0 }, "AEDT", "UTC+11:00" },
        { "Australia/Sydney", { 2026, 7, 1, 0, 0, 0 }, "AEST", "UTC+10:00" },
        { "America/St_Johns", { 2026, 1, 1, 0, 0, 0 }, "NST", "UTC-03:30" },
        { "Asia/Kathmandu", { 2026, 1, 1, 0, 0, 0 }, "UTC+05:45", "UTC+05:45" },
        { "Etc/UTC", { 2026, 1, 1, 0, 0, 0 }, "UTC", "UTC" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        int64_t at_us = time_from_utc(cases[i].utc);
        char name[TIME_TEXT_SIZE], offset[TIME_TEXT_SIZE];

        if (!zone(cases[i].zone))
            SKIP("the zone database is not installed");
        CHECK_STR(time_zone_name(at_us, name), cases[i].name);
        CHECK_STR(time_zone_offset(at_us, offset), cases[i].offset);
    }
}

TEST(without_a_name_the_machine_s_own_zone_stays)
{
    struct time_civil civil = { 2026, 1, 1, 12, 0, 0 };

    (void)setenv("TZ", "XYZ-3", 1);
    CHECK(zone(""));
    CHECK(same(time_to_zone(time_from_utc(civil)), (struct time_civil){ 2026, 1, 1, 15, 0, 0 }));
}

/* The rest of a wait is a difference: it must not overflow, however long the wait is. */
TEST(the_end_of_a_wait_can_be_subtracted_from)
{
    static const int64_t waits_us[] = { INT64_MIN, -1, 0, 1, INT64_MAX - 1, INT64_MAX };

    for (size_t i = 0; i < lengthof(waits_us); i++) {
        int64_t before_us = time_mono_us(), until_us = time_mono_after_us(waits_us[i]);

        CHECK_AT(i, until_us >= before_us);
        CHECK_AT(i, waits_us[i] <= 0 || until_us > before_us);
    }
    CHECK(time_mono_after_us(INT64_MAX) == INT64_MAX);
}

TEST(clocks_go_on)
{
    int64_t before_us = time_mono_us();

    CHECK(time_now_us() > INT64_C(1700000000) * TIME_SECOND);
    CHECK(time_mono_us() >= before_us && before_us > 0);
}
