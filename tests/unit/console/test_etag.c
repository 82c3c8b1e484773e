/* Entity tags in lists, strong and weak, as RFC 9110, 8.8.3 and 13.1 have them. */
#include "console/server/etag.h"

#include "tap.h"

TEST(tags_are_found_in_lists)
{
    static const struct {
        const char *list;
        bool strong, weak;
    } cases[] = {
        { NULL, false, false },
        { "", false, false },
        { "*", true, true },
        { " * ", true, true },
        { "\"1\"", true, true },
        { "W/\"1\"", false, true },
        { "\"2\"", false, false },
        { "\"2\", \"1\"", true, true },
        { "\"2\",W/\"1\"", false, true },
        { "W/\"1\", \"1\"", true, true },
        { ", ,\"1\",", true, true },
        { "\"a,\", \"1\"", true, true },  /* a comma within quotes ends no tag */
        { "\"a\\\", \"1\"", true, true }, /* nor is there any escape              */
        { "\"1\"x", false, false },
        { "\"2\" \"1\"", false, false },
        { "\"1", false, false },
        { "1", false, false },
        { "w/\"1\"", false, false }, /* W is a capital */
        { "W/1", false, false },
        { "\"2\", nonsense, \"1\"", false, false },
        { "\"\"", false, false },
        { "*, \"1\"", false, false },
        { "\"\xff\", \"1\"", true, true },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        CHECK_AT(i,
                 etag_is_listed(span_of(cases[i].list), "\"1\"", ETAG_STRONG) == cases[i].strong);
        CHECK_AT(i, etag_is_listed(span_of(cases[i].list), "\"1\"", ETAG_WEAK) == cases[i].weak);
    }
}

TEST(a_range_goes_on_with_the_same_bytes_alone)
{
    static const struct {
        const char *if_range;
        bool allows;
    } cases[] = {
        { NULL, true },       { "\"1\"", true },  { " \"1\" ", true },
        { "W/\"1\"", false }, { "\"2\"", false }, { "\"1\", \"2\"", false },
        { "*", false },       { "", false },      { "Wed, 02 Dec 2026 10:00:00 GMT", false },
    };

    for (size_t i = 0; i < lengthof(cases); i++)
        CHECK_AT(i, etag_allows_range(span_of(cases[i].if_range), "\"1\"") == cases[i].allows);
}
