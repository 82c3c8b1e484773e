/* Quiet hours over a week, by a clock that is given. */
#include "filemaker/quiet.h"

#include "base/time.h"
#include "tap.h"

TEST(quiet_hours_are_spans_of_the_week)
{
    static const struct {
        const char *text;
        int count; /* -1: refused */
        struct quiet_span first, last;
    } cases[] = {
        { "", 0, { 0 }, { 0 } },
        { "08:00-18:30", 1, { 127, 480, 1110 }, { 127, 480, 1110 } },
        { " 8:00 - 18:30 ", 1, { 127, 480, 1110 }, { 127, 480, 1110 } },
        { "00:00-24:00", 1, { 127, 0, 1440 }, { 127, 0, 1440 } },
        { "07:00-07:00", 0, { 0 }, { 0 } },
        { "Mon-Fri 08:00-18:00, sat 09:00-12:00", 2, { 31, 480, 1080 }, { 32, 540, 720 } },
        { "Sat-Mon 22:00-06:00", 1, { 97, 1320, 360 }, { 97, 1320, 360 } },
        { "08:00", -1, { 0 }, { 0 } },
        { "08:00-", -1, { 0 }, { 0 } },
        { "08-18", -1, { 0 }, { 0 } },
        { "25:00-26:00", -1, { 0 }, { 0 } },
        { "24:01-08:00", -1, { 0 }, { 0 } },
        { "08:60-09:00", -1, { 0 }, { 0 } },
        { "-1:00-08:00", -1, { 0 }, { 0 } },
        { "08:00-18:30-20:00", -1, { 0 }, { 0 } },
        { "morning", -1, { 0 }, { 0 } },
        { "Mon-Fri", -1, { 0 }, { 0 } },
        { "Mon-Fry 08:00-18:00", -1, { 0 }, { 0 } },
        { "08:00-18:00,,09:00-10:00", -1, { 0 }, { 0 } },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct quiet_hours hours = { .count = 7 };
        struct err err = { 0 };
        bool good = quiet_read(cases[i].text, &hours, &err);

        CHECK_AT(i, good == (cases[i].count >= 0));
        CHECK_AT(i, good || err.kind == ERR_USAGE);
        if (!good || cases[i].count == 0) {
            CHECK_AT(i, hours.count == (good ? 0 : 7));
            continue;
        }
        CHECK_AT(i, (int)hours.count == cases[i].count);
        CHECK_AT(i, memcmp(&hours.spans[0], &cases[i].first, sizeof cases[i].first) == 0);
        CHECK_AT(i,
                 memcmp(&hours.spans[hours.count - 1], &cases[i].last, sizeof cases[i].last) == 0);
    }
}

/* In Sydney, 2 o'clock was skipped on Sunday, 4 October 2026, and comes twice on Sunday, 4 April 2027. */
TEST(the_clock_on_the_wall_decides_also_where_it_is_changed)
{
    static const struct {
        const char *hours;
        struct time_civil utc;
        bool is_quiet;
        int until;
    } cases[] = {
        { "Mon-Fri 08:00-18:00", { 2026, 11, 22, 20, 59, 0 }, false, 0 }, /* Mon 07:59 */
        { "Mon-Fri 08:00-18:00", { 2026, 11, 22, 21, 0, 0 }, true, 1080 },
        { "Mon-Fri 08:00-18:00", { 2026, 11, 27, 21, 0, 0 }, false, 0 }, /* Sat 08:00 */
        { "Mon-Fri 08:00-18:00, Sat 09:00-12:00", { 2026, 11, 27, 22, 0, 0 }, true, 720 },
        { "Fri 22:00-06:00", { 2026, 11, 27, 18, 59, 0 }, true, 360 }, /* Sat 05:59 */
        { "Fri 22:00-06:00", { 2026, 11, 27, 19, 0, 0 }, false, 0 },
        { "Fri 22:00-06:00", { 2026, 11, 26, 18, 0, 0 }, false, 0 },  /* Fri 05:00 */
        { "Sun 22:00-06:00", { 2026, 11, 22, 18, 0, 0 }, true, 360 }, /* Mon 05:00 */
        { "Sun 01:30-02:30", { 2026, 10, 3, 15, 59, 0 }, true, 150 }, /* 01:59, then 03:00 */
        { "Sun 01:30-02:30", { 2026, 10, 3, 16, 0, 0 }, false, 0 },
        { "Sun 02:00-02:30", { 2027, 4, 3, 15, 15, 0 }, true, 150 }, /* 02:15 the first time */
        { "Sun 02:00-02:30", { 2027, 4, 3, 15, 45, 0 }, false, 0 },
        { "Sun 02:00-02:30", { 2027, 4, 3, 16, 15, 0 }, true, 150 }, /* and the second */
    };
    struct err err = { 0 };

    CHECK(time_zone_set("Australia/Sydney", &err));
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct quiet_hours hours;
        int until = 0;

        CHECK_AT(i, quiet_read(cases[i].hours, &hours, &err));
        CHECK_AT(i, quiet_at(&hours, time_from_utc(cases[i].utc), &until) == cases[i].is_quiet);
        CHECK_AT(i, until == cases[i].until);
    }
}
