/* Numbers: whole, within bounds, and nothing else. */
#include "base/num.h"

#include "tap.h"

#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

TEST(whole_numbers_within_bounds)
{
    static const struct {
        struct span text;
        uint64_t min, max;
        bool good;
        uint64_t want;
    } cases[] = {
        { BYTES("0"), 0, UINT64_MAX, true, 0 },
        { BYTES("007"), 0, UINT64_MAX, true, 7 },
        { BYTES("18446744073709551615"), 0, UINT64_MAX, true, UINT64_MAX },
        { BYTES("18446744073709551616"), 0, UINT64_MAX, false, 0 },
        { BYTES("99999999999999999999999"), 0, UINT64_MAX, false, 0 },
        { BYTES("5"), 5, 7, true, 5 },
        { BYTES("7"), 5, 7, true, 7 },
        { BYTES("4"), 5, 7, false, 0 },
        { BYTES("8"), 5, 7, false, 0 },
        { BYTES(""), 0, UINT64_MAX, false, 0 },
        { { NULL, 0 }, 0, UINT64_MAX, false, 0 },
        { BYTES(" 1"), 0, UINT64_MAX, false, 0 },
        { BYTES("1 "), 0, UINT64_MAX, false, 0 },
        { BYTES("1x"), 0, UINT64_MAX, false, 0 },
        { BYTES("+1"), 0, UINT64_MAX, false, 0 },
        { BYTES("-1"), 0, UINT64_MAX, false, 0 },
        { BYTES("0x1"), 0, UINT64_MAX, false, 0 },
        { BYTES("1.0"), 0, UINT64_MAX, false, 0 },
        { BYTES("1\0"), 0, UINT64_MAX, false, 0 },
        { BYTES("\xD9\xA1"), 0, UINT64_MAX, false, 0 }, /* an Arabic digit */
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };
        uint64_t n = 0;

        CHECK_AT(i, num_u64(cases[i].text, cases[i].min, cases[i].max, &n, &err) == cases[i].good);
        CHECK_AT(i, n == cases[i].want);
        CHECK_AT(i, err.kind == (cases[i].good ? ERR_NONE : ERR_DATA));
    }
}

TEST(signed_numbers_within_bounds)
{
    static const struct {
        const char *text;
        int64_t min, max;
        bool good;
        int64_t want;
    } cases[] = {
        { "0", INT64_MIN, INT64_MAX, true, 0 },
        { "-0", INT64_MIN, INT64_MAX, true, 0 },
        { "-17", INT64_MIN, INT64_MAX, true, -17 },
        { "9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX },
        { "9223372036854775808", INT64_MIN, INT64_MAX, false, 0 },
        { "-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN },
        { "-9223372036854775809", INT64_MIN, INT64_MAX, false, 0 },
        { "-18446744073709551616", INT64_MIN, INT64_MAX, false, 0 },
        { "-5", -5, 5, true, -5 },
        { "-6", -5, 5, false, 0 },
        { "6", -5, 5, false, 0 },
        { "", INT64_MIN, INT64_MAX, false, 0 },
        { "-", INT64_MIN, INT64_MAX, false, 0 },
        { "--1", INT64_MIN, INT64_MAX, false, 0 },
        { "+1", INT64_MIN, INT64_MAX, false, 0 },
        { "- 1", INT64_MIN, INT64_MAX, false, 0 },
        { "1-", INT64_MIN, INT64_MAX, false, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct span text = span_of(cases[i].text);
        struct err err = { 0 };
        int64_t n = 0;

        CHECK_AT(i, num_i64(text, cases[i].min, cases[i].max, &n, &err) == cases[i].good);
        CHECK_AT(i, n == cases[i].want);
        CHECK_AT(i, err.kind == (cases[i].good ? ERR_NONE : ERR_DATA));
    }
}

TEST(sizes_may_end_in_a_unit)
{
    static const struct {
        const char *text;
        bool good;
        uint64_t want;
    } cases[] = {
        { "0", true, 0 },
        { "1023", true, 1023 },
        { "48M", true, UINT64_C(48) << 20 },
        { "48m", true, UINT64_C(48) << 20 },
        { "1K", true, 1024 },
        { "1k", true, 1024 },
        { "3G", true, UINT64_C(3) << 30 },
        { "3g", true, UINT64_C(3) << 30 },
        { "2T", true, UINT64_C(2) << 40 },
        { "2t", true, UINT64_C(2) << 40 },
        { "16777215T", true, UINT64_C(16777215) << 40 },
        { "16777216T", false, 0 },
        { "18446744073709551615", true, UINT64_MAX },
        { "18446744073709551615K", false, 0 },
        { "", false, 0 },
        { "M", false, 0 },
        { "1MB", false, 0 },
        { "1.5M", false, 0 },
        { "1 M", false, 0 },
        { "-1M", false, 0 },
        { "1P", false, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct err err = { 0 };
        uint64_t n = 0;

        CHECK_AT(i, num_bytes(span_of(cases[i].text), 0, UINT64_MAX, &n, &err) == cases[i].good);
        CHECK_AT(i, n == cases[i].want);
    }
}

TEST(the_message_quotes_the_text_and_the_range)
{
    struct span text =
        span_of("x0123456789012345678901234567890123456789012345678901234567890123456");
    struct err err = { 0 };
    uint64_t size = 0;
    int64_t n = 0;

    CHECK(!num_u64(text, 1, 64, &size, &err));
    CHECK_STR(err.msg,
              "'x012345678901234567890123456789012345678901234567890123456789012' is not a "
              "whole number from 1 to 64");
    CHECK(!num_i64(span_of("9"), -5, 5, &n, &err));
    CHECK_STR(err.msg, "'9' is not a whole number from -5 to 5");
    CHECK(!num_bytes(span_of("1K"), 2048, UINT64_MAX, &size, &err));
    CHECK_STR(err.msg, "'1K' is not a size from 2048 to 18446744073709551615 bytes (such as 48M)");
    CHECK(!num_bytes(span_of("3K"), 0, 2048, &size, &err));
}
