/* What a run tells, and how often: with a clock that the test moves. */
#include "cmd/notice.h"

#include "base/time.h"
#include "document/failure_class.h"
#include "filemaker/errors.h"
#include "tap.h"

#define HOUR (3600 * TIME_SECOND)

static struct run_view view_of(int64_t moves, uint64_t classes)
{
    return (struct run_view){ .to_do = 100,
                              .counted = -1,
                              .counts = { .successful = moves,
                                          .processed = moves,
                                          .moves = moves,
                                          .failed = classes ? 3 : 0,
                                          .classes = classes } };
}

TEST(that_nothing_moves_is_told_after_an_hour_and_then_more_rarely)
{
    static const struct {
        int64_t at_hours, moves;
        bool rests, is_told;
    } cases[] = {
        { 0, 5, false, false },    { 1, 6, false, false }, { 2, 6, false, true },
        { 2, 6, false, false },    { 3, 6, false, true },  { 4, 6, false, false },
        { 5, 6, false, true },     { 6, 7, false, false }, { 7, 7, true, false },
        { 9, 7, true, false },     { 10, 7, false, true }, { 11, 100, false, false },
        { 19, 100, false, false },
    };
    struct notice_watch watch = { 0 };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct run_view view = view_of(cases[i].moves, 0);
        struct notice notice;

        view.census_closed = true;
        CHECK_AT(i, notice_due(&watch, &view, cases[i].rests, cases[i].at_hours * HOUR, &notice)
                        == cases[i].is_told);
        if (cases[i].is_told)
            CHECK_AT(i, notice.kind == NOTICE_IDLE && strstr(notice.text, " of 100 documents"));
    }
}

TEST(a_class_is_told_once_and_many_do_not_become_many_notices)
{
    static const struct {
        int64_t at_minutes;
        uint64_t classes;
        const char *text;
    } cases[] = {
        { 0, 0, NULL },
        { 1, 1, "3 documents failed so far; new reasons: container-empty" },
        { 2, 1, NULL },
        { 3, 3, NULL }, /* not yet */
        { 60, 7, NULL },
        { 61, 7,
          "3 documents failed so far; new reasons: container-reference, container-no-access" },
        { 62, 15, NULL },
        { 180, 15, NULL },
        { 181, 15, "3 documents failed so far; new reasons: container-unavailable" },
        { 900, 15, NULL },
    };
    struct notice_watch watch = { 0 };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct run_view view = view_of((int64_t)i, cases[i].classes);
        struct notice notice = { 0 };

        CHECK_AT(i,
                 notice_due(&watch, &view, false, cases[i].at_minutes * 60 * TIME_SECOND, &notice)
                     == (cases[i].text != NULL));
        if (cases[i].text)
            CHECK_STR(notice.text, cases[i].text);
    }
}

TEST(a_stop_says_who_has_to_do_something_and_nothing_that_others_wrote)
{
    struct run_result result = { .has_moved = true, .view = view_of(40, 1) };
    struct notice notice;
    struct err err = { 0 };

    notice_end(&result, NULL, &notice);
    CHECK(notice.kind == NOTICE_END);
    CHECK_STR(notice.text, "the run ended; 40 of 100 documents are done, 3 failed");
    result.was_stopped = true;
    notice_end(&result, NULL, &notice);
    CHECK(notice.kind == NOTICE_STOP);
    CHECK_STR(notice.text,
              "the run was stopped in good order; 40 of 100 documents are done, 3 failed");
    result.has_moved = false;
    (void)err_set(&err, ERR_USAGE, 0, "record 17 of Ada Lovelace");
    notice_end(&result, &err, &notice);
    CHECK_STR(notice.text, "the run stopped: the configuration is wrong. The log says more");
}
