/* The encoding of a file's bytes. */
#include "base/text.h"

#include "tap.h"

#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

TEST(a_coding_is_certain_or_said)
{
    static const struct {
        struct span bytes;
        enum text_coding told;
        const char *text, *said; /* one of them */
    } cases[] = {
        { BYTES(""), TEXT_ASK, "", NULL },
        { BYTES("id,na\xC3\xAFve\n"), TEXT_ASK, "id,na\xC3\xAFve\n", NULL },
        { BYTES("\xEF\xBB\xBFid\n"), TEXT_ASK, "id\n", NULL },
        { BYTES("\xEF\xBB\xBFid\n"), TEXT_UTF8, "id\n", NULL },
        { BYTES("\xFF\xFEi\0d\0\n\0\xFC\0"), TEXT_ASK, "id\n\xC3\xBC", NULL },
        { BYTES("\xFE\xFF\0i\0d\0\n\0\xFC"), TEXT_ASK, "id\n\xC3\xBC", NULL },
        { BYTES("i\0d\0\n\0\xFC\0"), TEXT_ASK, "id\n\xC3\xBC", NULL },
        { BYTES("\0i\0d\0\n\x04\x16"), TEXT_ASK, "id\n\xD0\x96", NULL },
        { BYTES("\x16\x04\n\0"), TEXT_UTF16LE, "\xD0\x96\n", NULL },
        { BYTES("\xFF\xFE\x3D\xD8\x00\xDE"), TEXT_ASK, "\xF0\x9F\x98\x80", NULL },
        { BYTES("M\xFCller \x80\n"), TEXT_WINDOWS_1252, "M\xC3\xBCller \xE2\x82\xAC\n", NULL },
        { BYTES("id\nM\xFCller\n"), TEXT_ASK, NULL,
          "line 2, column 2: the byte 0xFC is not UTF-8; an older program may have written" },
        { BYTES("id\r\n\xC3\xBC\xFC\r\n\x81"), TEXT_ASK, NULL,
          "line 2, column 2: the byte 0xFC is not UTF-8: save" },
        { BYTES("a\rb\xE9"), TEXT_UTF8, NULL, "line 2, column 2" },
        { BYTES("M\x81"), TEXT_WINDOWS_1252, NULL, "line 1, column 2: a byte that is no letter" },
        { BYTES("M\0"), TEXT_WINDOWS_1252, NULL, "line 1, column 2: a NUL" },
        { BYTES("M\xC3\xBCller"), TEXT_WINDOWS_1252, NULL, "it is UTF-8, and encoding says" },
        { BYTES("\xFF\xFEi\0d\0"), TEXT_UTF8, NULL, "it is UTF-16 (little endian)" },
        { BYTES("\xFF\xFEi\0d\0"), TEXT_UTF16BE, NULL, "it is UTF-16 (little endian)" },
        { BYTES("\xFF\xFEi\0\0\xD8\n\0"), TEXT_ASK, NULL, "column 2: half of a character" },
        { BYTES("\xFF\xFEi\0d"), TEXT_ASK, NULL, "it was cut" },
        { BYTES("\xFF\xFEi\0\0\0"), TEXT_ASK, NULL, "column 2: a NUL" },
        { BYTES("a,b\nc\0d"), TEXT_ASK, NULL, "line 2, column 2: a NUL" },
        { BYTES("\x16\x04\n\0"), TEXT_ASK, NULL,
          "line 2, column 1: a NUL: the file is damaged, or is UTF" },
        { BYTES("PK\3\4rest"), TEXT_ASK, NULL, "it is a workbook (.xlsx" },
        { BYTES("\xD0\xCF\x11\xE0\xA1"), TEXT_WINDOWS_1252, NULL, "an old workbook" },
        { BYTES("\x1F\x8B\x08"), TEXT_ASK, NULL, "compressed" },
        { BYTES("\xFF\xFE\0\0i\0\0\0"), TEXT_ASK, NULL, "UTF-32" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str room = STR_MAX(KIB(1));
        struct err err = { 0 };
        struct span text = SPAN_NONE;
        bool good = text_decode(cases[i].bytes, cases[i].told, "encoding", &room, &text, &err);

        CHECK_AT(i, good == (cases[i].text != NULL));
        CHECK_AT(i, !good || span_is(text, cases[i].text));
        CHECK_AT(i, good || (err.kind == ERR_USAGE && strstr(err.msg, cases[i].said)));
        if (!good && !strstr(err.msg, cases[i].said))
            CHECK_STR(err.msg, cases[i].said);
    }
}

TEST(strange_bytes_are_named)
{
    static const struct {
        struct span bytes;
        const char *said;
    } cases[] = {
        { BYTES("secret\n"), NULL },
        { BYTES("p\xC3\xA4ss"), NULL },
        { BYTES("\xEF\xBB\xBFsecret"), "byte order mark" },
        { BYTES("\xFF\xFEs\0e\0"), "UTF-16" },
        { BYTES("s\0e\0c\0"), "UTF-16" },
        { BYTES("\0s\0e\0c"), "UTF-16" },
        { BYTES("se\0cret"), "NUL" },
        { BYTES("p\xE4ss"), "not UTF-8" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        const char *said = text_strange(cases[i].bytes);

        CHECK_AT(i, (said != NULL) == (cases[i].said != NULL));
        CHECK_AT(i, !said || strstr(said, cases[i].said));
    }
}

TEST(names_and_ids_hold_what_can_be_seen)
{
    static const struct {
        const char *text;
        bool name, id;
    } cases[] = {
        { "Anna", true, true },
        { "O'Neill-\xC3\x85s, Jr.", true, true },
        { "A-1 b", true, true },
        { "", true, true },
        { "An\nna", false, false },
        { "An\x0Bna", false, false },
        { "An\xC2\x85", false, false },
        { "An\xE2\x80\xAE", false, false },
        { "M\xEF\xBF\xBDller", false, false },
        { "\xEF\xBB\xBFid", false, false },
        { "a\xE2\x80\x8D"
          "b",
          true, false },
        { "a\xC2\xA0"
          "b",
          true, false },
        { "a\xFF", false, false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_AT(i, !text_name_fault(span_of(cases[i].text)) == cases[i].name);
        CHECK_AT(i, !text_id_fault(span_of(cases[i].text)) == cases[i].id);
    }
}

TEST(a_text_that_was_converted_twice_is_known)
{
    static const struct {
        const char *text;
        bool twice;
    } cases[] = {
        { "M\xC3\x83\xC2\xBCller", true }, /* Müller     */
        { "\xC3\x83\xC5\x93mit", true },   /* Ümit       */
        { "Jos\xC3\x83\xC2\xA9", true },   /* José       */
        { "JO\xC3\x83O", false },          /* in earnest */
        { "IRM\xC3\x83 X", false },
        { "IRM\xC3\x83\xC2\xA0X", false }, /* a blank that does not break */
        { "M\xC3\xBCller", false },
        { "", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, text_is_converted_twice(span_of(cases[i].text)) == cases[i].twice);
}

TEST(white_space_is_trimmed_whatever_it_is)
{
    static const struct {
        const char *text, *trimmed;
    } cases[] = {
        { "a", "a" },
        { " a b\r\n", "a b" },
        { "\xC2\xA0\xE2\x80\x83x\xC2\xA0", "x" },
        { " \t", "" },
        { "", "" },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, span_is(text_trim(span_of(cases[i].text)), cases[i].trimmed));
}
