/* Reading scenario lines. */
#include "sim/faults/scenario_line.h"

#include "base/time.h"
#include "tap.h"

TEST(lines_say_what_happens_to_whom)
{
    struct scenario_line line = { .number = 1 };
    struct twist twist = { .delay_us = 1 };
    struct err err;

    CHECK(scenario_line_read(
        span_of("  on stream2,get record 12..20 first 2 each chance 5% do cut 50%  # x"), &line,
        &err));
    CHECK(line.when == WHEN_REQUEST);
    CHECK(line.kinds == (UINT64_C(1) << REQUEST_STREAM2 | UINT64_C(1) << REQUEST_GET));
    CHECK(line.has_records && line.records.first == 12 && line.records.last == 20);
    CHECK(line.first == 2 && line.each_record);
    CHECK(line.has_chance && line.chance > 0.049 && line.chance < 0.051);
    action_to_twist(&line.action, &twist);
    CHECK(twist.cut.set && twist.cut.percent && twist.cut.n == 50);
    CHECK(twist.delay_us == 1 && !twist.flip.set);
    scenario_line_clear(&line);
}

TEST(every_deed_has_its_line)
{
    static const char *const lines[] = {
        "on any do delay 250ms",
        "on api nth 3 do status 502",
        "on api do status 503 json",
        "on patch do status 502 applied",
        "on login first 2 do code 812",
        "on get do reset before",
        "on patch do reset after",
        "on upload do reset upload",
        "on stream2 do reset at 1000",
        "on stream do stall 10s",
        "on stream2 do stall at 50% 10s",
        "on stream2 do trickle 1000",
        "on stream2 do cut 10",
        "on stream2 do cut fitting 10",
        "on stream2 do longer 10",
        "on stream2 do no-length",
        "on stream2 do bad-chunk",
        "on stream2 do flip 99%",
        "on list every 3 do empty",
        "on list after 3 do html",
        "on stream1 do redirect http://example.org/x",
        "on any do endless-headers",
        "on patch do twice",
        "on patch do replay 2m",
        "on get do swap",
        "on stream2 do tls-alert at 50%",
        "on list do found-count +5",
        "on list do found-count -5",
        "on find do miss 5%",
        "on find first 9 do miss 100%",
        "on find do repeat-edge",
        "on list do empty-page",
        "on patch do wrong-mod-id",
        "on patch record every 20 do answer edit",
        "on patch do answer touch",
        "on patch do answer replace",
        "on patch do answer clear",
        "on patch do answer alter",
        "on get do answer edit",
        "on get do url-host fms.internal:8443",
        "on get do no-extension",
        "on stream2 do media application/octet-stream",
        "on stream1 from 1s to 5s do stale no-cookie",
        "on patch nth 5 do drop-sessions",
        "on patch nth 5 do restart 3s",
        "after any 100 do down 10s",
        "after 10s do refuse 2s",
        "after list 2 do insert 3",
        "after list 2 do delete 51..53",
        "every 30s do edit any 2",
        "every list 10 do replace 7",
        "after get 1 do hold 7 5s",
        "after any 500 do patients-arrive",
        "container 7 is reference",
        "container 7..9 field Scan repetition 2 is missing",
        "set stream-auth bearer",
        "set strict",
        "do insert 5",
        "forget",
        "",
        "# nothing",
    };

    for (size_t i = 0; i < lengthof(lines); i++) {
        struct scenario_line line = { .number = 1 };
        struct err err = { .kind = ERR_NONE };

        CHECK_AT(i, scenario_line_read(span_of(lines[i]), &line, &err));
        if (err.kind)
            CHECK_STR(err.msg, "");
        scenario_line_clear(&line);
    }
}

TEST(wrong_lines_say_what_is_wrong)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        { "whenever", "how a line begins" },
        { "forget it", "'it' is one word too many" },
        { "on", "a kind of request is missing" },
        { "on lists do empty", "'lists' is not a kind of request" },
        { "on list empty", "'empty' is not a condition" },
        { "on list do", "something that can happen is missing" },
        { "on patch do answer maybe", "'maybe' is not edit, touch, replace, clear or alter" },
        { "on list do explode", "'explode' is not something that can happen" },
        { "on list do delay", "a time such as 250ms, 10s or 2m is missing" },
        { "on list do delay 10", "'10' is not a time" },
        { "on list do cut 150%", "'150%' is not a place" },
        { "on find do miss 101%", "'101%' is not a chance" },
        { "on find do miss", "a chance such as 5% or 0.05 is missing" },
        { "on list chance 2 do empty", "'2' is not a chance" },
        { "on list do empty now", "'now' is one word too many" },
        { "on list do status 99", "from 100 to 599" },
        { "after list 2 do cut 50%", "this happens to requests" },
        { "every list 0 do insert 1", "every 0 is too often" },
        { "container 7 is broken", "'broken' is not what a container can be" },
        { "container 9..7 is empty", "'9..7' is not a record id" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct scenario_line line = { .number = 1 };
        struct err err = { .kind = ERR_NONE };

        CHECK_AT(i, !scenario_line_read(span_of(cases[i].line), &line, &err));
        CHECK_AT(i, strstr(err.msg, cases[i].says));
        scenario_line_clear(&line);
    }
}

TEST(times_have_units)
{
    static const struct {
        const char *line;
        int64_t us;
    } cases[] = {
        { "on get do delay 250ms", 250 * TIME_MS },
        { "on get do delay 10s", 10 * TIME_SECOND },
        { "on get do delay 2m", 120 * (int64_t)TIME_SECOND },
        { "on get do delay 5us", 5 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct scenario_line line = { .number = 1 };
        struct err err;

        CHECK_AT(i, scenario_line_read(span_of(cases[i].line), &line, &err));
        CHECK_AT(i, line.action.twist.delay_us == cases[i].us);
    }
}
