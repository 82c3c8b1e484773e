/* Ranges of RFC 9110, 14: one is served, the rest is answered with all or with nothing. */
#include "console/server/range.h"

#include "tap.h"

TEST(ranges_as_the_standard_has_them)
{
    static const struct {
        const char *header;
        uint64_t size;
        enum range_kind kind;
        uint64_t first, count;
    } cases[] = {
        { NULL, 10000, RANGE_WHOLE, 0, 10000 },
        { "", 10000, RANGE_WHOLE, 0, 10000 },
        /* 14.1.2: the first and the second 500 bytes, the last 500, the first and the last one */
        { "bytes=0-499", 10000, RANGE_PART, 0, 500 },
        { "bytes=500-999", 10000, RANGE_PART, 500, 500 },
        { "bytes=-500", 10000, RANGE_PART, 9500, 500 },
        { "bytes=9500-", 10000, RANGE_PART, 9500, 500 },
        { "bytes=0-0", 10000, RANGE_PART, 0, 1 },
        { "bytes=-1", 10000, RANGE_PART, 9999, 1 },
        { "bytes=0-", 10000, RANGE_PART, 0, 10000 },
        /* what reaches beyond the end is cut there */
        { "bytes=9999-10000", 10000, RANGE_PART, 9999, 1 },
        { "bytes=5-99999999999999999999999999", 10000, RANGE_PART, 5, 9995 },
        { "bytes=-99999999999999999999999999", 10000, RANGE_PART, 0, 10000 },
        { "BYTES=0-1", 10000, RANGE_PART, 0, 2 },
        { " bytes=, 0-1 ,", 10000, RANGE_PART, 0, 2 },
        { "bytes=0-18446744073709551615", UINT64_MAX, RANGE_PART, 0, UINT64_MAX },
        /* behind the end */
        { "bytes=10000-", 10000, RANGE_OUTSIDE, 0, 10000 },
        { "bytes=99999999999999999999999999-", 10000, RANGE_OUTSIDE, 0, 10000 },
        { "bytes=-0", 10000, RANGE_OUTSIDE, 0, 10000 },
        /* several, other units, and what is no range */
        { "bytes=0-1,5-6", 10000, RANGE_WHOLE, 0, 10000 },
        { "bytes=0-0,-1", 10000, RANGE_WHOLE, 0, 10000 },
        { "lines=0-1", 10000, RANGE_WHOLE, 0, 10000 },
        { "bytes", 10000, RANGE_WHOLE, 0, 10000 },
        { "bytes=", 10000, RANGE_WHOLE, 0, 10000 },
        { "bytes=,", 10000, RANGE_WHOLE, 0, 10000 },
        { "bytes=-", 10000, RANGE_WHOLE, 0, 10000 },
        { "bytes=5", 10000, RANGE_WHOLE, 0, 10000 },
        { "bytes=5-4", 10000, RANGE_WHOLE, 0, 10000 },
        { "bytes=1-2-3", 10000, RANGE_WHOLE, 0, 10000 },
        { "bytes=a-b", 10000, RANGE_WHOLE, 0, 10000 },
        { "bytes=+1-2", 10000, RANGE_WHOLE, 0, 10000 },
        { "bytes=0 - 1", 10000, RANGE_WHOLE, 0, 10000 },
        { "bytes=--1", 10000, RANGE_WHOLE, 0, 10000 },
        { "bytes=0-1", 0, RANGE_WHOLE, 0, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct range range = { 42, 42 };

        CHECK_AT(i, range_read(span_of(cases[i].header), cases[i].size, &range) == cases[i].kind);
        CHECK_AT(i, range.first == cases[i].first && range.size == cases[i].count);
    }
}
