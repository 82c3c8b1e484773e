/* Keys, numbers and paths. */
#include "fmp12/path.h"

#include "tap.h"

#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

TEST(numbers_are_read_and_written)
{
    static const struct {
        struct span key;
        uint32_t number;
    } cases[] = {
        { BYTES("\x00"), 0 },
        { BYTES("\x7F"), 127 },
        { BYTES("\x80\x00"), 128 },
        { BYTES("\x80\x01"), 129 },
        { BYTES("\xBF\xFF"), 16511 },
        { BYTES("\xC0\x00\x00"), 16512 },
        { BYTES("\xC0\x06\x08"), 18056 },
        { BYTES("\xDF\xFF\xFF"), 16512 + 0x1FFFFF },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct fmp12_path path = { 0 };
        uint32_t number = 0;

        CHECK_AT(i, fmp12_number_of(cases[i].key, &number));
        CHECK_AT(i, number == cases[i].number);
        fmp12_path_push_number(&path, cases[i].number);
        CHECK_AT(i, span_equal(fmp12_path_key(&path, 0), cases[i].key));
    }
}

TEST(other_keys_are_no_numbers)
{
    static const struct span cases[] = {
        BYTES(""),     BYTES("\xFC"),         BYTES("\x80"),     BYTES("\xC0\x01"),
        BYTES("FILE"), BYTES("\xE0\x01\x02"), BYTES("\x01\x02"), BYTES("\xFC\x01"),
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        uint32_t number = 77;

        CHECK_AT(i, !fmp12_number_of(cases[i], &number));
        CHECK_AT(i, number == 77);
    }
}

/* A further repetition stands behind the field's number. */
TEST(numbers_follow_one_another)
{
    struct span key = BYTES("\x80\x48\x02");
    uint32_t field = 0, repetition = 0;

    CHECK(fmp12_number_next(&key, &field) && field == 200);
    CHECK(fmp12_number_next(&key, &repetition) && repetition == 2);
    CHECK(!fmp12_number_next(&key, &repetition) && key.size == 0);
}

/* Keys between dots. */
static void path_fill(struct fmp12_path *path, const char *keys)
{
    struct span rest = span_of(keys);
    struct err err;

    path->depth = 0;
    while (rest.size)
        CHECK(fmp12_path_push(path, span_cut(&rest, '.'), &err));
}

TEST(paths_are_in_order)
{
    static const char *const ascending[] = { "", "a", "a.a", "a.ab", "a.b", "aa", "ab", "b" };

    for (size_t i = 0; i < lengthof(ascending); i++)
        for (size_t j = 0; j < lengthof(ascending); j++) {
            struct fmp12_path a = { 0 }, b = { 0 };
            int order;

            path_fill(&a, ascending[i]);
            path_fill(&b, ascending[j]);
            order = fmp12_path_compare(&a, &b);
            CHECK_AT(i * 10 + j, (order > 0) - (order < 0) == (i > j) - (i < j));
        }
}

TEST(paths_lie_below_others)
{
    struct fmp12_path path = { 0 }, top = { 0 };

    path_fill(&path, "a.b.c");
    path_fill(&top, "a.b");
    CHECK(fmp12_path_is_below(&path, &top) && fmp12_path_is_below(&top, &top));
    CHECK(!fmp12_path_is_below(&top, &path));
    path_fill(&top, "a.bb");
    CHECK(!fmp12_path_is_below(&path, &top));
}

TEST(a_path_has_its_limits)
{
    static const char long_key[255];
    struct fmp12_path path = { 0 };
    struct err err = { 0 };
    unsigned pushed = 0;

    while (fmp12_path_push(&path, (struct span){ "a", 1 }, &err))
        pushed++;
    CHECK(pushed == FMP12_DEPTH_MAX && err.kind == ERR_DATA);
    path.depth = 0;
    for (pushed = 0; fmp12_path_push(&path, (struct span){ long_key, sizeof long_key }, &err);)
        pushed++;
    CHECK(pushed == FMP12_PATH_BYTES_MAX / sizeof long_key);
}
