/* Errors as values. */
#include "base/err.h"

#include "base/utf8.h"
#include "tap.h"

TEST(an_error_is_set_and_false_comes_back)
{
    struct err err = { ERR_OS, 5, 7, "old" };

    CHECK(!err_set(&err, ERR_REMOTE, 404, "getting '%s'", "a"));
    CHECK(err.kind == ERR_REMOTE && err.code == 404 && err.reason == 0);
    CHECK_STR(err.msg, "getting 'a'");
}

TEST(the_reason_of_the_system_is_added)
{
    static const struct {
        int number;
        const char *message;
    } cases[] = {
        { ENOENT, "opening 'x': No such file or directory" },
        { EACCES, "opening 'x': Permission denied" },
        { 0, "opening 'x': Success" },
        { 9999, "opening 'x': Unknown error 9999" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };

        errno = cases[i].number;
        CHECK_AT(i, !err_os(&err, "opening '%s'", "x"));
        CHECK_AT(i, err.kind == ERR_OS && err.code == cases[i].number && err.reason == 0);
        CHECK_STR(err.msg, cases[i].message);
    }
}

TEST(a_context_goes_in_front_and_keeps_the_rest)
{
    struct err err = { ERR_NET, 3, 952, "timed out" };

    CHECK(!err_ctx(&err, "part %d", 3));
    CHECK(!err_ctx(&err, "copying '%s'", "a"));
    CHECK(err.kind == ERR_NET && err.code == 3 && err.reason == 952);
    CHECK_STR(err.msg, "copying 'a': part 3: timed out");
}

TEST(an_error_may_quote_itself)
{
    struct err err = { 0 };

    (void)err_set(&err, ERR_DATA, 0, "cause");
    (void)err_set(&err, ERR_USAGE, 0, "because of '%s'", err.msg);
    CHECK_STR(err.msg, "because of 'cause'");
    (void)err_ctx(&err, "said '%s'", err.msg);
    CHECK_STR(err.msg, "said 'because of 'cause'': because of 'cause'");
}

/* However long the context in front is, the end of the chain keeps the cause. */
TEST(a_long_context_does_not_push_out_the_cause)
{
    char path[4096];
    struct err err = { 0 };

    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    errno = ENOSPC;
    (void)err_os(&err, "writing '%s'", path);
    CHECK(strlen(err.msg) == sizeof err.msg - 1);
    CHECK(strstr(err.msg, ": No space left on device") != NULL);
    (void)err_set(&err, ERR_NET, 0, "timed out");
    (void)err_ctx(&err, "copying '%s'", path);
    CHECK(strlen(err.msg) == sizeof err.msg - 1);
    CHECK(strstr(err.msg, ": timed out") != NULL);
    (void)err_set(&err, ERR_NET, 0, "%s", path);
    (void)err_ctx(&err, "copying '%s'", "a");
    CHECK(strlen(err.msg) == sizeof err.msg - 1);
    CHECK(strncmp(err.msg, "copying 'a': ppp", 16) == 0);
}

/* Messages go to ledger rows, which refuse anything but UTF-8, and to terminals, which obey. */
TEST(what_others_said_is_made_harmless)
{
    static const struct {
        const char *said, *message;
    } cases[] = {
        { "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80",
          "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80" },
        { "caf\xE9", "caf?" },
        { "\xE2\x82", "??" },
        { "\xED\xA0\x80", "???" },
        { "two\r\nlines\tand", "two  lines and" },
        { "\x1b[31mred\x7f", " [31mred " },
        { "\xC2\x9B"
          "31m",
          "  31m" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };

        (void)err_set(&err, ERR_REMOTE, 500, "%s", cases[i].said);
        CHECK_STR(err.msg, cases[i].message);
        (void)err_set(&err, ERR_REMOTE, 500, "no");
        (void)err_ctx(&err, "%s", cases[i].said);
        CHECK(strncmp(err.msg, cases[i].message, strlen(cases[i].message)) == 0);
        CHECK_AT(i, utf8_is_valid(span_of(err.msg)));
    }
}

TEST(no_character_is_cut_in_two)
{
    char euros[3 * 400 + 1] = "";

    for (size_t i = 0; i < 400; i++)
        memcpy(euros + 3 * i, "\xE2\x82\xAC", 4);
    for (size_t shift = 0; shift < 3; shift++) {
        struct err err = { 0 };

        (void)err_set(&err, ERR_DATA, 0, "%s%s", &"ab"[shift], euros);
        CHECK_AT(shift, utf8_is_valid(span_of(err.msg)));
        (void)err_ctx(&err, "%s%s", &"ab"[shift], euros);
        CHECK_AT(shift, utf8_is_valid(span_of(err.msg)));
    }
}

TEST(every_kind_has_a_name)
{
    static const char *const names[] = {
        [ERR_NONE] = "none",         [ERR_USAGE] = "usage", [ERR_DATA] = "data",
        [ERR_REMOTE] = "remote",     [ERR_NET] = "net",     [ERR_UNSURE] = "unsure",
        [ERR_DATABASE] = "database", [ERR_OS] = "os",       [ERR_CANCELED] = "canceled",
    };

    for (size_t i = 0; i < lengthof(names); i++)
        CHECK_STR(err_kind_name((enum err_kind)i), names[i]);
}
