/* Text in SCSU, against the examples of the standard, and what is refused. */
#include "fmp12/scsu.h"

#include "tap.h"

#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

/* Unicode Technical Standard 6, chapter 9; then what FileMaker writes. */
TEST(texts_are_read)
{
    static const struct {
        struct span bytes;
        bool masked;
        const char *text;
        uint64_t units;
        bool repaired;
    } cases[] = {
        { BYTES(""), false, "", 0, false },
        { BYTES("\xD6l flie\xDFt"), false, "Öl fließt", 9, false },
        { BYTES("\x12\x9C\xBE\xC1\xBA\xB2\xB0"), false, "Москва", 6, false },
        { BYTES("\x08\x00\x1B\x4C\xEA\x16\xCA\xD3\x94\x0F\x53\xEF\x61\x1B\xE5\x84\xC4\x08\x02"),
          false, "　♪リンゴ可愛いや。", 10, false },
        { BYTES("\x41\xDF\x12\x81\x03\x5F\x10\xDF\x1B\x03\xDF\x1C\x88\x80\x0B\xBF\xFF\xFF\x0D\x0A"),
          false, "AßЁşßǟ\xEF\x80\x80\xF4\x8F\xBF\xBF\r\n", 11, false },
        { BYTES("\x0F\xF0\xE0\x00\xF1\xBF\xFF\xFF"), false, "\xEE\x80\x80\xF4\x8F\xBF\xBF", 3,
          false },
        { BYTES("\x0E\xD8\x3D\x0E\xDE\x00"), false, "😀", 2, false },
        { BYTES("\x0F\xD8\x3D\xDE\x00\xE0"
                "a"),
          false, "😀a", 3, false },
        { BYTES("\x0E\xD8\x3D"
                "a"),
          false,
          "\xEF\xBF\xBD"
          "a",
          2, true },
        { BYTES("\x0E\xDE\x00"), false, "\xEF\xBF\xBD", 1, true },
        { BYTES("\x0E\xD8\x3D"), false, "\xEF\xBF\xBD", 1, true },
        { BYTES("\x6A\x6E\x41\x32\xDA"), true, "04\xEE\x80\x80", 3, false },
        { BYTES("a\tb\rc"), false, "a\tb\rc", 5, false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct scsu scsu = { .rest = cases[i].bytes, .units_most = UINT64_MAX };
        auto_str text = STR_MAX(100);
        struct err err = { 0 };

        CHECK_AT(i, scsu_read(&scsu, cases[i].masked, &text, &err));
        CHECK_STR(str_text(&text), cases[i].text);
        CHECK_AT(i, scsu.units_count == cases[i].units);
        CHECK_AT(i, scsu.repaired == cases[i].repaired);
        CHECK_AT(i, scsu.rest.size == 0);
    }
}

TEST(what_is_no_text_is_refused)
{
    static const struct span cases[] = {
        BYTES("a\x0C"),        BYTES("\x0E\x41"),    BYTES("\x0E"),     BYTES("\x01"),
        BYTES("\x18"),         BYTES("\x18\x00"),    BYTES("\x18\xA8"), BYTES("\x18\xF8"),
        BYTES("\x0F\xF2"),     BYTES("\x0F\x41"),    BYTES("\x0B\x00"), BYTES("\x0F\xE8"),
        BYTES("\x0F\xF0\x41"), BYTES("0123456789a"),
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct scsu scsu = { .rest = cases[i], .units_most = UINT64_MAX };
        auto_str text = STR_MAX(10);
        struct err err = { 0 };

        CHECK_AT(i, !scsu_read(&scsu, false, &text, &err) && err.kind == ERR_DATA);
    }
}

/* Lengths count units of UTF-16; what follows them belongs to somebody else. */
TEST(reading_ends_where_it_should)
{
    struct scsu scsu = { .rest = BYTES("ab\x0E\xD8\x3D\x0E\xDE\x00"
                                       "cd"),
                         .units_most = 4 };
    auto_str text = STR_MAX(100);
    struct err err = { 0 };

    CHECK(scsu_read(&scsu, false, &text, &err));
    CHECK_STR(str_text(&text), "ab😀");
    CHECK(span_is(scsu.rest, "cd"));
}
