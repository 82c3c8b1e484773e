/* Dates and stamps as FileMaker writes them. */
#include "document/dates.h"

#include "tap.h"

#define TEXT(words)                                                                                \
    {                                                                                              \
        words, sizeof(words) - 1                                                                   \
    }

TEST(a_stamp_is_read_in_both_forms)
{
    static const struct {
        struct span text;
        bool good;
        struct time_civil want;
    } cases[] = {
        { TEXT("11/23/2026 08:15:02"), true, { 2026, 11, 23, 8, 15, 2 } },
        { TEXT("2026-11-23T08:15:02"), true, { 2026, 11, 23, 8, 15, 2 } },
        { TEXT("2026-11-23 08:15:02"), true, { 2026, 11, 23, 8, 15, 2 } },
        { TEXT(" 11/23/2026 08:15:02\r\n"), true, { 2026, 11, 23, 8, 15, 2 } },
        { TEXT("11/23/2026"), true, { 2026, 11, 23, 0, 0, 0 } },
        { TEXT("1/2/2026 3:4:5"), true, { 2026, 1, 2, 3, 4, 5 } },
        { TEXT("02/29/2024"), true, { 2024, 2, 29, 0, 0, 0 } },
        { TEXT("12/31/9999 23:59:59"), true, { 9999, 12, 31, 23, 59, 59 } },
        { TEXT("02/29/2026"), false, { 0 } },
        { TEXT("13/01/2026"), false, { 0 } },
        { TEXT("00/01/2026"), false, { 0 } },
        { TEXT("01/32/2026"), false, { 0 } },
        { TEXT("11/23/26"), false, { 0 } },
        { TEXT("11/23/0026"), true, { 26, 11, 23, 0, 0, 0 } },
        { TEXT("03/12/0001"), true, { 1, 3, 12, 0, 0, 0 } },
        { TEXT("0001-03-12T23:59:59"), true, { 1, 3, 12, 23, 59, 59 } },
        { TEXT("03/12/0000"), false, { 0 } },
        { TEXT("03/12/026"), false, { 0 } },
        { TEXT("11/23/12026"), false, { 0 } },
        { TEXT("11/23/2026 24:00:00"), false, { 0 } },
        { TEXT("11/23/2026 08:60:00"), false, { 0 } },
        { TEXT("11/23/2026 08:15"), false, { 0 } },
        { TEXT("11/23/2026 08:15:02 PM"), false, { 0 } },
        { TEXT("11/23/2026T"), false, { 0 } },
        { TEXT("11-23-2026"), false, { 0 } },
        { TEXT("2026/11/23"), false, { 0 } },
        { TEXT("2026-11-23T08:15:02Z"), false, { 0 } },
        { TEXT("-11/23/2026"), false, { 0 } },
        { TEXT("+1/23/2026"), false, { 0 } },
        { TEXT("11/23"), false, { 0 } },
        { TEXT("1 1/23/2026"), false, { 0 } },
        { TEXT("11/23/2026\0"), false, { 0 } },
        { TEXT("Tuesday"), false, { 0 } },
        { TEXT("?"), false, { 0 } },
        { TEXT(""), false, { 0 } },
        { { NULL, 0 }, false, { 0 } },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct time_civil got = { 0 };

        CHECK_AT(i, dates_stamp_read(cases[i].text, &got) == cases[i].good);
        CHECK_AT(i, memcmp(&got, &cases[i].want, sizeof got) == 0);
    }
}

