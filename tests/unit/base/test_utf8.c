/* UTF-8 at its edges; Unicode, Table 3-7. */
#include "base/utf8.h"

#include "tap.h"

#include <locale.h>

#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

TEST(code_points_are_read_and_written)
{
    static const struct {
        struct span bytes;
        uint32_t code;
    } cases[] = {
        { BYTES("\0"), 0 },
        { BYTES("\x7F"), 0x7F },
        { BYTES("\xC2\x80"), 0x80 },
        { BYTES("\xDF\xBF"), 0x7FF },
        { BYTES("\xE0\xA0\x80"), 0x800 },
        { BYTES("\xED\x9F\xBF"), 0xD7FF },
        { BYTES("\xEE\x80\x80"), 0xE000 },
        { BYTES("\xEF\xBF\xBD"), UTF8_REPLACEMENT },
        { BYTES("\xEF\xBF\xBF"), 0xFFFF },
        { BYTES("\xF0\x90\x80\x80"), 0x10000 },
        { BYTES("\xF4\x8F\xBF\xBF"), 0x10FFFF },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct span rest = cases[i].bytes;
        auto_str written = STR_MAX(8);
        uint32_t code;

        CHECK_AT(i, utf8_is_valid(cases[i].bytes) && utf8_count(cases[i].bytes) == 1);
        CHECK_AT(i, utf8_next(&rest, &code) && code == cases[i].code && rest.size == 0);
        utf8_add(&written, cases[i].code);
        CHECK_AT(i, span_equal(str_span(&written), cases[i].bytes));
    }
}

