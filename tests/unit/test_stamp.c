/* Dates and stamps as FileMaker writes them. */
#include "move/stamp.h"

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
        { TEXT("11/23/0026"), false, { 0 } },
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

        CHECK_AT(i, stamp_read(cases[i].text, &got) == cases[i].good);
        CHECK_AT(i, memcmp(&got, &cases[i].want, sizeof got) == 0);
    }
}

TEST(an_ambiguous_date_is_read_as_it_is_meant)
{
    static const struct {
        const char *text;
        enum date_form form;
        const char *day; /* NULL: no date, and none is guessed */
    } cases[] = {
        { "03/04/2026", DATE_US, "2026-03-04" },
        { "03/04/2026", DATE_DAY_FIRST, "2026-04-03" },
        { "03.04.2026", DATE_DAY_FIRST, "2026-04-03" },
        { "03.04.2026", DATE_US, "2026-03-04" },
        { "03/04/2026", DATE_ISO, NULL },
        { "2026-03-04", DATE_US, "2026-03-04" },
        { "2026-03-04", DATE_DAY_FIRST, "2026-03-04" },
        { "2026-03-04", DATE_ISO, "2026-03-04" },
        { "2026-03-04T23:59:59", DATE_ISO, "2026-03-04" },
        { "23/11/2026", DATE_DAY_FIRST, "2026-11-23" },
        { "23/11/2026", DATE_US, NULL },
        { "11/23/2026", DATE_DAY_FIRST, NULL },
        { "3/4/26", DATE_DAY_FIRST, NULL },
        { "2026-3-4", DATE_ISO, "2026-03-04" },
        { "03-04-2026", DATE_DAY_FIRST, NULL },
        { "March 2026", DATE_US, NULL },
        { "", DATE_US, NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        char day[DATE_TEXT_SIZE] = "untouched";

        CHECK_AT(i,
                 date_read(span_of(cases[i].text), cases[i].form, day) == (cases[i].day != NULL));
        CHECK_STR(day, cases[i].day ? cases[i].day : "untouched");
    }
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
        CHECK_AT(i, stamp_equal(span_of(cases[i].a), span_of(cases[i].b)) == cases[i].equal);
        CHECK_AT(i, stamp_equal(span_of(cases[i].b), span_of(cases[i].a)) == cases[i].equal);
    }
}

/* A stamp is what the source's wall clock shows, on both sides of a change of the clocks. */
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
        CHECK_STR(stamp_text(time_from_utc(cases[i].utc), mark), cases[i].mark);
        CHECK_AT(i, stamp_read(span_of(mark), &back));
    }
}