/* The date that each form makes of a text; NULL: no date, and none is guessed. */
TEST(a_date_is_read_as_it_was_told)
{
    static const struct {
        const char *text, *ask, *us, *iso, *day_first;
        enum date_sense sense;
    } cases[] = {
        { "03/04/2026", NULL, "2026-03-04", NULL, "2026-04-03", DATE_IS_EITHER },
        { "03.04.2026", NULL, "2026-03-04", NULL, "2026-04-03", DATE_IS_EITHER },
        { "3-4-2026", NULL, "2026-03-04", NULL, "2026-04-03", DATE_IS_EITHER },
        { "04/04/2026", "2026-04-04", "2026-04-04", NULL, "2026-04-04", DATE_IS_PLAIN },
        { "2026-03-04", "2026-03-04", "2026-03-04", "2026-03-04", "2026-03-04",
          DATE_IS_YEAR_FIRST },
        { "2026/3/4", "2026-03-04", "2026-03-04", "2026-03-04", "2026-03-04", DATE_IS_YEAR_FIRST },
        { "2026-03-04T23:59:59", "2026-03-04", "2026-03-04", "2026-03-04", "2026-03-04",
          DATE_IS_YEAR_FIRST },
        { "23/11/2026", "2026-11-23", NULL, NULL, "2026-11-23", DATE_IS_DAY_FIRST },
        { "11/23/2026", "2026-11-23", "2026-11-23", NULL, NULL, DATE_IS_MONTH_FIRST },
        { "23.11.2026 8:15", "2026-11-23", NULL, NULL, "2026-11-23", DATE_IS_DAY_FIRST },
        { "11/23/2026 12:00:00 AM", "2026-11-23", "2026-11-23", NULL, NULL, DATE_IS_MONTH_FIRST },
        { "11/23/2026 8:15 p.m.", "2026-11-23", "2026-11-23", NULL, NULL, DATE_IS_MONTH_FIRST },
        { "2026-03-04 08:15:02.000", "2026-03-04", "2026-03-04", "2026-03-04", "2026-03-04",
          DATE_IS_YEAR_FIRST },
        { "03/12/0001", NULL, "0001-03-12", NULL, "0001-12-03", DATE_IS_EITHER },
        { "29/02/1900", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "29/02/2000", "2000-02-29", NULL, NULL, "2000-02-29", DATE_IS_DAY_FIRST },
        { "3/4/26", NULL, NULL, NULL, NULL, DATE_IS_SHORT },
        { "26-03-04", NULL, NULL, NULL, NULL, DATE_IS_SHORT },
        { "31.12.99", NULL, NULL, NULL, NULL, DATE_IS_SHORT },
        { "3/4/026", NULL, NULL, NULL, NULL, DATE_IS_SHORT },
        { "03/04-2026", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "2026-13-01", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "32/12/2026", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "003/04/2026", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "2026-03-04T23:59:59Z", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "2026-03-04T23:59:59+02:00", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "11/23/2026 13:00 PM", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "11/23/2026 08:15:02:07", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "11/23/2026 25:00", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "11/23/2026 late", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "11/23/2026 8", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "20260304", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "46085", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "March 2026", NULL, NULL, NULL, NULL, DATE_IS_NONE },
        { "", NULL, NULL, NULL, NULL, DATE_IS_NONE },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        const char *const wanted[] = { cases[i].ask, cases[i].us, cases[i].iso,
                                       cases[i].day_first };

        CHECK_AT(i, dates_sense(span_of(cases[i].text)) == cases[i].sense);
        for (int form = DATE_ASK; form <= DATE_DAY_FIRST; form++) {
            char day[DATE_TEXT_SIZE] = "untouched";
            bool good = dates_day_read(span_of(cases[i].text), (enum dates_form)form, day);

            CHECK_AT(i, good == (wanted[form] != NULL));
            CHECK_STR(day, wanted[form] ? wanted[form] : "untouched");
        }
    }
}