/* A wrong byte is skipped alone, and reading goes on after it. */
TEST(what_is_not_utf8_is_passed_byte_by_byte)
{
    static const struct {
        struct span bytes;
        size_t stray; /* bytes that are not part of UTF-8 */
        size_t count;
    } cases[] = {
        { BYTES("\x80"), 1, 1 },
        { BYTES("\xBF"), 1, 1 },
        { BYTES("\xFE\xFF"), 2, 2 },
        /* over-long */
        { BYTES("\xC0\x80"), 2, 2 },
        { BYTES("\xC1\xBF"), 2, 2 },
        { BYTES("\xE0\x80\xAF"), 3, 3 },
        { BYTES("\xE0\x9F\xBF"), 3, 3 },
        { BYTES("\xF0\x80\x80\xAF"), 4, 4 },
        { BYTES("\xF0\x8F\xBF\xBF"), 4, 4 },
        /* surrogates */
        { BYTES("\xED\xA0\x80"), 3, 3 },
        { BYTES("\xED\xBF\xBF"), 3, 3 },
        /* above U+10FFFF */
        { BYTES("\xF4\x90\x80\x80"), 4, 4 },
        { BYTES("\xF5\x80\x80\x80"), 4, 4 },
        { BYTES("\xF8\x88\x80\x80\x80"), 5, 5 },
        /* cut off, at the end and in the middle */
        { BYTES("\xC3"), 1, 1 },
        { BYTES("\xE2\x82"), 2, 2 },
        { BYTES("\xF0\x9F\x98"), 3, 3 },
        { BYTES("\xE2\x82x"), 2, 3 },
        { BYTES("\xE2\x82\xC3\xA9"), 2, 3 },
        { BYTES("\xF0\x9F\x98\xE2\x82\xAC"), 3, 4 },
        { BYTES("a\xC3(b"), 1, 4 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct span rest = cases[i].bytes;
        size_t stray = 0;

        while (rest.size) {
            size_t before = rest.size;
            uint32_t code;

            if (utf8_next(&rest, &code))
                continue;
            stray++;
            CHECK_AT(i, code == UTF8_REPLACEMENT && rest.size == before - 1);
        }
        CHECK_AT(i, stray == cases[i].stray && !utf8_is_valid(cases[i].bytes));
        CHECK_AT(i, utf8_count(cases[i].bytes) == cases[i].count);
    }
}

/* The bytes after the end of a text may well continue its last character. */
TEST(a_text_ends_where_it_ends)
{
    static const char *const texts[] = { "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80" };

    for (size_t i = 0; i < lengthof(texts); i++) {
        size_t whole = strlen(texts[i]);

        for (size_t size = 1; size <= whole; size++)
            CHECK_AT(i, utf8_is_valid((struct span){ texts[i], size }) == (size == whole));
    }
}

TEST(repaired_text_is_valid)
{
    static const struct {
        const char *text, *repaired;
    } cases[] = {
        { "", "" },
        { "caf\xC3\xA9", "caf\xC3\xA9" },
        { "caf\xE9s", "caf\xEF\xBF\xBDs" },
        { "\xE2\x82", "\xEF\xBF\xBD\xEF\xBF\xBD" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str repaired = STR_MAX(64);

        utf8_add_kept(&repaired, span_of(cases[i].text));
        CHECK_AT(i, utf8_is_valid(str_span(&repaired)));
        CHECK_STR(str_text(&repaired), cases[i].repaired);
    }
}

/* A character that does not fit leaves no piece of itself behind. */
TEST(a_character_fits_whole_or_not_at_all)
{
    for (size_t max = 0; max < 6; max++) {
        auto_str text = STR_MAX(max);

        utf8_add(&text, 'a');
        utf8_add(&text, 0x1F600);
        CHECK_AT(max, utf8_is_valid(str_span(&text)));
        CHECK_AT(max, text.size == (max < 5 ? max > 0 : 5));
        CHECK_AT(max, text.cut == (max < 5));
    }
}

/* The programs never call setlocale(); it must make no difference if they did. */
TEST(lower_case_needs_no_locale)
{
    static const struct {
        const char *text, *lower;
    } cases[] = {
        { "ABC xyz 123 [\\]", "abc xyz 123 [\\]" },
        { "\xC3\x89T\xC3\x89", "\xC3\xA9t\xC3\xA9" },       /* É */
        { "\xE1\xBA\x9E", "\xC3\x9F" },                     /* ẞ */
        { "\xCE\xA3", "\xCF\x83" },                         /* Σ */
        { "\xD0\x96", "\xD0\xB6" },                         /* Ж */
        { "\xF0\x90\x90\x80", "\xF0\x90\x90\xA8" },         /* U+10400 */
        { "I\xC4\xB0", "i\x69" },                           /* I, İ */
        { "\xC9\x90\xE6\x97\xA5", "\xC9\x90\xE6\x97\xA5" }, /* no upper case at all */
        { "A\xE9", "a\xEF\xBF\xBD" },
    };

    CHECK(setlocale(LC_ALL, "C") != NULL);
    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str lower = STR_MAX(64);

        utf8_add_lower(&lower, span_of(cases[i].text));
        CHECK_STR(str_text(&lower), cases[i].lower);
    }
}

/* The White_Space property of Unicode 15. */
TEST(white_space_is_what_unicode_says)
{
    static const uint32_t spaces[] = { 0x09,   0x0A,   0x0B,   0x0C,   0x0D,   0x20,   0x85,
                                       0xA0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004,
                                       0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x2028,
                                       0x2029, 0x202F, 0x205F, 0x3000 };
    size_t found = 0;

    for (size_t i = 0; i < lengthof(spaces); i++)
        CHECK_AT(i, utf8_is_space(spaces[i]));
    for (uint32_t code = 0; code <= 0x10FFFF; code++)
        found += utf8_is_space(code);
    CHECK(found == lengthof(spaces));
}

TEST(a_prefix_never_cuts_a_character)
{
    static const struct {
        const char *text;
        size_t max, size;
    } cases[] = {
        { "a\xE2\x82\xAC\xC3\xA9", 0, 0 },
        { "a\xE2\x82\xAC\xC3\xA9", 1, 1 },
        { "a\xE2\x82\xAC\xC3\xA9", 2, 4 },
        { "a\xE2\x82\xAC\xC3\xA9", 3, 6 },
        { "a\xE2\x82\xAC\xC3\xA9", 9, 6 },
        { "a\xE2\x82", 2, 2 },
        { "", 5, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, utf8_first(span_of(cases[i].text), cases[i].max).size == cases[i].size);
}
