/* Text that others wrote, as it is shown. */
#include "base/foreign.h"

#include "tap.h"

TEST(what_is_harmful_does_not_pass)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "", "" },
        { "Müller-Weiß 🏥 李", "Müller-Weiß 🏥 李" },
        { "a\tb\r\nc", "a b  c" },
        { "\x1b[31mred", "\uFFFD[31mred" },
        { "\xC2\x9B"
          "31m",
          "\uFFFD31m" },
        { "\x7f", "\uFFFD" },
        { "a\u202Eb\u2066c", "a\uFFFDb\uFFFDc" },
        { "a\u200Bb\u200Fc\uFEFF", "a\uFFFDb\uFFFDc\uFFFD" },
        { "\U000E0041", "\uFFFD" },
        { "\xFF\xC0", "\uFFFD\uFFFD" },
        { "a\u2028b", "a\uFFFDb" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str text = STR_MAX(KIB(1));

        foreign_add(&text, span_of(cases[i].text));
        CHECK_AT(i, strcmp(str_text(&text), cases[i].want) == 0);
    }
}

TEST(a_long_text_is_cut_between_characters)
{
    static const struct {
        const char *text, *want;
        size_t max;
    } cases[] = {
        { "abcdef", "abc...", 3 },
        { "abc", "abc", 3 },
        { "\x1B\xE2\x80\xAE\xC3\xA9\xFF", "\uFFFD\uFFFD\u00E9...", 3 },
        { "a", "...", 0 },
        { "", "", 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str text = STR_MAX(KIB(1));

        foreign_add_first(&text, span_of(cases[i].text), cases[i].max);
        CHECK_STR(str_text(&text), cases[i].want);
    }
}

TEST(only_our_line_ends_are_line_ends)
{
    auto_str text = STR_MAX(KIB(1));

    foreign_printf(&text, "%s: %-4s|%d\n%.*s\n", "a\nb", "c\r", 7, 3, "x\nyz");
    CHECK_STR(str_text(&text), "a b: c   |7\nx y\n");
}