TEST(a_typed_moment_keeps_its_time_of_day)
{
    static const struct {
        const char *text;
        int hour, minute, second;
    } cases[] = {
        { "2026-03-04", 0, 0, 0 },
        { "2026-03-04 8:15", 8, 15, 0 },
        { "2026-03-04 08:15:02", 8, 15, 2 },
        { "2026-03-04 8:15:02 PM", 20, 15, 2 },
        { "2026-03-04 12:00 a.m.", 0, 0, 0 },
        { "2026-03-04 12:30 pm", 12, 30, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct time_civil at;

        CHECK_AT(i, dates_moment_read(span_of(cases[i].text), DATE_ASK, &at));
        CHECK_AT(i, at.day == 4 && at.hour == cases[i].hour && at.minute == cases[i].minute
                        && at.second == cases[i].second);
    }
}

/* Two birthdays differ only if no meaning of the text is the known day. */
TEST(a_date_contradicts_a_day_only_if_it_cannot_mean_it)
{
    static const struct {
        const char *text;
        enum dates_form form;
        bool contradicts;
    } cases[] = {
        { "03/04/1950", DATE_ASK, false },
        { "04/03/1950", DATE_ASK, false },
        { "03/05/1950", DATE_ASK, true },
        { "03/04/1950", DATE_US, false },
        { "03/04/1950", DATE_DAY_FIRST, true },
        { "04/03/1950", DATE_DAY_FIRST, false },
        { "1950-03-04", DATE_DAY_FIRST, false },
        { "1950-04-03", DATE_DAY_FIRST, true },
        { "25/12/1961", DATE_US, true },
        { "03/04/1950", DATE_ISO, false },
        { "3/4/50", DATE_ASK, false },
        { "unknown", DATE_US, false },
        { "", DATE_US, false },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, dates_contradict(span_of(cases[i].text), cases[i].form, "1950-03-04")
                        == cases[i].contradicts);
}

TEST(stamps_are_equal_however_they_are_written)
{
    static const struct {
        const char *a, *b;
        bool equal;
    } cases[] = {
        { "11/23/2026 08:15:02", "11/23/2026 08:15:02", true },
        { "11/23/2026 08:15:02", "2026-11-23T08:15:02", true },
        { "11/23/2026 08:15:02", "11/23/2026 8:15:02", true },
        { "11/23/2026 08:15:02", "11/23/2026 08:15:03", false },
        { "11/23/2026", "11/23/2026 00:00:00", true },
        { "done", "done", true },
        { "done", "Done", false },
        { "", "", true },
        { "", "11/23/2026", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_AT(i, dates_stamp_equal(span_of(cases[i].a), span_of(cases[i].b)) == cases[i].equal);
        CHECK_AT(i, dates_stamp_equal(span_of(cases[i].b), span_of(cases[i].a)) == cases[i].equal);
    }
}

/* A stamp shows the source's wall clock, before and after a change of the clocks. */
TEST(a_mark_is_written_by_the_sources_clock)
{
    static const struct {
        const char *zone;
        struct time_civil utc;
        const char *mark;
    } cases[] = {
        { "UTC", { 2026, 11, 23, 8, 15, 2 }, "11/23/2026 08:15:02" },
        { "Australia/Sydney", { 2026, 1, 1, 0, 0, 0 }, "01/01/2026 11:00:00" },
        { "Australia/Sydney", { 2026, 7, 1, 0, 0, 0 }, "07/01/2026 10:00:00" },
        { "Australia/Sydney", { 2026, 4, 4, 15, 59, 59 }, "04/05/2026 02:59:59" },
        { "Australia/Sydney", { 2026, 4, 4, 16, 0, 0 }, "04/05/2026 02:00:00" },
        { "Australia/Sydney", { 2026, 10, 3, 15, 59, 59 }, "10/04/2026 01:59:59" },
        { "Australia/Sydney", { 2026, 10, 3, 16, 0, 0 }, "10/04/2026 03:00:00" },
        { "America/New_York", { 2026, 1, 1, 4, 59, 59 }, "12/31/2025 23:59:59" },
        { "Europe/Berlin", { 2026, 3, 29, 1, 0, 0 }, "03/29/2026 03:00:00" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        char mark[STAMP_TEXT_SIZE];
        struct err err = { 0 };
        struct time_civil back;

        CHECK_AT(i, time_zone_set(cases[i].zone, &err));
        CHECK_STR(dates_stamp_text(time_from_utc(cases[i].utc), mark), cases[i].mark);
        CHECK_AT(i, dates_stamp_read(span_of(mark), &back));
    }
}
