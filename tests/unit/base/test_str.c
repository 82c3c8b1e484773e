/* Spans that borrow, and texts that grow up to a cap. */
#include "base/str.h"

#include "base/err.h"
#include "base/mem.h"
#include "tap.h"

#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }
#define SPAN(text) ((struct span)BYTES(text))

TEST(spans_are_compared_by_their_bytes)
{
    static const struct {
        struct span a;
        const char *b;
        bool same, same_nocase, starts, ends;
    } cases[] = {
        { BYTES("abc"), "abc", true, true, true, true },
        { BYTES("aBc"), "AbC", false, true, false, false },
        { BYTES("abc"), "ab", false, false, true, false },
        { BYTES("abc"), "bc", false, false, false, true },
        { BYTES("ab"), "abc", false, false, false, false },
        { BYTES("ab\0"), "ab", false, false, true, false },
        { BYTES("abc"), "", false, false, true, true },
        { BYTES(""), "", true, true, true, true },
        { { NULL, 0 }, "", true, true, true, true },
        { { NULL, 0 }, "a", false, false, false, false },
        { BYTES("\xC3\xA9"), "\xC3\x89", false, false, false, false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_AT(i, span_is(cases[i].a, cases[i].b) == cases[i].same);
        CHECK_AT(i, span_equal(cases[i].a, span_of(cases[i].b)) == cases[i].same);
        CHECK_AT(i, span_is_nocase(cases[i].a, cases[i].b) == cases[i].same_nocase);
        CHECK_AT(i, span_starts(cases[i].a, cases[i].b) == cases[i].starts);
        CHECK_AT(i, span_ends(cases[i].a, cases[i].b) == cases[i].ends);
    }
}

TEST(a_span_is_cut_from_both_ends)
{
    static const struct {
        struct span span;
        size_t n;
        const char *from, *first;
    } cases[] = {
        { BYTES("abc"), 0, "abc", "" },        { BYTES("abc"), 1, "bc", "a" },
        { BYTES("abc"), 3, "", "abc" },        { BYTES("abc"), 4, "", "abc" },
        { BYTES("abc"), SIZE_MAX, "", "abc" }, { { NULL, 0 }, 1, "", "" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_AT(i, span_is(span_from(cases[i].span, cases[i].n), cases[i].from));
        CHECK_AT(i, span_is(span_first(cases[i].span, cases[i].n), cases[i].first));
    }
    CHECK(!span_of(NULL).at && span_of(NULL).size == 0);
}

TEST(blanks_are_trimmed)
{
    static const struct {
        struct span span;
        const char *trimmed;
    } cases[] = {
        { BYTES("a"), "a" },  { BYTES(" \t\r\na b\r\n"), "a b" },
        { BYTES(" \n"), "" }, { BYTES("\fa\v"), "\fa\v" },
        { BYTES(""), "" },    { { NULL, 0 }, "" },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, span_is(span_trim(cases[i].span), cases[i].trimmed));
}

TEST(a_needle_is_found_or_the_size_comes_back)
{
    static const struct {
        struct span hay;
        const char *needle;
        size_t at;
    } cases[] = {
        { BYTES("abcabc"), "ca", 2 }, { BYTES("abc"), "abc", 0 },  { BYTES("abc"), "abcd", 3 },
        { BYTES("abc"), "x", 3 },     { BYTES("a\0bc"), "bc", 2 }, { BYTES("abc"), "", 0 },
        { { NULL, 0 }, "a", 0 },      { { NULL, 0 }, "", 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, span_find(cases[i].hay, cases[i].needle) == cases[i].at);
}

/* `at` tells the empty piece after the last separator from the end. */
TEST(a_list_is_cut_piece_by_piece)
{
    static const struct {
        struct span list;
        size_t count;
        const char *pieces[3];
    } cases[] = {
        { BYTES("a,b,c"), 3, { "a", "b", "c" } },
        { BYTES("a"), 1, { "a" } },
        { BYTES("a,"), 2, { "a", "" } },
        { BYTES(",a"), 2, { "", "a" } },
        { BYTES(","), 2, { "", "" } },
        { BYTES(""), 1, { "" } },
        { { NULL, 0 }, 0, { NULL } },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct span rest = cases[i].list;
        size_t count = 0;

        while (rest.at && count < 3) {
            CHECK_AT(i, span_is(span_cut(&rest, ','), cases[i].pieces[count]));
            count++;
        }
        CHECK_AT(i, count == cases[i].count && !rest.at);
    }
}

TEST(an_extension_is_that_of_the_last_name)
{
    static const struct {
        const char *path, *ext; /* NULL: none */
    } cases[] = {
        { "a.pdf", "pdf" }, { "b/a.tar.gz", "gz" }, { "b.d/a", NULL },
        { "b.d/a.x", "x" }, { "a.", "" },           { ".a", "a" },
        { "a", NULL },      { "", NULL },           { "b.d/", NULL },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct span ext = span_extension(span_of(cases[i].path));

        CHECK_AT(i, cases[i].ext ? ext.at && span_is(ext, cases[i].ext) : !ext.at);
    }
}

TEST(a_text_grows_to_its_cap_and_remembers_what_did_not_fit)
{
    static const struct {
        size_t max;
        const char *first, *second, *text;
        bool cut;
    } cases[] = {
        { 6, "abc", "def", "abcdef", false },
        { 5, "abc", "def", "abc", true },
        { 3, "abc", "", "abc", false },
        { 0, "", "", "", false },
        { 0, "", "a", "", true },
        { 2, "abc", "de", "de", true },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str s = STR_MAX(cases[i].max);
        struct err err = { 0 };

        str_add_text(&s, cases[i].first);
        str_add_span(&s, span_of(cases[i].second));
        CHECK_STR(str_text(&s), cases[i].text);
        CHECK_AT(i, s.size == strlen(cases[i].text) && s.cut == cases[i].cut);
        CHECK_AT(i, str_fits(&s, "the page", &err) == !cases[i].cut);
        CHECK_AT(i, err.kind == (cases[i].cut ? ERR_DATA : ERR_NONE));
    }
}

TEST(what_does_not_fit_is_said_with_the_cap)
{
    auto_str s = STR_MAX(5);
    struct err err = { 0 };

    str_printf(&s, "%d", 123456);
    CHECK(!str_fits(&s, "the page", &err));
    CHECK_STR(err.msg, "the page is longer than 5 bytes");
    CHECK_STR(str_text(&s), "");
}

TEST(printf_is_whole_whatever_its_length)
{
    static const size_t lengths[] = { 0, 1, 254, 255, 256, 257, 5000 };
    char digits[5001];

    memset(digits, '7', sizeof digits);
    for (size_t i = 0; i < lengthof(lengths); i++) {
        auto_str s = STR_MAX(5001), tight = STR_MAX(lengths[i]);

        str_printf(&s, "<%.*s", (int)lengths[i], digits);
        CHECK_AT(i, s.size == lengths[i] + 1 && strlen(str_text(&s)) == s.size && !s.cut);
        str_printf(&tight, "%.*s", (int)lengths[i], digits);
        CHECK_AT(i, tight.size == lengths[i] && !tight.cut);
        str_printf(&tight, "%.*s", (int)lengths[i], digits);
        CHECK_AT(i, tight.size == lengths[i] && tight.cut == (lengths[i] > 0));
    }
}

TEST(numbers_are_added_in_decimal)
{
    auto_str s = STR_MAX(200);

    str_add_u64(&s, 0);
    str_add_char(&s, ' ');
    str_add_u64(&s, UINT64_MAX);
    str_add_char(&s, ' ');
    str_add_i64(&s, INT64_MIN);
    str_add_char(&s, ' ');
    str_add_i64(&s, -7);
    str_add_i64(&s, INT64_MAX);
    CHECK_STR(str_text(&s), "0 18446744073709551615 -9223372036854775808 -79223372036854775807");
}

TEST(a_text_is_shortened_emptied_and_taken)
{
    auto_str s = STR_MAX(8);
    auto_free char *taken = NULL, *nothing = NULL;

    str_add(&s, "a\0bcd", 5);
    CHECK(span_equal(str_span(&s), SPAN("a\0bcd")));
    str_cut(&s, 9);
    CHECK(s.size == 5);
    str_cut(&s, 1);
    CHECK_STR(str_text(&s), "a");
    str_add_text(&s, "far too long for it");
    str_reset(&s);
    CHECK(s.size == 0 && !s.cut && s.max == 8);
    CHECK_STR(str_text(&s), "");
    str_add_char(&s, 'z');
    taken = str_take(&s);
    CHECK_STR(taken, "z");
    CHECK(s.size == 0 && !s.at && s.max == 8);
    nothing = str_take(&s);
    CHECK_STR(nothing, "");
    str_clear(&s);
    CHECK(s.max == 8);
}

/* Others may write into reserved room, or write nothing. */
TEST(reserved_room_is_ended_by_a_zero)
{
    auto_str s = STR_MAX(1000);

    CHECK(str_reserve(&s, 100));
    CHECK_STR(str_text(&s), "");
    CHECK(s.room > 100 && s.size == 0 && !s.cut);
    CHECK(!str_reserve(&s, 1001) && s.cut);
    CHECK(!str_reserve(&s, SIZE_MAX) && s.size == 0);
}

/* A cap also limits the memory that is allocated. */
TEST(no_more_is_allocated_than_the_cap_allows)
{
    auto_str s = STR_MAX(1000);

    for (int i = 0; i < 1000; i++)
        str_add_char(&s, 'x');
    CHECK(s.size == 1000 && !s.cut && s.room == 1001);
    str_add_char(&s, 'x');
    CHECK(s.size == 1000 && s.cut && s.room == 1001);
}

TEST(a_span_becomes_a_text)
{
    auto_free char *text = span_text(SPAN("abc")), *empty = span_text(SPAN_NONE);

    CHECK_STR(text, "abc");
    CHECK_STR(empty, "");
}

TEST(small_memory_is_zeroed_copied_and_printed)
{
    auto_free char *zero = mem_zero(100), *none = mem_zero(0), *grown = mem_grow(NULL, 0);
    auto_free char *copy = mem_copy("abc", 2), *empty = mem_copy(NULL, 0);
    auto_free char *text = mem_text("abc"), *null = mem_text(NULL);
    auto_free char *printed = mem_printf("%d %s", 12, "monkeys");

    for (size_t i = 0; i < 100; i++)
        CHECK_AT(i, zero[i] == 0);
    CHECK(none && grown && !null);
    grown = mem_grow(grown, 10);
    memset(grown, 'x', 10);
    CHECK_STR(copy, "ab");
    CHECK_STR(empty, "");
    CHECK_STR(text, "abc");
    CHECK_STR(printed, "12 monkeys");
}

TEST(words_are_cut_at_blanks_and_commas)
{
    struct span rest = span_of(" staff,  records ,,x");

    CHECK(span_is(span_word(&rest), "staff"));
    CHECK(span_is(span_word(&rest), "records"));
    CHECK(span_is(span_word(&rest), "x"));
    CHECK(span_word(&rest).at == NULL);
    CHECK(span_word(&rest).size == 0);
    rest = SPAN_NONE;
    CHECK(span_word(&rest).size == 0);
}
